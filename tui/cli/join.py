"""`huoke join`: make this store a laptop's of a company's server."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from model.errors import N_
from tui.cli.asking import asked_new_passphrase
from tui.cli.desk import Desk, nothing_left_behind
from tui.cli.output import Column, print_one, tell
from tui.cli.parser import Parser, Verbs
from tui.locale import _

COLUMNS = (
    Column("server", N_("server")),
    Column("device", N_("device")),
    Column("person", N_("person")),
    Column("key", N_("device key")),
)


def add_parser(verbs: Verbs, common: Parser) -> None:
    details = _("The code is given by the company's office, once: “huoke server enrol” prints it.")
    parser = verbs.add_parser("join", parents=[common], help=_("join a company's server"), description=details)
    parser.add_argument("url", metavar=_("URL"), help=_("the server's address, such as https://office:8787"))
    parser.add_argument("code", metavar=_("CODE"), help=_("the one-time code"))
    parser.add_argument("--ca", type=Path, metavar=_("FILE"), help=_("the certificate that the office gave you, PEM"))
    parser.set_defaults(run=_join)


def _join(arguments: Namespace, desk: Desk) -> int:
    from model.laptop import unsent_count
    from model.store import meta
    from sync.client import join
    from tui.cli.asking import key_of_store
    from tui.exchange.device_key import asks_passphrase, key_place

    # Asked before the code is spent: a code opens once.
    given = asked_new_passphrase() if asks_passphrase(desk.folder) else ""
    key = key_of_store(desk.folder)
    former = _joined_as(desk.folder, key)
    with nothing_left_behind(desk.folder):
        store = join(
            desk.folder, arguments.url, arguments.code, ca=arguments.ca,
            passphrase=lambda: given or asked_new_passphrase(), store_key=key,
        )  # fmt: skip
    with store.use():
        row, unsent = (meta("server"), meta("device"), meta("me"), key_place(store)), unsent_count()
    print_one(COLUMNS, row, desk.form)
    if former == row[1]:
        told = _("Joined again as {device}, with a new key. Unsent changes: {count}, “huoke sync” sends them.")
        tell(told.format(device=row[1], count=unsent))
    elif former:
        told = _(
            "Joined again as {device}: “huoke sync” sends the {count} changes that are kept here. Where “huoke server"
            " devices” still lists {former}, “huoke server revoke {former}” shuts it out."
        )
        tell(told.format(device=row[1], former=former, count=unsent))
    else:
        tell(_("Joined. “huoke sync” fetches what this laptop may hold."))
    return 0


def _joined_as(folder: Path, key: bytes | None) -> str:
    """The device that a folder's store is already; empty where there is none, or it has joined no office."""
    from model.store import meta, open_store, present_database

    folder = folder.expanduser()
    if not folder.is_dir() or not present_database(folder).exists():
        return ""
    store = open_store(folder, key=key)
    try:
        with store.use():
            return meta("device") if meta("server") else ""
    finally:
        store.close()
