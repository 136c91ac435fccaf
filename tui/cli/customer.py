"""`huoke customer`: cards, owners, terms and the blacklist."""

from __future__ import annotations

from argparse import Namespace
from datetime import date

from model.changes.customers import (
    AddCustomer,
    AssignCustomers,
    ClaimCustomer,
    ReleaseCustomer,
    SetBlacklisted,
    SetTerms,
)
from model.changes.editing import edit_of
from model.changes.merging import MergeCustomers
from model.changes.returning import ReturnQuiet
from model.conflicts import Requested
from model.customers import CARD_FIELDS, blacklisted_on, customer_by_code, owner_on, terms_on
from model.dates import parse_date
from model.duplicates import REASON_NAMES, similar_customers
from model.errors import N_, InputError, Refused
from model.ids import new_id
from model.money import format_amount, parse_amount
from model.people import salesperson_by_code
from model.quiet_returns import quiet_customers, return_rule
from tui.cli.desk import Desk
from tui.cli.lookup import codes_of_people, salesperson_or_pool
from tui.cli.output import Column, print_rows, tell
from tui.cli.parser import Parser, Verbs, add_date, add_reason, day_or, days
from tui.cli.previews import QUIET_COLUMNS
from tui.locale import _

COLUMNS = (
    Column("code", N_("code")),
    Column("name", N_("name")),
    Column("owner", N_("owner")),
    Column("credit_days", N_("credit days"), right=True),
    Column("credit_from", N_("counted from")),
    Column("credit_limit", N_("credit limit"), right=True),
    Column("until", N_("until")),
    Column("blacklisted", N_("blacklisted")),
    Column("closed_on", N_("closed on")),
)
CREDIT_FROM_NAMES = {"order": N_("order date"), "month_end": N_("month's end")}
FIELD_NAMES = {
    "name": N_("the full name"),
    "short_name": N_("the name as it is called"),
    "segment": N_("the kind of business"),
    "contact": N_("whom to speak to"),
    "phone": N_("the telephone"),
    "address": N_("the address"),
    "city": N_("the city"),
    "bank_account": N_("the bank account"),
    "tax_id": N_("the tax number"),
    "label": N_("a word of your own"),
    "note": N_("a remark"),
}
# What became of it, where the person's role may only ask for it.
STATUS = Column("status", N_("status"))
REQUESTED = N_("requested")
WITHOUT_CLOSING = ""


def add_parser(verbs: Verbs, common: Parser) -> None:
    parser = verbs.add_parser(
        "customer", parents=[common], help=_("add, edit, assign, block a customer, or set its terms")
    )
    acts = parser.add_subparsers(required=True, metavar=_("ACT"), dest="act", parser_class=Parser)
    _add_card_acts(acts, common)
    _add_owner_acts(acts, common)
    _add_credit_acts(acts, common)


def _add_card_acts(acts: Verbs, common: Parser) -> None:
    add = acts.add_parser("add", parents=[common], help=_("a new customer; it starts without credit"))
    add.add_argument("code", metavar=_("CODE"))
    _add_card(add, name_required=True)
    owner = add.add_mutually_exclusive_group()
    owner.add_argument("--owner", metavar=_("PERSON"), help=_("the salesperson responsible; without it, the pool"))
    owner.add_argument("--retail", action="store_true", help=_("walk-in customers, who have no owner"))
    add_date(add)
    add.set_defaults(run=_add)
    edit = acts.add_parser("edit", parents=[common], help=_("change the card; an empty text empties a field"))
    edit.add_argument("code", metavar=_("CODE"))
    _add_card(edit, name_required=False)
    edit.add_argument(
        "--closed-on",
        type=_day_or_nothing,
        metavar=_("DATE"),
        help=_("the day from which it trades no more; an empty text reopens it"),
    )
    edit.set_defaults(run=_edit)


