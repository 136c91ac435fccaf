"""What can be done with money: record a receipt, refund, write-off or discount, and reverse one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import msgspec

from model import allocation, totals
from model.changes.cover import refuse_goods_without_cover
from model.changes.customers import checked_text, customer_with_id
from model.changes.documents import document_date, free_number
from model.changes.kind import Args, Kind
from model.context import Context
from model.customers import Customer
from model.errors import N_, HuokeError, InputError, Refused
from model.money import LARGEST_AMOUNT_MINOR, format_amount
from model.notices import notify
from model.orders import Order, standing_for
from model.people import Salesperson
from model.receipts import KIND_NAMES, KINDS, Receipt
from model.rights import RIGHTS, earliest_unheard, may, require
from model.settlement import reserved_for, settle, settle_appended
from model.store import execute, execute_many, one, rows
from model.touched import touch

MOST_NAMED_BILLS = 1_000
# Money that came in is a fact, whoever took it; what goes out or is given up is decided, where it is entered.
RIGHT_FOR_KIND = {"refund": "give_back", "write_off": "write_off", "discount": "give_discount"}


class Payment(Args, frozen=True):
    """Money received together with an order; amount in minor units."""

    id: bytes
    number: str
    amount: int
    method: str = ""


class NamedBill(Args, frozen=True):
    """A bill that a receipt names; without an amount, as much as it owes."""

    order: bytes
    amount: int | None = None


class RecordReceipt(Args, frozen=True):
    """A movement of money. `kind` is receipt, refund, write_off or discount; amount in minor units, above zero."""

    id: bytes
    number: str
    customer: bytes
    date: date
    amount: int
    kind: str = "receipt"
    method: str = ""
    reference: str = ""
    reason: str = ""
    bills: tuple[NamedBill, ...] = ()


class ReverseReceipt(Args, frozen=True):
    """A receipt taken back whole, and why."""

    id: bytes
    number: str
    receipt: bytes
    date: date
    reason: str


@dataclass(frozen=True)
class AllocatedPart:
    """What of a receipt settled one bill, in minor units."""

    bill: str
    amount: int


@dataclass(frozen=True)
class ReceiptRecorded:
    """What became of a receipt.

    Attributes:
        parts: the bills it settled.
        unallocated: minor units that wait for the next bill.
        same_day: numbers of receipts of the same customer, amount and day: perhaps it was entered twice.
        balance: what the customer owes now, in minor units.
    """

    id: bytes
    number: str
    amount: int
    parts: tuple[AllocatedPart, ...]
    unallocated: int
    same_day: tuple[str, ...]
    balance: int


def order_with_id(id_: bytes) -> Order:
    """The order with this id.

    Raises:
        InputError: there is none.
    """
    found = Order.with_id(id_)
    if found is None:
        raise InputError(N_("The order {id} is not in this store: sync first."), id=id_.hex())
    return found


def paid_for(order: Order) -> int:
    """Money in minor units that is reserved for an order that is not confirmed yet."""
    return min(reserved_for(order.customer_id, order.id), order.amount)


def post_payment(payment: Payment, order: Order, day: date, ctx: Context) -> None:
    """Record money received with an order, naming it."""
    _check_amount(payment.amount)
    receipt = Receipt(
        id=payment.id, number=free_number(payment.number, payment.id), customer=order.customer_id, date=day,
        amount=payment.amount, method=checked_text("method", payment.method), change_uid=ctx.change_uid,
    )  # fmt: skip
    _twins(receipt, ctx)
    named = NamedBill(order=order.id)
    wishes = _wishes((named,), receipt, ctx)
    _insert(receipt, (named,) if wishes else ())
    _settle(receipt, wishes)


def announce_receipt(id_: bytes, customer_id: bytes) -> None:
    """Say that a receipt is about to be written."""
    touch("receipt", id_, customer=customer_id)


def _check_amount(amount: int) -> None:
    if not 0 < amount <= LARGEST_AMOUNT_MINOR:
        raise InputError(N_("The amount of a receipt must be above zero."))


def _insert(receipt: Receipt, bills: tuple[NamedBill, ...]) -> Receipt:
    announce_receipt(receipt.id, receipt.customer_id)
    receipt.save(force_insert=True)
    execute_many(
        "INSERT INTO receipt_order (receipt_id, position, order_id, amount) VALUES (?, ?, ?, ?)",
        [(receipt.id, position, bill.order, bill.amount) for position, bill in enumerate(bills)],
    )
    totals.ensure_customer(receipt.customer_id)
    return receipt


def _settle(receipt: Receipt, wishes: tuple[allocation.Wish, ...]) -> None:
    day = receipt.date.isoformat()
    row = (receipt.id, receipt.kind, receipt.number, day, receipt.amount, receipt.reverses_id)
    settle_appended(receipt.customer_id, allocation.receipt_event(row, wishes, None))


def record_receipt(args: RecordReceipt, ctx: Context) -> ReceiptRecorded:
    if args.kind not in KINDS or args.kind == "reversal":
        raise InputError(N_("A receipt is one of: {names}."), names=", ".join(KINDS[:-1]))
    customer, day = customer_with_id(args.customer), document_date(args.date, ctx)
    args = msgspec.structs.replace(args, bills=_standing_bills(args.bills))
    _check_amount(args.amount)
    _require_right(args.kind, ctx)
    if len(args.bills) > MOST_NAMED_BILLS:
        raise InputError(
            N_("The receipt names {count} bills: split it, {most} fit in one."),
            count=len(args.bills), most=MOST_NAMED_BILLS,
        )  # fmt: skip
    reason = checked_text("reason", args.reason)
    if args.kind in ("write_off", "refund") and not reason:
        raise InputError(N_("Say why: a {kind} keeps a reason."), kind=KIND_NAMES[args.kind])
    if args.kind == "refund" and args.bills:
        raise InputError(N_("A {kind} settles no bill: leave the order out."), kind=KIND_NAMES[args.kind])
    if len({bill.order for bill in args.bills}) < len(args.bills):
        raise InputError(N_("The receipt names one bill twice: name each once."))
    if sum(bill.amount or 0 for bill in args.bills) > args.amount:
        raise InputError(N_("The bills named come to more than the receipt: lower one of them."))
    if args.kind in ("write_off", "discount"):
        _not_beyond_the_debt(customer, args)
    receipt = Receipt(
        id=args.id, number=free_number(args.number, args.id), customer=customer.id, date=day, amount=args.amount,
        kind=args.kind, method=checked_text("method", args.method),
        reference=checked_text("reference", args.reference),
        reason=reason, change_uid=ctx.change_uid,
    )  # fmt: skip
    twins = _twins(receipt, ctx)
    wishes = _wishes(args.bills, receipt, ctx)
    granted = {wish.order for wish in wishes}
    named = tuple(bill for bill in args.bills if bill.order in granted)
    _insert(receipt, named)
    _settle(receipt, wishes)
    if ctx.arrived:
        _tell_of_less(receipt, named, ctx)
        _tell_of_no_right(receipt, customer, ctx)
    return _recorded(receipt, twins)


def _require_right(kind: str, ctx: Context) -> None:
    """Refuse what goes out or is given up to whose role may not; money that went back already is a fact.

    Raises:
        Refused: the person's role does not have the right.
    """
    right = RIGHT_FOR_KIND.get(kind)
    if right is not None and not (kind == "refund" and ctx.is_past):
        require(ctx, right)


def _tell_of_no_right(receipt: Receipt, customer: Customer, ctx: Context) -> None:
    """Tell the office of money that somebody gave back whose role may not."""
    if ctx.person is None or receipt.kind != "refund" or may(ctx.person, RIGHT_FOR_KIND["refund"]):
        return
    person = Salesperson.with_id(ctx.person)
    notify(
        ctx, None, "receipt.record",
        N_("{number}: {name}, whose role may not, gave {amount} back to {code}; reverse it if that was wrong."),
        customer=receipt.customer_id, about=receipt.number, number=receipt.number,
        name="?" if person is None else person.name, amount=format_amount(receipt.amount), code=customer.code,
    )  # fmt: skip


def _standing_bills(bills: tuple[NamedBill, ...]) -> tuple[NamedBill, ...]:
    """The bills named, each replaced by the order that stands for it now: whoever paid may not have heard of that."""
    named = [NamedBill(order=standing_for(bill.order), amount=bill.amount) for bill in bills]
    if len({bill.order for bill in named}) < len(named) == len({bill.order for bill in bills}):
        # Two of them became one, which takes as much as it owes.
        named = [NamedBill(order=order) for order in dict.fromkeys(bill.order for bill in named)]
    return tuple(named)


def _twins(receipt: Receipt, ctx: Context) -> tuple[str, ...]:
    """Numbers of receipts like one that is to be posted; the office is told, as two laptops may have taken it once."""
    numbers = tuple(
        str(number)
        for (number,) in rows(
            "SELECT number FROM receipt WHERE customer_id = ? AND date = ? AND amount = ? AND kind = ? AND voided = 0"
            " ORDER BY number",
            (receipt.customer_id, receipt.date.isoformat(), receipt.amount, receipt.kind),
        )
    )
    if numbers and ctx.arrived:
        notify(
            ctx, None, "receipt.record",
            N_("{number} has the customer, day and amount of {others}: was it entered twice?"),
            customer=receipt.customer_id, about=receipt.number, number=receipt.number, others=list(numbers),
        )  # fmt: skip
    return numbers


def _not_beyond_the_debt(customer: Customer, args: RecordReceipt) -> None:
    """Refuse to give up more than is owed: the rest would turn into money the customer never paid."""
    found = one("SELECT balance FROM customer_total WHERE customer_id = ?", (customer.id,))
    owed = max(0, 0 if found is None else int(found[0]))
    if args.amount > owed:
        raise Refused(
            N_("{code} owes only {owed}: a {kind} cannot be more."),
            code=customer.code, owed=format_amount(owed), kind=KIND_NAMES[args.kind],
        )  # fmt: skip


def _wishes(bills: tuple[NamedBill, ...], receipt: Receipt, ctx: Context) -> tuple[allocation.Wish, ...]:
    """The bills that a receipt names, as far as they can take its money.

    Raises:
        InputError: a bill is not in this store, or an amount is not above zero.
        Refused: a bill takes no money of this customer. Money that a laptop recorded came in all the same: it is
            posted without that bill, and its maker is told.
    """
    wishes = []
    for bill in bills:
        try:
            wishes.append(_wish(bill, receipt.customer_id))
        except HuokeError:
            if not ctx.arrived or receipt.kind in ("write_off", "discount"):
                raise
            named = Order.get_or_none(Order.id == bill.order)
            notify(
                ctx, ctx.person, "receipt.record",
                N_("{number} is recorded without the bill {bill} that it names: that one takes no money here."),
                customer=receipt.customer_id, about=receipt.number, number=receipt.number,
                bill=bill.order.hex() if named is None else named.number,
            )  # fmt: skip
    return tuple(wishes)


def _wish(bill: NamedBill, customer_id: bytes) -> allocation.Wish:
    order = order_with_id(bill.order)
    if order.customer_id != customer_id:
        raise Refused(N_("{number} is another customer's order."), number=order.number)
    if order.kind == "return":
        raise Refused(N_("{number} is a return: money settles bills."), number=order.number)
    if order.state not in ("confirmed", "held", "quote"):
        raise Refused(N_("{number} is {state} and takes no money."), number=order.number, state=order.state)
    if bill.amount is not None and bill.amount <= 0:
        raise InputError(N_("The amount for {number} must be above zero."), number=order.number)
    return allocation.Wish(order.id, bill.amount, order.amount)


def _tell_of_less(receipt: Receipt, bills: tuple[NamedBill, ...], ctx: Context) -> None:
    """Tell its maker where a bill took less of the money than was meant for it: others settled some of it before."""
    left = receipt.amount
    for bill in bills:
        [(number, amount, state, settled)] = rows(
            "SELECT o.number, o.amount, o.state, (SELECT CAST(COALESCE(SUM(a.amount), 0) AS BIGINT) FROM allocation a"
            " WHERE a.source_id = ? AND a.bill_id = o.id) FROM orders o WHERE o.id = ?",
            (receipt.id, bill.order),
        )
        meant = min(left, amount if bill.amount is None else bill.amount)
        left -= meant
        if state == "confirmed" and settled < meant:
            notify(
                ctx, ctx.person, "receipt.record",
                N_("{number}: {bill} took {settled} of the {meant} meant for it; the rest waits for the next bill."),
                customer=receipt.customer_id, about=receipt.number, number=receipt.number, bill=number,
                settled=format_amount(settled), meant=format_amount(meant),
            )  # fmt: skip


def _recorded(receipt: Receipt, twins: tuple[str, ...]) -> ReceiptRecorded:
    parts = rows(
        "SELECT o.number, a.amount FROM allocation a JOIN orders o ON o.id = a.bill_id"
        " WHERE a.customer_id = ? AND a.source_id = ? AND a.amount > 0 ORDER BY o.due_date, o.number",
        (receipt.customer_id, receipt.id),
    )
    kept = one(
        "SELECT r.unallocated, t.balance FROM receipt r JOIN customer_total t ON t.customer_id = r.customer_id"
        " WHERE r.id = ?",
        (receipt.id,),
    )
    unallocated, balance = (0, 0) if kept is None else kept
    return ReceiptRecorded(
        receipt.id, receipt.number, receipt.amount, tuple(AllocatedPart(*part) for part in parts), unallocated, twins,
        balance,
    )  # fmt: skip


def reverse_receipt(args: ReverseReceipt, ctx: Context) -> ReceiptRecorded:
    require(ctx, "reverse_receipt")
    receipt = Receipt.get_or_none(Receipt.id == args.receipt)
    if receipt is None:
        raise InputError(N_("The receipt {id} is not in this store: sync first."), id=args.receipt.hex())
    if receipt.kind == "reversal" or receipt.voided:
        raise Refused(N_("{number} is itself taken back: record the money again instead."), number=receipt.number)
    before = one("SELECT number FROM receipt WHERE reverses_id = ? AND voided = 0", (receipt.id,))
    if before is not None:
        raise Refused(N_("{number} was reversed by {other} already."), number=receipt.number, other=before[0])
    day = document_date(args.date, ctx, earliest=receipt.date)
    if day < receipt.date:
        raise Refused(N_("{number} cannot be reversed before its own date."), number=receipt.number)
    reason = checked_text("reason", args.reason)
    if not reason:
        raise InputError(N_("Say why {number} is reversed."), number=receipt.number)
    reversal = _insert(
        Receipt(
            id=args.id, number=free_number(args.number, args.id), customer=receipt.customer_id, date=day,
            amount=receipt.amount, kind="reversal", reverses=receipt.id, reason=reason, change_uid=ctx.change_uid,
        ),
        (),
    )  # fmt: skip
    settle(receipt.customer_id)
    return _recorded(reversal, ())


def undo_record_receipt(args: RecordReceipt | ReverseReceipt, ctx: Context) -> None:
    receipt = Receipt.get_or_none(Receipt.id == args.id)
    if receipt is None or receipt.voided:
        raise Refused(N_("There is nothing left to undo."))
    named_by = one("SELECT number FROM receipt WHERE reverses_id = ? AND voided = 0", (receipt.id,))
    if named_by is not None:
        raise Refused(N_("{number} was reversed by {other} already."), number=receipt.number, other=named_by[0])
    still_a_slip(receipt, ctx)
    announce_receipt(receipt.id, receipt.customer_id)
    execute("UPDATE receipt SET voided = 1, unallocated = 0 WHERE id = ?", (receipt.id,))
    settle(receipt.customer_id)
    refuse_goods_without_cover(receipt, ctx)


def still_a_slip(receipt: Receipt, ctx: Context) -> None:
    """Only a slip is undone: later a receipt is somebody's word, and who may reverse it gives a reason.

    Raises:
        Refused: it is too late, and the person may not reverse.
    """
    if may(ctx.person, "reverse_receipt"):
        return
    recorded = one("SELECT business_date FROM change WHERE uid = ?", (receipt.change_uid,))
    since = earliest_unheard(ctx) if ctx.is_past else ctx.business_date
    if recorded is None or date.fromisoformat(recorded[0]) < since:
        raise Refused(
            N_("{number} was not recorded today: ask someone whose role is {roles} to reverse it."),
            number=receipt.number, roles=RIGHTS["reverse_receipt"],
        )  # fmt: skip


RECEIPT_KINDS = (
    Kind("receipt.record", RecordReceipt, record_receipt, undo_record_receipt),
    Kind("receipt.reverse", ReverseReceipt, reverse_receipt, undo_record_receipt),
)
