"""`huoke me`: who sits at this store, and so may do what a role may do."""

from __future__ import annotations

from argparse import Namespace

from model.errors import N_, Refused
from model.people import ROLE_NAMES, salesperson_by_code
from model.store import meta, set_meta
from tui.cli.desk import ME, Desk
from tui.cli.output import Column, print_rows, tell
from tui.cli.parser import Parser, Verbs
from tui.locale import _

COLUMNS = (Column("code", N_("person")), Column("name", N_("name")), Column("role", N_("role")))


def add_parser(verbs: Verbs, common: Parser) -> None:
    parser = verbs.add_parser("me", parents=[common], help=_("show or set who sits at this store"))
    who = parser.add_mutually_exclusive_group()
    who.add_argument("code", nargs="?", metavar=_("PERSON"), help=_("the salesperson who sits here from now on"))
    who.add_argument("--nobody", action="store_true", help=_("nobody in particular: everything may be done"))
    parser.set_defaults(run=_me)


def _me(arguments: Namespace, desk: Desk) -> int:
    if arguments.code is None and not arguments.nobody:
        with desk.opened():
            _print(desk)
        return 0
    with desk.writing():
        if arguments.code is not None:
            person = salesperson_by_code(arguments.code)
            if not person.active:
                raise Refused(N_("{name} no longer works here: choose someone who does."), name=person.name)
        set_meta(ME, "" if arguments.code is None else person.code)
        _print(desk)
    return 0


def _print(desk: Desk) -> None:
    code = meta(ME)
    people = [salesperson_by_code(code)] if code else []
    if people or desk.form != "table":
        rows = [(person.code, person.name, desk.word(ROLE_NAMES, person.role)) for person in people]
        print_rows(COLUMNS, rows, desk.form)
    else:
        tell(_("Nobody has signed in here: everything may be done."))
