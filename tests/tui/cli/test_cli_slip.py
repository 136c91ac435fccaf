"""`huoke order slip` prints the paper of an order, or writes it to a new file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.cells import cell_len


def test_the_slip_is_printed_as_text_or_as_a_page(company: Any) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:2", "--line", "P2:3@10%5")
    text = company("order", "slip", "A-000001")
    assert text.status == 0, text.err
    assert "Sales slip" in text.out
    assert "Total: 228.50" in text.out
    assert "人民币贰佰贰拾捌元伍角整" in text.out
    assert all(cell_len(line) <= 80 for line in text.out.splitlines())
    page = company("order", "slip", "A-000001", "--html").out
    assert page.startswith("<!DOCTYPE html>")
    assert "送货单" in company("order", "slip", "A-000001", "--lang", "zh").out


def test_the_slip_goes_to_a_new_file(company: Any, tmp_path: Path) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:2", "--quote")
    path = tmp_path / "quote.html"
    written = company("order", "slip", "A-000001", "--output", path)
    assert (written.status, written.out) == (0, "")
    assert str(path) in written.err
    assert "Quotation" in path.read_text(encoding="utf-8")
    again = company("order", "slip", "A-000001", "--output", path)
    assert again.status == 1
    assert again.is_one_sentence("there already")


def test_an_order_that_is_not_there_has_no_slip(company: Any) -> None:
    outcome = company("order", "slip", "A-999999")
    assert outcome.status == 2
    assert outcome.is_one_sentence("A-999999")
