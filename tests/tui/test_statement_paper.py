"""A customer's statement on paper says what the report says, fits the paper, and is written to a file by a command."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from rich.cells import cell_len

from model.paper import statement_paper
from tests.model.company import Company, company
from tui import locale
from tui.cli.main import main
from tui.paper.sheet import PAPER_CELLS, sheet_html, sheet_text
from tui.paper.statement import sheet_of_statement

TODAY = date(2026, 3, 31)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    locale.use("en")
    yield
    locale.use("en")


def fill(desk: Company) -> None:
    """Sold 1,000.00 due 19 February and paid on the 15th, 500.00 due 12 March, and 200.00 due 4 April."""
    desk.salesperson("S1")
    desk.product("P")
    desk.customer("C1", "S1", days=30, limit="10000")
    desk.sell("C1", date(2026, 1, 20), "1000", maker="S1")
    desk.pay("C1", date(2026, 2, 15), "1000")
    desk.sell("C1", date(2026, 3, 5), "200", maker="S1")
    # Entered last, for nothing more is sold once it is overdue.
    desk.sell("C1", date(2026, 2, 10), "500", maker="S1")


def test_the_sums_of_a_statement_are_its_movements(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        fill(desk)
        paper = statement_paper("C1", date(2026, 3, 1), TODAY)
        assert [(row.debit, row.credit, row.balance) for row in paper.rows] == [(0, 0, 50_000), (20_000, 0, 70_000)]
        assert (paper.balance, paper.capitals) == (70_000, "人民币柒佰元整")
        assert (paper.ages.not_due, paper.ages.d1_30, paper.ages.balance) == (20_000, 50_000, 70_000)
        assert paper.overdue == 50_000
        assert (paper.salesperson, paper.first) == ("Person S1", date(2026, 3, 1))
        # As of the end of February the customer knew nothing of March.
        before = statement_paper("C1", None, date(2026, 2, 28))
        assert (before.balance, before.overdue, len(before.rows)) == (50_000, 0, 4)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_statement_fits_the_paper(tmp_path: Path, language: locale.Language) -> None:
    with company(tmp_path, TODAY) as desk:
        fill(desk)
        paper = statement_paper("C1", None, TODAY)
        locale.use(language)
        sheet = sheet_of_statement(paper)
        text = sheet_text(sheet)
        assert all(cell_len(line) <= PAPER_CELLS for line in text.splitlines())
        for part in ("C1", "1,500.00", "人民币柒佰元整", "A-000001", "500.00"):
            assert part in text
            assert part in sheet_html(sheet)


def test_a_customer_whose_money_the_company_has_is_told_so(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        fill(desk)
        desk.pay("C1", date(2026, 3, 30), "900")
        text = sheet_text(sheet_of_statement(statement_paper("C1", None, TODAY)))
        assert "We owe you: 200.00" in text
        assert "overdue" not in text
        assert "人民币负贰佰元整" in text


def test_a_report_is_written_to_the_file_that_its_ending_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with company(tmp_path / "store", TODAY) as made:
        fill(made)
    where = ["--lang", "en", "--store", str(tmp_path / "store"), "--as-of", TODAY.isoformat()]
    statement = ["report", "statement", "--customer", "C1", *where, "--output"]
    for ending in ("txt", "html", "csv", "xlsx"):
        path = tmp_path / f"statement.{ending}"
        assert main([*statement, str(path)]) == 0
        assert str(path) in capsys.readouterr().err
    assert "1,500.00" in (tmp_path / "statement.txt").read_text(encoding="utf-8")
    assert (tmp_path / "statement.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    sheet = load_workbook(tmp_path / "statement.xlsx").active
    assert sheet is not None
    assert [cell.value for cell in sheet[6]][-3:] == [200, None, 700]
    assert main([*statement, str(tmp_path / "statement.txt")]) == 1
    assert "there already" in capsys.readouterr().err
    assert main(["report", "ageing", *where, "--output", str(tmp_path / "ageing.txt")]) == 2
    assert ".csv, .xlsx" in capsys.readouterr().err
    assert not (tmp_path / "ageing.txt").exists()
