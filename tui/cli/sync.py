"""`huoke sync`: exchange with the company's server now, or again and again."""

from __future__ import annotations

import json
import random
import signal
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from model.errors import N_, HuokeError, InputError, Refused, UnreachableError
from tui.cli.asking import asked_passphrase
from tui.cli.desk import Desk
from tui.cli.output import Column, ProgressLine, print_one, sentence, tell
from tui.cli.parser import Parser, Verbs
from tui.locale import _

if TYPE_CHECKING:
    from model.store import Store
    from sync.client import Exchanged, Line, Progress

# Their headings are the names by which a program gets them, so that there is one word for each thing.
COLUMNS = (
    Column("pushed", N_("pushed")),
    Column("confirmed", N_("confirmed")),
    Column("held", N_("held")),
    Column("refused", N_("refused")),
    Column("conflicts", N_("conflicts")),
    Column("rows_pulled", N_("rows_pulled")),
    Column("bytes_up", N_("bytes_up")),
    Column("bytes_down", N_("bytes_down")),
    Column("round_trips", N_("round_trips")),
    Column("seconds", N_("seconds")),
)
LONGEST_WATCH_SECONDS = 86_400
# Many laptops that were started together must not come together for ever.
JITTER_PERCENT = 10
FIRST_STATUS_OF_TROUBLE = 500


def add_parser(verbs: Verbs, common: Parser) -> None:
    told = _("exchange with the company's server")
    parser = verbs.add_parser("sync", parents=[common], help=told, description=told)
    parser.add_argument(
        "--watch", type=_seconds, metavar=_("SECONDS"), help=_("again and again, so many seconds apart, until stopped")
    )
    parser.set_defaults(run=_sync)


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= LONGEST_WATCH_SECONDS):
        raise InputError(N_("“{value}” is not a number of seconds: write it like 60."), value=text)
    return int(text)


def _sync(arguments: Namespace, desk: Desk) -> int:
    from sync.errors import Revoked

    try:
        return _exchange(arguments, desk)
    except Revoked as reason:
        # Raised once everything is handed over and the store is gone.
        raise Revoked(N_("{reason} Everything of the company was removed from this laptop."), reason=reason) from reason


def _exchange(arguments: Namespace, desk: Desk) -> int:
    from sync.client import exchange_patiently, line_of

    with desk.opened() as store, line_of(store, passphrase=asked_passphrase, store_key=store.key) as line:
        if arguments.watch:
            _watch(store, line, desk, arguments.watch)
            return 0
        shown = ProgressLine()
        try:
            done = exchange_patiently(store, line, progress=lambda progress: _show(shown, progress))
        finally:
            shown.clear()
        _print(done, desk)
    return 0


def _show(shown: ProgressLine, progress: Progress) -> None:
    from tui.exchange.words import progress_with_bytes

    shown.show_words(progress_with_bytes(progress))


def _print(done: Exchanged, desk: Desk) -> None:
    """What an exchange did: for a program one object on one line, for a person a line for each figure."""
    row = (
        done.pushed, done.confirmed, done.held, done.refused, done.conflicts, done.rows_pulled, done.bytes_up,
        done.bytes_down, done.round_trips, round(done.seconds, 3),
    )  # fmt: skip
    if desk.form == "json":
        print(json.dumps(dict(zip((column.name for column in COLUMNS), row, strict=True))), flush=True)
    else:
        print_one(COLUMNS, [*row[:-1], f"{done.seconds:.3f}"], desk.form)


def _watch(store: Store, line: Line, desk: Desk, seconds: int) -> None:
    """Exchange until a signal ends it; whatever keeps the server away for a while is told and waited out."""
    from sync.client import exchange, pauses
    from tui.exchange.words import cost_words, exchanged_words

    with _until_signalled() as ended:
        waits = pauses()
        while not ended.is_set():
            line.round_trips = line.bytes_up = line.bytes_down = 0
            try:
                done = exchange(store, line)
            except HuokeError as error:
                if not _passes(error):
                    raise
                tell(sentence(error))
                ended.wait(max(next(waits), getattr(error, "retry_after_seconds", None) or 0))
                continue
            waits = pauses()
            if desk.form == "json":
                _print(done, desk)
            else:
                print(f"{exchanged_words(done)} {cost_words(done)}", flush=True)
            ended.wait(seconds * random.uniform(1 - JITTER_PERCENT / 100, 1 + JITTER_PERCENT / 100))


def _passes(error: HuokeError) -> bool:
    """Whether an error is one that waiting mends: the network, a server or proxy in trouble, another program here."""
    from sync.errors import OfficeError

    in_trouble = isinstance(error, OfficeError) and error.status >= FIRST_STATUS_OF_TROUBLE
    passing = isinstance(error, UnreachableError | Refused) or in_trouble
    return passing or getattr(error, "retry_after_seconds", None) is not None


@contextmanager
def _until_signalled() -> Iterator[threading.Event]:
    """An event that SIGINT or SIGTERM sets: the exchange under way comes to its end first."""
    ended = threading.Event()
    ends = (signal.SIGINT, signal.SIGTERM)
    former = {end: signal.signal(end, lambda _number, _frame: ended.set()) for end in ends}
    try:
        yield ended
    finally:
        for end, handler in former.items():
            signal.signal(end, handler)
