"""`huoke undo`: take back the last thing done on this device that can be taken back."""

from __future__ import annotations

from argparse import Namespace

from model.changes.about import named_about
from model.changes.log import Change
from model.changes.recording import last_done, last_undoable
from model.changes.taking_back import Undone, take_back_last
from model.errors import N_, Refused
from tui.cli.desk import Desk
from tui.cli.log import print_changes
from tui.cli.output import tell
from tui.cli.parser import Parser, Verbs, rows_wanted
from tui.locale import _


def add_parser(verbs: Verbs, common: Parser) -> None:
    told = _("take back the last thing done here that can be taken back")
    parser = verbs.add_parser("undo", parents=[common], help=told)
    parser.add_argument(
        "--before", type=rows_wanted, metavar=_("NUMBER"),
        help=_("the last thing before the one of this number in “huoke log”"),
    )  # fmt: skip
    parser.set_defaults(run=_undo)


def _undo(arguments: Namespace, desk: Desk) -> int:
    with desk.writing():
        person = desk.person()
        change, last = last_undoable(person, before=arguments.before), last_done(person, before=arguments.before)
        outcome = take_back_last(person, desk.record, before=change.number + 1)
        if isinstance(outcome, Undone):
            if last.number != change.number:
                # Nobody is here to be asked: what was passed over is told.
                tell(_("{what} stays: no undo takes it back.").format(what=_named(last)))
            print_changes([change], desk)
        elif outcome.earlier is None:
            raise Refused(N_("{what} cannot be undone. {reason}"), what=_named(change), reason=outcome.reason)
        else:
            raise Refused(
                N_("{what} cannot be undone. {reason} “huoke undo --before {number}” takes back {earlier} instead."),
                what=_named(change), reason=outcome.reason, number=outcome.before, earlier=_named(outcome.earlier),
            )  # fmt: skip
    return 0


def _named(change: Change) -> str:
    """A change as “huoke log” names it."""
    return f"{change.kind} {named_about(change)}".rstrip()
