"""`huoke import`: files or a folder of tables, all of their rows or nothing."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from model.errors import N_
from model.files.batch import ImportSummary
from model.files.importing import import_paths
from tui.cli.desk import Desk
from tui.cli.output import Column, ProgressLine, print_rows, tell
from tui.cli.parser import Parser, Verbs
from tui.locale import _

COLUMNS = (
    Column("table", N_("table")),
    Column("added", N_("added"), right=True),
    Column("updated", N_("updated"), right=True),
    Column("unchanged", N_("unchanged"), right=True),
)


def add_parser(verbs: Verbs, common: Parser) -> None:
    told = _("read files or a folder of tables into the store, all or nothing")
    parser = verbs.add_parser("import", parents=[common], help=told)
    parser.add_argument("paths", nargs="+", type=Path, metavar=_("PATH"), help=_("CSV or XLSX files, or their folder"))
    parser.add_argument("--dry-run", action="store_true", help=_("look at every row and write nothing"))
    parser.set_defaults(run=_import)


def _import(arguments: Namespace, desk: Desk) -> int:
    line = ProgressLine()
    try:
        with desk.opened(create=True, keep=not arguments.dry_run):
            summary = import_paths(
                arguments.paths,
                on=desk.today,
                person=desk.person(),
                dry_run=arguments.dry_run,
                progress=line.show,
            )
    finally:
        line.clear()
    print_summary(summary, desk)
    return 0


def print_summary(summary: ImportSummary, desk: Desk) -> None:
    """Print what became of each table's rows."""
    rows = [(table, count.added, count.updated, count.unchanged) for table, count in summary.tables.items()]
    print_rows(COLUMNS, rows, desk.form)
    if summary.dry_run:
        tell(_("Nothing was written: this was a dry run."))
