"""`huoke report`: every figure that a screen shows, as rows."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from model.errors import N_, InputError, Refused
from tui.cli.output import plain_text, print_rows, tell
from tui.cli.parser import Parser, Verbs
from tui.cli.reports.form import OPTIONS, Report
from tui.cli.reports.knowing import KNOWING_REPORTS
from tui.cli.reports.life import LIFE_REPORTS
from tui.cli.reports.people import PEOPLE_REPORTS
from tui.cli.reports.receivables import RECEIVABLES_REPORTS
from tui.cli.reports.sales import SALES_REPORTS
from tui.cli.reports.value import VALUE_REPORTS
from tui.locale import _

if TYPE_CHECKING:
    from model.store import Store

TABLE_ENDINGS = (".csv", ".xlsx")
PAPER_ENDINGS = (".txt", ".html")
REPORTS: dict[str, Report] = {
    **PEOPLE_REPORTS, **RECEIVABLES_REPORTS, **SALES_REPORTS, **LIFE_REPORTS, **VALUE_REPORTS, **KNOWING_REPORTS,
}  # fmt: skip


def add_report_parser(verbs: Verbs, common: Parser) -> None:
    """Add `report NAME` and the options of each report."""
    parser = verbs.add_parser("report", parents=[common], help=_("print a report"))
    names = parser.add_subparsers(dest="report", required=True, metavar=_("NAME"), title=_("reports"))
    for name, report in REPORTS.items():
        one = names.add_parser(name, parents=[common], help=_(report.help), description=_(report.help))
        for option in report.options:
            OPTIONS[option](one)
        endings = (*TABLE_ENDINGS, *(PAPER_ENDINGS if report.paper is not None else ()))
        one.add_argument(
            "--output", type=Path, metavar=_("PATH"),
            help=_("a new file to write it to, in the form that its ending says: {endings}").format(
                endings=", ".join(endings)
            ),
        )  # fmt: skip


def run_report(arguments: Namespace, store: Store) -> int:
    """Print the report that was asked for from the store in use."""
    report = REPORTS[arguments.report]
    if arguments.output is not None:
        _write(report, arguments)
    else:
        print_rows(report.columns, report.rows(arguments), arguments.format)
    if "customer" in report.options and arguments.customer is None:
        _tell_of_cards()
    return 0


def _write(report: Report, arguments: Namespace) -> None:
    """Write a report to a file that is there whole or not at all.

    Raises:
        InputError: the file's ending is none of those the report can have.
        Refused: there is such a file already, or it cannot be written.
    """
    path: Path = arguments.output.expanduser()
    ending = path.suffix.lower()
    if path.exists():
        raise Refused(N_("{path} is there already: choose another name."), path=str(path))
    if report.paper is not None and ending in PAPER_ENDINGS:
        from tui.paper.sheet import is_html, write_sheet

        write_sheet(report.paper(arguments), path, html=is_html(path))
    elif ending in TABLE_ENDINGS:
        from tui.shared.table_files import write_file

        # What is read by people has their words; figures stay figures.
        arguments.format = "table"
        figures = {place for place, column in enumerate(report.columns) if column.right}
        shown = ([plain_text(cell) for cell in row] for row in report.rows(arguments))
        write_file(path, [_(column.title) for column in report.columns], shown, figures)
    else:
        allowed = (*TABLE_ENDINGS, *(PAPER_ENDINGS if report.paper is not None else ()))
        raise InputError(
            N_("{path} has no ending that this report can have: {endings}."),
            path=str(path), endings=", ".join(allowed),
        )  # fmt: skip
    tell(_("The report is in {path}.").format(path=path))


def _tell_of_cards() -> None:
    """Say on a laptop how many customers a report of all had to leave out."""
    from model.laptop import cards_count

    if left_out := cards_count():
        tell(_("Customers held here only as a card are left out: {count}.").format(count=f"{left_out:,}"))
