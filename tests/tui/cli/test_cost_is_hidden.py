"""Who may not see cost cannot tell two companies apart that differ in nothing but what their goods cost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tui.cli.main import main
from tui.cli.report import REPORTS

COSTS = ("70", "31.5")
MONTHLY = (("2026-01-05", 1), ("2026-02-05", 2), ("2026-03-05", 3))
# What a report asks for besides its own defaults.
WORDS: dict[str, tuple[str, ...]] = {
    "one customer": ("--customer", "C1"),
    "other rule": ("--owner-share", "5000"),
    "quiet": ("--days", "20"),
    "period": ("--from", "2026-01-01", "--to", "2026-03-31"),
}


def company_with_cost(folder: Path, cost: str) -> Path:
    """A company that sold, took back, lost and was paid."""
    for words in (
        ("salesperson", "add", "LI", "李伟", "--role", "manager"),
        ("salesperson", "add", "WANG", "王芳"),
        ("product", "add", "P1", "ThinkPad", "--brand", "联想", "--price", "100", "--floor", "20", "--cost", cost),
        ("customer", "add", "C1", "--name", "联想中关村", "--owner", "WANG", "--date", "2025-06-01"),
        ("customer", "terms", "C1", "--days", "30", "--limit", "9000", "--from", "2025-06-01"),
        ("customer", "add", "C2", "--name", "海龙大厦", "--owner", "WANG", "--date", "2025-06-01"),
        ("customer", "terms", "C2", "--days", "60", "--limit", "9000", "--from", "2025-06-01"),
        *(("order", "add", "--customer", "C1", "--line", f"P1:{count}", "--date", day) for day, count in MONTHLY),
        ("order", "add", "--customer", "C2", "--line", "P1:2", "--date", "2026-02-10"),
        ("order", "return", "A-000004", "--line", "P1:1", "--date", "2026-02-20"),
        ("order", "add", "--customer", "C2", "--line", "P1:5", "--date", "2026-03-10", "--quote"),
        ("order", "lose", "A-000006", "--reason", "price"),
        ("receipt", "add", "--customer", "C1", "--amount", "250", "--date", "2026-03-01"),
        ("target", "WANG", "2026-03", "--margin", "1000", "--sales", "5000"),
        ("setting", "set", "cost_visible_to_sales", "no", "--from", "2025-01-01"),
        ("me", "WANG"),
    ):  # fmt: skip
        assert main([*words, "--store", str(folder)]) == 0, words
    return folder


@pytest.fixture(scope="module")
def two_companies(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HUOKE_TODAY", "2026-03-31")
        environment.setenv("LANGUAGE", "en")
        first, second = (company_with_cost(tmp_path_factory.mktemp("company") / "store", cost) for cost in COSTS)
    return first, second


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.setenv("HUOKE_TODAY", "2026-03-31")
    monkeypatch.setenv("LANGUAGE", "en")

    def printed(folder: Path, *words: object) -> str:
        capsys.readouterr()
        status = main([*map(str, words), "--store", str(folder)])
        out = capsys.readouterr()
        assert status == 0, out.err
        return out.out

    return printed


def asked(name: str) -> tuple[str, ...]:
    options = REPORTS[name].options
    return tuple(word for option in options if option in WORDS for word in WORDS[option])


@pytest.mark.parametrize("name", REPORTS)
def test_no_report_tells_a_salesperson_a_cost(name: str, two_companies: tuple[Path, Path], said: Any) -> None:
    first, second = (said(folder, "report", name, *asked(name), "--format", "json") for folder in two_companies)
    assert first == second


@pytest.mark.parametrize("by", ["segment", "salesperson", "product", "brand", "category", "month"])
def test_no_cut_of_the_margin_tells_a_cost(by: str, two_companies: tuple[Path, Path], said: Any) -> None:
    words = ("report", "margin", "--by", by, *WORDS["period"], "--format", "json")
    first, second = (said(folder, *words) for folder in two_companies)
    assert first == second


@pytest.mark.parametrize("words", [("order", "slip", "A-000001"), ("find", "P1"), ("find", "C1")])
def test_no_paper_and_no_list_tells_a_cost(words: tuple[str, ...], two_companies: tuple[Path, Path], said: Any) -> None:
    first, second = (said(folder, *words) for folder in two_companies)
    assert first == second


@pytest.mark.parametrize("table", ["products", "order_lines", "orders"])
def test_no_exported_table_tells_a_cost(
    table: str, two_companies: tuple[Path, Path], said: Any, tmp_path: Path
) -> None:
    texts = []
    for place, folder in enumerate(two_companies):
        path = tmp_path / f"{place}.csv"
        said(folder, "export", path, "--table", table)
        texts.append(path.read_text(encoding="utf-8"))
    assert texts[0] == texts[1]


def test_an_export_of_all_leaves_costs_empty_and_says_so(
    two_companies: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HUOKE_TODAY", "2026-03-31")
    monkeypatch.setenv("LANGUAGE", "en")
    store = str(two_companies[0])
    assert main(["export", str(tmp_path / "all"), "--store", store]) == 0
    assert "cost" in capsys.readouterr().err
    assert (tmp_path / "all" / "costs.csv").read_text(encoding="utf-8").splitlines() == ["product,from,cost"]
    assert main(["export", str(tmp_path / "costs.csv"), "--table", "costs", "--store", store]) == 1
    assert "manager" in capsys.readouterr().err