def _add_owner_acts(acts: Verbs, common: Parser) -> None:
    assign = acts.add_parser("assign", parents=[common], help=_("give customers to a salesperson, or to the pool"))
    assign.add_argument("codes", nargs="+", metavar=_("CODE"))
    assign.add_argument("--to", required=True, metavar=_("PERSON"), help=_("the salesperson's code, or “pool”"))
    add_date(assign, "--from", "from_date")
    assign.set_defaults(run=_assign)
    claim = acts.add_parser("claim", parents=[common], help=_("take a customer of the pool"))
    claim.add_argument("code", metavar=_("CODE"))
    claim.add_argument("--by", metavar=_("PERSON"), help=_("the salesperson; without it, who sits here"))
    add_date(claim, "--from", "from_date")
    claim.set_defaults(run=_claim)
    release = acts.add_parser("release", parents=[common], help=_("give a customer back to the pool"))
    release.add_argument("code", metavar=_("CODE"))
    add_date(release, "--from", "from_date")
    release.set_defaults(run=_release)
    merge = acts.add_parser("merge", parents=[common], help=_("two cards are one customer: all of it goes to one"))
    merge.add_argument("code", metavar=_("CODE"))
    merge.add_argument("--into", required=True, metavar=_("CODE"), help=_("the customer that stays"))
    add_date(merge)
    merge.set_defaults(run=_merge)
    told = _("return quiet customers to the pool, by the rule that is set")
    quiet = acts.add_parser("return-quiet", parents=[common], help=told)
    quiet.add_argument("--dry-run", action="store_true", help=_("show who would return and write nothing"))
    quiet.set_defaults(run=_return_quiet)


def _add_credit_acts(acts: Verbs, common: Parser) -> None:
    for act, told in (
        ("block", _("put a customer on the blacklist")),
        ("unblock", _("take a customer off the blacklist")),
    ):
        blocking = acts.add_parser(act, parents=[common], help=told)
        blocking.add_argument("code", metavar=_("CODE"))
        add_reason(blocking, required=True)
        add_date(blocking, "--from", "from_date")
        blocking.set_defaults(run=_block)
    terms = acts.add_parser("terms", parents=[common], help=_("credit term and limit, for good or until a day"))
    terms.add_argument("code", metavar=_("CODE"))
    terms.add_argument("--days", type=days, metavar=_("DAYS"), help=_("days until a bill is due"))
    terms.add_argument("--limit", type=parse_amount, metavar=_("AMOUNT"), help=_("the most it may owe; 0 is no credit"))
    counted = terms.add_mutually_exclusive_group()
    counted.add_argument(
        "--from-month-end", dest="credit_from", action="store_const", const="month_end",
        help=_("the days count from the end of the order's month"),
    )  # fmt: skip
    counted.add_argument(
        "--from-order", dest="credit_from", action="store_const", const="order",
        help=_("the days count from the order's date"),
    )  # fmt: skip
    add_date(terms, "--from", "from_date")
    terms.add_argument(
        "--until", type=parse_date, metavar=_("DATE"), help=_("the last day of a temporary limit; without it, for good")
    )
    add_reason(terms, required=False)
    terms.set_defaults(run=_terms)


def _add_card(parser: Parser, *, name_required: bool) -> None:
    for field in CARD_FIELDS:
        parser.add_argument(
            f"--{field.replace('_', '-')}",
            required=name_required and field == "name",
            metavar=_("TEXT"),
            help=_(FIELD_NAMES[field]),
        )


def _day_or_nothing(text: str) -> str:
    return parse_date(text).isoformat() if text.strip() else WITHOUT_CLOSING


def _add(arguments: Namespace, desk: Desk) -> int:
    card = {field: text for field in CARD_FIELDS if (text := getattr(arguments, field)) is not None}
    with desk.writing():
        alike = similar_customers(
            name=card["name"], phone=card.get("phone", ""), tax_id=card.get("tax_id", ""), day=desk.today
        )
        desk.record(
            AddCustomer(
                id=new_id(),
                code=arguments.code,
                date=day_or(arguments.date, desk.today),
                card=card,
                retail=arguments.retail,
                owner=None if arguments.owner is None else salesperson_or_pool(arguments.owner),
            )
        )
        _print(desk, desk.as_of, arguments.code)
    for _id, code, name, score, reason in alike:
        tell(
            _("Perhaps it is there already: {code} {name} ({score} %, {reason}).").format(
                code=code, name=name, score=score, reason=_(REASON_NAMES[reason])
            )
        )
    return 0


def _edit(arguments: Namespace, desk: Desk) -> int:
    with desk.writing():
        customer = customer_by_code(arguments.code)
        after = {
            field: text for field in (*CARD_FIELDS, "closed_on") if (text := getattr(arguments, field)) is not None
        }
        if not after:
            raise InputError(N_("Say what to change about {code}, such as --phone."), code=customer.code)
        edit = edit_of(customer, after)
        if edit is not None:
            desk.record(edit)
        _print(desk, desk.as_of, arguments.code)
    return 0


