"""`huoke undo`: take back the last thing done on this device that can be taken back."""

from __future__ import annotations

from argparse import Namespace

from model.changes import KINDS
from model.changes.log import Change
from model.changes.undo import UndoChange, undone_uids
from model.errors import N_, Refused
from model.store import meta
from tui.cli.desk import Desk
from tui.cli.log import print_changes
from tui.cli.parser import Parser, Verbs
from tui.locale import _


def add_parser(verbs: Verbs, common: Parser) -> None:
    told = _("take back the last thing done here that can be taken back")
    verbs.add_parser("undo", parents=[common], help=told).set_defaults(run=_undo)


def _undo(arguments: Namespace, desk: Desk) -> int:
    with desk.writing():
        change = last_undoable()
        desk.record(UndoChange(uid=change.uid))
        print_changes([change], desk)
    return 0


def last_undoable() -> Change:
    """The last change of this device that can be taken back and was not.

    Raises:
        Refused: there is none.
    """
    undone = undone_uids()
    undoable = [name for name, kind in KINDS.items() if kind.undo is not None]
    mine = Change.select().where(Change.device == meta("device"), Change.kind.in_(undoable))
    for change in mine.order_by(Change.number.desc()).limit(len(undone) + 1):
        if change.uid not in undone:
            return change
    raise Refused(N_("There is nothing that can be undone."))
