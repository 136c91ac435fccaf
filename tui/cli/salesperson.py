"""`huoke salesperson`: the people, so that a company can begin without files."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from datetime import date

from model.changes.company import AddSalesperson
from model.changes.leaving import SeeOff, customers_left_with
from model.errors import N_, Refused
from model.ids import new_id
from model.people import ROLE_NAMES, ROLES, Salesperson, salesperson_by_code
from tui.cli.desk import Desk
from tui.cli.lookup import salesperson_or_pool
from tui.cli.output import Column, print_rows, tell
from tui.cli.parser import Parser, Verbs, add_date, day_or
from tui.locale import _

COLUMNS = (
    Column("code", N_("person")),
    Column("name", N_("name")),
    Column("role", N_("role")),
    Column("team", N_("team")),
    Column("active", N_("works here")),
)


def add_parser(verbs: Verbs, common: Parser) -> None:
    parser = verbs.add_parser("salesperson", parents=[common], help=_("add or list the people"))
    acts = parser.add_subparsers(required=True, metavar=_("ACT"), dest="act", parser_class=Parser)
    add = acts.add_parser("add", parents=[common], help=_("someone who works here; begins a store where there is none"))
    add.add_argument("code", metavar=_("PERSON"), help=_("the code that stands for this person"))
    add.add_argument("name", metavar=_("NAME"))
    add.add_argument("--role", choices=ROLES, default="sales", help=_("what this person may do; without it, sales"))
    add.add_argument("--team", default="", metavar=_("TEXT"), help=_("the team"))
    add.set_defaults(run=_add)
    told = _("someone leaves; all their open customers go to another, or to the pool")
    leave = acts.add_parser("leave", parents=[common], help=told, description=told)
    add_leaving(leave)
    leave.set_defaults(run=_leave)
    acts.add_parser("list", parents=[common], help=_("everyone")).set_defaults(run=_list)


def _add(arguments: Namespace, desk: Desk) -> int:
    with desk.writing(create=True):
        desk.record(
            AddSalesperson(
                id=new_id(), code=arguments.code, name=arguments.name, role=arguments.role, team=arguments.team
            )
        )
        print_people([salesperson_by_code(arguments.code)], desk)
    return 0


def add_leaving(parser: Parser) -> None:
    """Who leaves, to whom their customers go, and from when."""
    parser.add_argument("code", metavar=_("PERSON"))
    parser.add_argument("--to", required=True, metavar=_("PERSON"), help=_("the salesperson's code, or “pool”"))
    add_date(parser, "--on")


def leaving_of(arguments: Namespace, today: date) -> SeeOff:
    """The change that such a command asks for."""
    return SeeOff(
        person=salesperson_by_code(arguments.code).id, to=salesperson_or_pool(arguments.to),
        date=day_or(arguments.date, today),
    )  # fmt: skip


def _leave(arguments: Namespace, desk: Desk) -> int:
    with desk.writing():
        args = leaving_of(arguments, desk.today)
        count = customers_left_with(args.person, desk.today, args.date)
        refuse_who_is_gone(args.person, count)
        desk.record(args)
        print_people([salesperson_by_code(arguments.code)], desk)
    tell_of_handing_over(count, args, arguments)
    return 0


def refuse_who_is_gone(person: bytes, customers: int) -> None:
    """Refuse to see off who has left already, unless customers are still theirs."""
    leaver = Salesperson.get_by_id(person)
    if not leaver.active and not customers:
        raise Refused(N_("{name} has left already."), name=leaver.name)


def tell_of_handing_over(count: int, args: SeeOff, arguments: Namespace) -> None:
    """Say how many customers went to whom."""
    to = _("the pool") if args.to is None else arguments.to
    tell(_("Customers given to {owner}: {count}.").format(owner=to, count=count))


def _list(arguments: Namespace, desk: Desk) -> int:
    with desk.opened():
        print_people(Salesperson.select().order_by(Salesperson.code), desk)
    return 0


def print_people(people: Iterable[Salesperson], desk: Desk) -> None:
    """Print people as rows of COLUMNS."""
    print_rows(
        COLUMNS,
        [
            (person.code, person.name, desk.word(ROLE_NAMES, person.role), person.team, bool(person.active))
            for person in people
        ],
        desk.form,
    )
