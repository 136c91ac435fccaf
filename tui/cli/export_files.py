"""`huoke export`: the tables as files that import reads back."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from model.errors import N_
from model.files.exporting import export_tables
from model.files.tables import TABLES
from model.margin import may_see_cost
from tui.cli.desk import Desk
from tui.cli.output import Column, print_rows, tell
from tui.cli.parser import Parser, Verbs
from tui.locale import _

COLUMNS = (Column("path", N_("file")),)


def add_parser(verbs: Verbs, common: Parser) -> None:
    told = _("write the tables as files that import reads back")
    parser = verbs.add_parser("export", parents=[common], help=told)
    parser.add_argument(
        "path", type=Path, metavar=_("PATH"), help=_("a folder for CSV files, or one .csv or .xlsx file")
    )
    parser.add_argument("--table", choices=tuple(TABLES), help=_("one table only"))
    parser.set_defaults(run=_export)


def _export(arguments: Namespace, desk: Desk) -> int:
    with desk.opened() as store, store.database.atomic():
        # One transaction, so that all tables are of one moment although others work.
        sees_cost = may_see_cost(desk.person(), desk.today)
        written = export_tables(arguments.path, arguments.table, sees_cost=sees_cost)
    print_rows(COLUMNS, [(str(path),) for path in written], desk.form)
    if not sees_cost:
        tell(_("What goods cost is left empty: your role may not see it."))
    return 0
