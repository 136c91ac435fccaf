"""`huoke backup`: a consistent copy of the store while it is in use."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from model.backup import Contents, back_up
from model.errors import N_
from tui.cli.desk import Desk
from tui.cli.output import Cell, Column, print_one
from tui.cli.parser import Parser, Verbs
from tui.locale import _

COLUMNS = (
    Column("path", N_("file")),
    Column("customers", N_("customers"), right=True),
    Column("orders", N_("orders"), right=True),
    Column("changes", N_("changes"), right=True),
    Column("last_change", N_("last change")),
)


def add_parser(verbs: Verbs, common: Parser) -> None:
    told = _("write a consistent copy of the store while it is in use")
    details = _("Of an encrypted store the copy is encrypted too: keep FILE.key, which is written beside it, with it.")
    parser = verbs.add_parser("backup", parents=[common], help=told, description=details)
    parser.add_argument("path", type=Path, metavar=_("FILE"), help=_("the file to write"))
    parser.add_argument("--force", action="store_true", help=_("overwrite the file where it is there already"))
    parser.set_defaults(run=_back_up)


def _back_up(arguments: Namespace, desk: Desk) -> int:
    with desk.opened() as store:
        contents = back_up(store, arguments.path, overwrite=arguments.force)
    print_one(COLUMNS, contents_row(arguments.path, contents), desk.form)
    return 0


def contents_row(path: Path, contents: Contents) -> tuple[Cell, ...]:
    """One row of COLUMNS."""
    from tui.cli.log import local_time

    last = local_time(contents.last_change) if contents.last_change else None
    return (str(path), contents.customers, contents.orders, contents.changes, last)
