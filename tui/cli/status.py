"""`huoke status`: how this laptop stands with its office."""

from __future__ import annotations

import json
from argparse import Namespace

from model.errors import N_
from tui.cli.desk import Desk
from tui.cli.output import Column, print_one, print_rows
from tui.cli.parser import Parser, Verbs
from tui.locale import _

# Their headings are the names by which a program gets them, so that there is one word for each thing.
COLUMNS = (
    Column("device", N_("device")),
    Column("person", N_("person")),
    Column("unsent", N_("unsent")),
    Column("held", N_("held")),
    Column("refused", N_("refused")),
    Column("conflicts", N_("conflicts")),
    Column("notices", N_("notices")),
    Column("as_of", N_("as_of")),
    Column("key", N_("device key")),
)

# Changes of this laptop that the office did not do.
REFUSED = ("refused", "quarantined")


def add_parser(verbs: Verbs, common: Parser) -> None:
    told = _("show what is unsent, held, refused and to be decided, and how old what is seen is")
    parser = verbs.add_parser("status", parents=[common], help=told, description=told)
    parser.set_defaults(run=_status)


def _status(_arguments: Namespace, desk: Desk) -> int:
    from sync.client import status, unseen_results
    from tui.cli.log import local_time
    from tui.exchange.device_key import key_place

    with desk.opened() as store:
        now = status(store)
        refused = sum(fared in REFUSED for _uid, _kind, fared, _result in unseen_results())
        key = key_place(store)
    row = (
        now.device, now.person or None, now.unsent, now.held, refused, now.conflicts, now.notices,
        now.as_of or None, key,
    )  # fmt: skip
    if desk.form == "json":
        print(json.dumps(dict(zip((column.name for column in COLUMNS), row, strict=True)), ensure_ascii=False))
    elif desk.form == "csv":
        print_rows(COLUMNS, [row], desk.form)
    else:
        as_of = local_time(now.as_of) if now.as_of else None
        print_one(COLUMNS, (*row[:-2], as_of, key), desk.form)
    return 0
