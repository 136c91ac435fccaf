"""What `huoke serve` and the verbs of `huoke server` share: which database, and the office on it."""

from __future__ import annotations

import argparse
import os
import shlex
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tui.cli.desk import Desk
from tui.clock import TODAY_VARIABLE
from tui.locale import _

if TYPE_CHECKING:
    from model.changes.kind import Args
    from model.store import Store
    from sync.server.exchange import Office

DATABASE_VARIABLE = "HUOKE_DATABASE"
SERVER_FOLDER = "server"


def add_database(parser: argparse.ArgumentParser) -> None:
    """The option that says where the company's data is."""
    parser.add_argument(
        "--database",
        metavar=_("URL"),
        help=_(
            "sqlite:///FOLDER or postgresql://…; without it HUOKE_DATABASE, without that “server” in the store's folder"
        ),
    )


def url_of(arguments: Namespace, desk: Desk) -> str:
    """The database that a verb works on."""
    given: str | None = arguments.database or os.environ.get(DATABASE_VARIABLE)
    return given or f"sqlite:///{desk.folder.absolute() / SERVER_FOLDER}"


def server_command(arguments: Namespace, desk: Desk, words: str) -> str:
    """A command as it is typed for the same office, with the options by which this one was found."""
    found = shlex.join(
        [
            *(["--database", arguments.database] if arguments.database else []),
            *(["--store", str(desk.folder)] if arguments.store_given else []),
        ]
    )
    return f"huoke {words} {found}".rstrip()


def office_on(store: Store, desk: Desk) -> Office:
    """The office of a store; its business date is that of the company's time zone, or what HUOKE_TODAY says."""
    from sync.server.exchange import Office

    return Office(store, day=(lambda: desk.today) if os.environ.get(TODAY_VARIABLE) else None)


@contextmanager
def opened_office(arguments: Namespace, desk: Desk, *, create: bool = False) -> Iterator[tuple[Store, Office]]:
    """The office's store, open and in use, and the office.

    Raises:
        StoreError: there is none and `create` is not set, or it cannot be opened.
        OfficeBusy: its database does not answer.
    """
    from sync.server.storage import open_office

    store = open_office(url_of(arguments, desk), create=create)
    try:
        with store.use():
            yield store, office_on(store, desk)
    finally:
        store.close()


def doing(office: Office) -> Callable[[Args], Any]:
    """Recording what the office itself does, told to every laptop that may see it."""
    return lambda args: office.record_here(args, None)
