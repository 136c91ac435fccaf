"""`huoke undo`: take back the last thing done on this device that can be taken back."""

from __future__ import annotations

from argparse import Namespace

from model.changes.recording import last_undoable
from model.changes.undo import UndoChange
from tui.cli.desk import Desk
from tui.cli.log import print_changes
from tui.cli.parser import Parser, Verbs
from tui.locale import _


def add_parser(verbs: Verbs, common: Parser) -> None:
    told = _("take back the last thing done here that can be taken back")
    verbs.add_parser("undo", parents=[common], help=told).set_defaults(run=_undo)


def _undo(arguments: Namespace, desk: Desk) -> int:
    with desk.writing():
        change = last_undoable(desk.person())
        desk.record(UndoChange(uid=change.uid))
        print_changes([change], desk)
    return 0
