"""`huoke serve`: the company's server; on a fresh machine it makes all that it needs."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from model.errors import N_, InputError, StoreError
from tui.cli.desk import Desk
from tui.cli.invitation import join_command, remember_address
from tui.cli.office import add_database, doing, office_on, server_command, url_of
from tui.cli.output import tell
from tui.cli.parser import Parser, Verbs
from tui.locale import _

if TYPE_CHECKING:
    from model.store import Store
    from sync.server.exchange import Office

DEFAULT_COMPANY = "Huoke"
FIRST_PERSON = "ADMIN"
HIGHEST_PORT = 65_535


def add_parser(verbs: Verbs, common: Parser) -> None:
    told = _("run the company's server, which laptops exchange with")
    details = _("On a fresh machine it begins the store, a company and its first person, and prints that one's code.")
    parser = verbs.add_parser("serve", parents=[common], help=told, description=details)
    add_database(parser)
    parser.add_argument("--host", default="127.0.0.1", metavar=_("HOST"), help=_("where to listen; else this machine"))
    parser.add_argument("--port", type=_port, default=8787, metavar=_("PORT"), help=_("else 8787; 0 takes a free one"))
    parser.add_argument("--tls-cert", type=Path, metavar=_("FILE"), help=_("the certificate, PEM"))
    parser.add_argument("--tls-key", type=Path, metavar=_("FILE"), help=_("its private key, PEM"))
    parser.add_argument("--company", default=DEFAULT_COMPANY, metavar=_("NAME"), help=_("what a new company is called"))
    parser.set_defaults(run=_serve)


def _serve(arguments: Namespace, desk: Desk) -> int:
    if (arguments.tls_cert is None) != (arguments.tls_key is None):
        raise InputError(N_("A certificate and its key belong together: give --tls-cert and --tls-key."))
    try:
        from sync.server.app import make_app
        from sync.server.running import Address, log_to_stderr, serve
    except ModuleNotFoundError as error:
        raise StoreError(N_("The server needs more than the desk: install huoke[server].")) from error
    from sync.server.fitting import Fitting
    from sync.server.snapshot import OfficeSnapshots
    from sync.server.storage import alone_in_beginning, open_office

    address = Address(arguments.host, arguments.port, arguments.tls_cert, arguments.tls_key)
    store = open_office(url_of(arguments, desk), create=True)
    # While it is served, no backup may take the place of the file beneath.
    with store.screen():
        with store.use(), alone_in_beginning():
            code = _first_code(arguments, desk, office_on(store, desk))
        log_to_stderr()
        office = office_on(store, desk)
        fitting = Fitting(office)
        fitting.begin()
        try:
            serve(
                make_app(store, office, OfficeSnapshots(office)),
                address,
                lambda url: _ready(url, code, store, address.certificate),
            )
        finally:
            fitting.end()
    print(_("The server has stopped."), flush=True)
    return 0


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= HIGHEST_PORT):
        raise InputError(N_("“{value}” is not a port: write a number from 0 to 65535."), value=text)
    return int(text)


def _ready(url: str, code: str | None, store: Store, certificate: Path | None) -> None:
    from sync.server.storage import retrying

    def remember() -> None:
        with store.writing():
            remember_address(url, certificate)

    with store.use():
        retrying(remember)
        command = None if code is None else join_command(code)
    # A program that starts the server reads this line to know where it is; it is the same in every language.
    print(f"huoke serving on {url}", flush=True)
    if command is not None:
        print(_("The first laptop joins with: {command}").format(command=command), flush=True)


def _first_code(arguments: Namespace, desk: Desk, office: Office) -> str | None:
    """Begin a company where there is none; give a code for its first laptop while it has no device."""
    from model.people import Salesperson
    from sync.server.accounts import add_person, company_name, devices, enrolment_code, make_company

    if not company_name():
        make_company(arguments.company, doing(office))
    if devices():
        return None
    if not Salesperson.select().exists():
        add_person(FIRST_PERSON, _("Administrator"), "admin", "", doing(office))
    leader = (
        Salesperson.select()
        .where(Salesperson.active == True, Salesperson.role.in_(("admin", "manager")))  # noqa: E712 - a query
        .order_by(Salesperson.role, Salesperson.code)
        .first()
    )
    if leader is None:
        told = _(
            "Nobody here is an admin or a manager yet, and one of them holds everything on the first laptop:"
            " “{add}” adds one, “{enrol}” prints the code for that laptop."
        )
        add = server_command(arguments, desk, "server people add PERSON NAME --role admin")
        tell(told.format(add=add, enrol=server_command(arguments, desk, "server enrol PERSON")))
        return None
    return enrolment_code(leader.code, datetime.now(UTC))
