"""`huoke restore`: a backup becomes the store; the present one is kept aside."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from model.backup import restore
from model.errors import N_
from model.vault import is_sealed, key_behind
from tui.cli.asking import asked_pin
from tui.cli.backup import COLUMNS, contents_row
from tui.cli.desk import Desk
from tui.cli.output import Column, print_one
from tui.cli.parser import Parser, Verbs
from tui.locale import _

KEPT_ASIDE = Column("kept_aside", N_("former store"))


def add_parser(verbs: Verbs, common: Parser) -> None:
    told = _("put a backup back; the present store is kept aside")
    details = _("A backup of an encrypted store needs FILE.key beside it, and its PIN opens the store afterwards.")
    parser = verbs.add_parser("restore", parents=[common], help=told, description=details)
    parser.add_argument("path", type=Path, metavar=_("FILE"), help=_("the backup"))
    parser.add_argument("--force", action="store_true", help=_("even where it is another company's"))
    parser.set_defaults(run=_restore)


def _restore(arguments: Namespace, desk: Desk) -> int:
    path = arguments.path.expanduser()
    key = key_behind(path, asked_pin()) if path.exists() and is_sealed(path) else None
    restored = restore(desk.folder, path, other_company=arguments.force, key=key)
    kept_aside = None if restored.kept_aside is None else str(restored.kept_aside)
    row = (*contents_row(arguments.path, restored.contents), kept_aside)
    print_one((*COLUMNS, KEPT_ASIDE), row, desk.form)
    return 0
