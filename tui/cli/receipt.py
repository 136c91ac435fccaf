"""`huoke receipt`: record money that came or went, or take a receipt back."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence

from model.changes.documents import next_number
from model.changes.receipts import NamedBill, ReceiptRecorded, RecordReceipt, ReverseReceipt
from model.customers import customer_by_code
from model.errors import N_, InputError
from model.ids import new_id
from model.money import format_amount, grouped, parse_amount
from model.orders import Order, order_by_number
from model.receipts import KINDS, receipt_by_number
from tui.cli.desk import Desk
from tui.cli.output import Cell, Column, print_rows, tell
from tui.cli.parser import Parser, Verbs, add_date, add_reason, day_or
from tui.locale import _

COLUMNS = (
    Column("number", N_("number")),
    Column("amount", N_("amount"), right=True),
    Column("order", N_("settles")),
    Column("allocated", N_("allocated"), right=True),
    Column("unallocated", N_("not allocated"), right=True),
    Column("balance", N_("balance"), right=True),
)
KINDS_TO_ADD = tuple(kind for kind in KINDS if kind != "reversal")


def add_parser(verbs: Verbs, common: Parser) -> None:
    parser = verbs.add_parser("receipt", parents=[common], help=_("record money, or reverse it"))
    acts = parser.add_subparsers(required=True, metavar=_("ACT"), dest="act", parser_class=Parser)
    add = acts.add_parser("add", parents=[common], help=_("record money received, paid back, written off or given up"))
    add.add_argument("--customer", required=True, metavar=_("CODE"), help=_("the customer's code"))
    add.add_argument("--amount", required=True, type=parse_amount, metavar=_("AMOUNT"), help=_("such as 1234.50"))
    add.add_argument("--kind", choices=KINDS_TO_ADD, default="receipt", help=_("what it is; without it, a receipt"))
    add.add_argument(
        "--order", dest="orders", nargs="+", action="extend", default=[], metavar=_("NUMBER[=AMOUNT]"),
        help=_("a bill that it settles first, in the order given; without an amount, as much as it owes"),
    )  # fmt: skip
    add.add_argument("--method", default="", metavar=_("TEXT"), help=_("how it was paid"))
    add.add_argument("--reference", default="", metavar=_("TEXT"), help=_("the bank's reference"))
    add_reason(add, required=False)
    add_date(add)
    add.set_defaults(run=_add)
    reverse = acts.add_parser("reverse", parents=[common], help=_("take a receipt back whole"))
    reverse.add_argument("number", metavar=_("NUMBER"))
    add_reason(reverse, required=True)
    add_date(reverse)
    reverse.set_defaults(run=_reverse)


def _add(arguments: Namespace, desk: Desk) -> int:
    with desk.writing():
        customer = customer_by_code(arguments.customer).id
        recorded = desk.record(
            RecordReceipt(
                id=new_id(),
                number=next_number(),
                customer=customer,
                date=day_or(arguments.date, desk.today),
                amount=arguments.amount,
                kind=arguments.kind,
                method=arguments.method,
                reference=arguments.reference,
                reason=arguments.reason,
                bills=tuple(_named_bill(text) for text in arguments.orders),
            )
        )
        balance = _balance_told(recorded)
        reserved, freed = _reserved_by_number(recorded, customer), _freed(customer, arguments.orders, desk)
    _print_recorded(recorded, balance, desk, reserved)
    for number in freed:
        tell(_("{number} is free now: “huoke order release {number}” lets it through.").format(number=number))
    return 0


def _reserved_by_number(recorded: ReceiptRecorded, customer: bytes) -> dict[str, int]:
    """What of the money waits for orders that it names and that are not confirmed yet, in minor units."""
    from model.settlement import reserved_of

    return {Order.get_by_id(id_).number: amount for id_, amount in reserved_of(recorded.id, customer).items()}


def _freed(customer: bytes, named: Sequence[str], desk: Desk) -> list[str]:
    """Numbers of the held orders that nothing stops any more, those that the money names first."""
    from model.changes.order_judging import judge_order
    from model.changes.order_lines import lines_of
    from model.money_lists import releasable_orders

    meant = [Order.get_by_id(_named_bill(text).order) for text in named]
    freed = [
        order for order in meant if order.state == "held" and judge_order(order, lines_of(order), desk.today).ok
    ]  # fmt: skip
    freed += releasable_orders(customer, desk.today)
    return list(dict.fromkeys(str(order.number) for order in freed))


def _named_bill(text: str) -> NamedBill:
    number, equals, amount = text.rpartition("=")
    if equals and Order.get_or_none(Order.number == text) is None:
        if not number:
            raise InputError(N_("“{value}” is not a bill: write it like NUMBER or NUMBER=100.00."), value=text)
        return NamedBill(order=order_by_number(number).id, amount=parse_amount(amount))
    return NamedBill(order=order_by_number(text).id)


def _reverse(arguments: Namespace, desk: Desk) -> int:
    with desk.writing():
        recorded = desk.record(
            ReverseReceipt(
                id=new_id(),
                number=next_number(),
                receipt=receipt_by_number(arguments.number).id,
                date=day_or(arguments.date, desk.today),
                reason=arguments.reason,
            )
        )
        balance = _balance_told(recorded)
    _print_recorded(recorded, balance, desk)
    return 0


def _balance_told(recorded: ReceiptRecorded) -> Cell:
    """What the customer owes now; nothing where only its card is on this laptop."""
    from model.laptop import cards_among
    from model.store import rows

    [(customer,)] = rows("SELECT customer_id FROM receipt WHERE id = ?", (recorded.id,))
    return None if cards_among([bytes(customer)]) else format_amount(recorded.balance)


def _print_recorded(
    recorded: ReceiptRecorded, balance: Cell, desk: Desk, reserved: Mapping[str, int] | None = None
) -> None:
    """One row for each bill that the money settled; one without a bill where it settled none.

    Args:
        reserved: what of it waits for orders that are not confirmed yet, in minor units by their numbers.
    """
    common = (format_amount(recorded.unallocated), balance)
    settled: list[tuple[Cell, Cell]] = [(part.bill, format_amount(part.amount)) for part in recorded.parts]
    print_rows(
        COLUMNS,
        [(recorded.number, format_amount(recorded.amount), *part, *common) for part in settled or [(None, None)]],
        desk.form,
    )
    if desk.form == "table":
        _print_waiting(recorded.unallocated, {} if reserved is None else reserved)
    if recorded.same_day:
        tell(
            _("The same amount was recorded on that day already: {numbers}; “huoke undo” takes this one back.").format(
                numbers=", ".join(recorded.same_day)
            )
        )


def _print_waiting(unallocated: int, reserved: Mapping[str, int]) -> None:
    """What the money waits for: orders that it names and that are not confirmed yet, and whatever comes next."""
    for number, amount in reserved.items():
        print(_("{amount} waits for {number}.").format(amount=grouped(amount), number=number))
    left = unallocated - sum(reserved.values())
    if left > 0:
        print(_("{amount} waits for the next bill.").format(amount=grouped(left)))
