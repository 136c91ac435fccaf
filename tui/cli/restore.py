"""`huoke restore`: a backup becomes the store; the present one is kept aside."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from model.backup import restore
from model.errors import N_
from tui.cli.backup import COLUMNS, contents_row
from tui.cli.desk import Desk
from tui.cli.output import Column, print_rows
from tui.cli.parser import Parser, Verbs
from tui.locale import _

KEPT_ASIDE = Column("kept_aside", N_("former store"))


def add_parser(verbs: Verbs, common: Parser) -> None:
    told = _("put a backup back; the present store is kept aside")
    parser = verbs.add_parser("restore", parents=[common], help=told)
    parser.add_argument("path", type=Path, metavar=_("FILE"), help=_("the backup"))
    parser.add_argument("--force", action="store_true", help=_("even where it is another company's"))
    parser.set_defaults(run=_restore)


def _restore(arguments: Namespace, desk: Desk) -> int:
    restored = restore(desk.folder, arguments.path, other_company=arguments.force)
    kept_aside = None if restored.kept_aside is None else str(restored.kept_aside)
    row = (*contents_row(arguments.path, restored.contents), kept_aside)
    print_rows((*COLUMNS, KEPT_ASIDE), [row], desk.form)
    return 0