def _assign(arguments: Namespace, desk: Desk) -> int:
    day = day_or(arguments.from_date, desk.today)
    codes = list(dict.fromkeys(arguments.codes))
    with desk.writing():
        outcome = desk.record(
            AssignCustomers(
                customers=tuple(customer_by_code(code).id for code in codes),
                owner=salesperson_or_pool(arguments.to),
                from_date=day,
            )
        )
        _print(desk, day, *codes, asked=isinstance(outcome, Requested))
    return 0


def _claim(arguments: Namespace, desk: Desk) -> int:
    day = day_or(arguments.from_date, desk.today)
    with desk.writing():
        owner = desk.person() if arguments.by is None else salesperson_by_code(arguments.by).id
        if owner is None:
            raise InputError(N_("Say who claims it: give --by, or set who sits here with “huoke me CODE”."))
        desk.record(ClaimCustomer(customer=customer_by_code(arguments.code).id, owner=owner, from_date=day))
        _print(desk, day, arguments.code)
    return 0


def _release(arguments: Namespace, desk: Desk) -> int:
    day = day_or(arguments.from_date, desk.today)
    with desk.writing():
        desk.record(ReleaseCustomer(customer=customer_by_code(arguments.code).id, from_date=day))
        _print(desk, day, arguments.code)
    return 0


def _merge(arguments: Namespace, desk: Desk) -> int:
    day = day_or(arguments.date, desk.today)
    with desk.writing():
        loser, winner = customer_by_code(arguments.code), customer_by_code(arguments.into)
        desk.record(MergeCustomers(loser=loser.id, winner=winner.id, date=day))
        _print(desk, day, winner.code)
    return 0


def _return_quiet(arguments: Namespace, desk: Desk) -> int:
    with desk.writing():
        rule = return_rule(desk.today)
        if rule is None:
            raise Refused(N_("Quiet customers stay with their owners: set return_after_days by “huoke setting set”."))
        falling = quiet_customers(rule, desk.today, desk.today)
        if falling and not arguments.dry_run:
            desk.record(ReturnQuiet(customers=tuple(quiet.id for quiet in falling), after_days=rule.after_days))
        shown = [
            (quiet.code, quiet.name, quiet.owner_code, quiet.clock, quiet.last, quiet.days, quiet.falls_on)
            for quiet in falling
        ]
        print_rows(QUIET_COLUMNS, shown, desk.form)
    return 0


def _block(arguments: Namespace, desk: Desk) -> int:
    day = day_or(arguments.from_date, desk.today)
    with desk.writing():
        outcome = desk.record(
            SetBlacklisted(
                customer=customer_by_code(arguments.code).id,
                from_date=day,
                blacklisted=arguments.act == "block",
                reason=arguments.reason,
            )
        )
        _print(desk, day, arguments.code, asked=isinstance(outcome, Requested))
    return 0


def _terms(arguments: Namespace, desk: Desk) -> int:
    day = day_or(arguments.from_date, desk.today)
    with desk.writing():
        outcome = desk.record(
            SetTerms(
                customer=customer_by_code(arguments.code).id,
                from_date=day,
                credit_days=arguments.days,
                credit_from=arguments.credit_from,
                credit_limit=arguments.limit,
                until=arguments.until,
                reason=arguments.reason,
            )
        )
        _print(desk, day, arguments.code, asked=isinstance(outcome, Requested))
    return 0


def _print(desk: Desk, day: date, *codes: str, asked: bool = False) -> None:
    """The customers as they stand on a day.

    Args:
        asked: nothing was written but a request to the office.
    """
    people = codes_of_people()
    rows = []
    for code in codes:
        customer = customer_by_code(code)
        owner = owner_on(customer.id, day)
        terms = terms_on(customer.id, day)
        rows.append(
            (
                customer.code, customer.name, None if owner is None else people[owner], terms.credit_days,
                desk.word(CREDIT_FROM_NAMES, terms.credit_from), format_amount(terms.credit_limit), terms.until,
                blacklisted_on(customer.id, day), customer.closed_on,
            )
        )  # fmt: skip
    if asked:
        status = _(REQUESTED) if desk.form == "table" else REQUESTED
        print_rows((*COLUMNS, STATUS), [(*row, status) for row in rows], desk.form)
    else:
        print_rows(COLUMNS, rows, desk.form)
