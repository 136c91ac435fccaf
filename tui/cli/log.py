"""`huoke log`: what was done last, and by whom."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from datetime import datetime

from model.changes.about import named_about
from model.changes.log import Change
from model.changes.undo import undone_uids
from model.errors import N_
from model.laptop import FARED_NAMES, changes_fared
from model.store import meta
from tui.cli.desk import Desk
from tui.cli.lookup import codes_of_people
from tui.cli.output import Column, print_rows
from tui.cli.parser import Parser, Verbs, rows_wanted
from tui.locale import _

ROWS_WITHOUT_LIMIT = 20
COLUMNS = (
    Column("device", N_("device")),
    Column("number", N_("no."), right=True),
    Column("when", N_("when")),
    Column("date", N_("date")),
    Column("who", N_("who")),
    Column("kind", N_("action")),
    Column("about", N_("about")),
    Column("undone", N_("undone")),
)

# On a laptop that has joined an office: how its own changes fared there.
FARED = Column("office", N_("office"))


def add_parser(verbs: Verbs, common: Parser) -> None:
    parser = verbs.add_parser("log", parents=[common], help=_("list what was done last"))
    parser.add_argument(
        "--limit", type=rows_wanted, default=ROWS_WITHOUT_LIMIT, metavar=_("ROWS"), help=_("the most rows")
    )
    parser.set_defaults(run=_log)


def _log(arguments: Namespace, desk: Desk) -> int:
    with desk.opened():
        latest = Change.select().order_by(Change.recorded_at.desc(), Change.number.desc()).limit(arguments.limit)
        print_changes(latest, desk)
    return 0


def print_changes(changes: Iterable[Change], desk: Desk) -> None:
    """One row for each change."""
    listed = list(changes)
    people, undone = codes_of_people(), undone_uids()
    rows = [
        (
            change.device, change.number, local_time(change.recorded_at), change.business_date,
            None if change.person is None else people.get(change.person), change.kind,
            named_about(change) or None,
            change.uid in undone,
        )
        for change in listed
    ]  # fmt: skip
    if not meta("server"):
        print_rows(COLUMNS, rows, desk.form)
        return
    fared = changes_fared([change.uid for change in listed])
    words = [fared.get(change.uid) for change in listed]
    if desk.form == "table":
        words = [None if word is None else _(FARED_NAMES[word]) for word in words]
    print_rows((*COLUMNS, FARED), [(*row, word) for row, word in zip(rows, words, strict=True)], desk.form)


def local_time(recorded_at: str) -> str:
    """A moment kept in UTC, in the local time zone."""
    return datetime.fromisoformat(recorded_at).astimezone().isoformat(sep=" ", timespec="seconds")
