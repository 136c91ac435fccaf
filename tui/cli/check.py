"""`huoke check`: is what the store keeps what its documents say?"""

from __future__ import annotations

from argparse import Namespace

from model.errors import N_
from model.store import integrity_faults
from model.totals import faults
from tui.cli.desk import Desk
from tui.cli.output import Column, print_rows, tell
from tui.cli.parser import Parser, Verbs
from tui.locale import _

COLUMNS = (
    Column("what", N_("what")),
    Column("key", N_("key")),
    Column("kept", N_("kept")),
    Column("recomputed", N_("recomputed")),
)
FAULTY = 1


def add_parser(verbs: Verbs, common: Parser) -> None:
    told = _("recompute every total from the documents and compare")
    verbs.add_parser("check", parents=[common], help=told).set_defaults(run=_check)


def _check(arguments: Namespace, desk: Desk) -> int:
    """Print every fault; the exit status is 1 where there is one."""
    with desk.opened() as store, store.database.atomic():
        # One transaction, so that an order recorded meanwhile is in both sides of the comparison or in neither.
        broken = integrity_faults()
        rows = [("file", "", fault, "") for fault in broken]
        if not broken:
            rows = [(fault.what, fault.key, fault.kept, fault.recomputed) for fault in faults()]
    if rows or desk.form != "table":
        print_rows(COLUMNS, rows, desk.form)
    if broken:
        tell(_("The store's file is damaged: put a backup back with “huoke restore”."))
    elif rows:
        tell(_("{count} totals are not what the documents say: keep a backup and report it.").format(count=len(rows)))
    elif desk.form == "table":
        print(_("Every total is what the documents say."))
    return FAULTY if rows else 0
