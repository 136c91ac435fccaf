"""`huoke server quarantine`: what the office put aside, and judging it after all."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from typing import TYPE_CHECKING

from model.errors import N_, HuokeError, InputError, Refused
from tui.cli.desk import Desk
from tui.cli.office import add_database, opened_office
from tui.cli.output import Column, print_rows, sentence, tell
from tui.cli.parser import Parser, Verbs
from tui.locale import _

if TYPE_CHECKING:
    from sync.server.exchange import Office
    from sync.server.quarantine import PutAside

COLUMNS = (
    Column("place", N_("number"), right=True),
    Column("received_at", N_("received")),
    Column("device", N_("device")),
    Column("person", N_("person")),
    Column("number", N_("its change"), right=True),
    Column("kind", N_("kind")),
    Column("reason", N_("reason")),
    Column("status", N_("status")),
)
STILL_THERE = 1


def add_quarantine(acts: Verbs, common: Parser) -> None:
    """The verb and its deeds."""
    told = _("changes that were put aside: of laptops that were shut out, and what could not be judged")
    verb = acts.add_parser("quarantine", parents=[common], help=told, description=told)
    deeds = verb.add_subparsers(required=True, metavar=_("ACT"), dest="deed", parser_class=Parser)
    told = _("list what was put aside, and how it was judged since")
    listing = deeds.add_parser("list", parents=[common], help=told, description=told)
    listing.set_defaults(run=_list)
    told = _("judge a change that was put aside, as if it arrived now")
    judging = deeds.add_parser("judge", parents=[common], help=told, description=told)
    judging.add_argument("place", nargs="?", type=_place, metavar=_("NUMBER"), help=_("its number in the list"))
    judging.add_argument("--all", action="store_true", help=_("everything that is still put aside, the oldest first"))
    judging.set_defaults(run=_judge)
    for parser in (listing, judging):
        add_database(parser)


def _place(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise InputError(
            N_("“{value}” is not the number of a change: “huoke server quarantine list” shows the numbers."), value=text
        )
    return int(text)


def _list(arguments: Namespace, desk: Desk) -> int:
    from sync.server.quarantine import all_put_aside

    with opened_office(arguments, desk):
        _print(all_put_aside(), desk)
    return 0


def _print(found: Iterable[PutAside], desk: Desk) -> None:
    from model.laptop import FARED_NAMES
    from tui.cli.log import local_time

    in_words = desk.form == "table"
    print_rows(
        COLUMNS,
        [
            (
                row.place, local_time(row.received_at), row.device, row.person, row.number, row.kind,
                _(row.reason) if in_words else row.reason,
                _(FARED_NAMES.get(row.status, row.status)) if in_words else row.status,
            )
            for row in found
        ],
        desk.form,
    )  # fmt: skip


def _judge(arguments: Namespace, desk: Desk) -> int:
    if arguments.all == (arguments.place is not None):
        raise InputError(N_("Name one change by its number, or all of them with --all."))
    with opened_office(arguments, desk) as (_store, office):
        return _judge_all(office, desk) if arguments.all else _judge_one(office, arguments.place, desk)


def _judge_one(office: Office, place: int, desk: Desk) -> int:
    from model.laptop import FARED_NAMES
    from sync.server.quarantine import all_put_aside

    fared = office.judge_put_aside(place)
    [row] = [row for row in all_put_aside() if row.place == place]
    if desk.form != "table":
        _print([row], desk)
    status = _(FARED_NAMES.get(fared.status, fared.status))
    told = _("{change} of {device} was judged now: {status}.").format(change=row.kind, device=row.device, status=status)
    reason = sentence(HuokeError(fared.template, **fared.params)) if fared.template else ""
    tell(f"{told} {reason}".strip())
    return 0


def _judge_all(office: Office, desk: Desk) -> int:
    """Judge everything that is open; the exit status is 1 where something of it cannot be judged and stays."""
    from sync.server.quarantine import all_put_aside, open_among

    waiting = [row.place for row in open_among(all_put_aside())]
    stays = 0
    for place in waiting:
        try:
            office.judge_put_aside(place)
        except Refused as still:
            tell(sentence(still))
            stays += 1
    if desk.form != "table":
        _print([row for row in all_put_aside() if row.place in waiting], desk)
    tell(_("Judged now: {count} changes; {left} stay put aside.").format(count=len(waiting) - stays, left=stays))
    return STILL_THERE if stays else 0
