"""What people do in the simulated company: each deed as the arguments of a real change, from what the person sees."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from model.changes.closing import CloseMonth
from model.changes.company import SetCost, SetRole, SetSetting
from model.changes.customers import (
    AddCustomer,
    AssignCustomers,
    ClaimCustomer,
    EndTemporaryTerms,
    LogContact,
    ReleaseCustomer,
    SetBlacklisted,
    SetTerms,
)
from model.changes.deciding import DecideConflict, ReadNotices, present_value
from model.changes.documents import next_number
from model.changes.editing import edit_of, shown_field
from model.changes.invoicing import InvoiceOrder
from model.changes.keeping_apart import KeepApart
from model.changes.kind import Args
from model.changes.leasing import RecallLease
from model.changes.leaving import SeeOff
from model.changes.merging import MergeCustomers
from model.changes.order_amending import AmendOrder
from model.changes.orders import (
    CancelOrder,
    ConfirmOrder,
    LineArgs,
    LoseOrder,
    RecordOrder,
    RejectOrder,
    ReleaseOrder,
    ReturnLine,
    ReturnOrder,
)
from model.changes.receipts import NamedBill, Payment, RecordReceipt, ReverseReceipt
from model.changes.recording import last_undoable
from model.changes.targets import SetTarget
from model.changes.undo import UndoChange
from model.conflicts import Conflict
from model.customers import Customer
from model.dates import month_of, shifted
from model.errors import Refused
from model.ids import new_id
from model.orders import LOST_REASONS
from model.store import meta, rows

Some = TypeVar("Some")
SALES, OFFICE = "sales", "office"
E4, MINOR = 10_000, 100
NAMES = ("Zhongguancun Light", "Haidian Cables Ltd", "Shangdi Optics", "Qinghe Paper", "Wudaokou Prints")
# Someone who works at the company and has no laptop.
WITHOUT_LAPTOP = "D"
PHONES = ("13800000001", "13800000002", "010-62550001", "010-62550002")
PLACES = (("1 Suzhou Street", "Beijing"), ("7 Nanjing Road", "Shanghai"), ("9 Jiefang Avenue", "Wuhan"))
BUSY_CUSTOMERS = ("A1", "B1", "C1")
WORDS = ("careful", "pays late", "likes calls", "new boss", "moves soon", "ask for Wang")


@dataclass(frozen=True)
class Desk:
    """Where somebody works: what is done there is made from what the store in use shows.

    Attributes:
        person: who; None for the office's own hand.
        role: `sales` or `office`.
        day: the business date.
        only_trades: a few customers buy and pay, and little else happens.
    """

    person: bytes | None
    role: str
    day: date
    chance: random.Random
    is_server: bool = False
    only_trades: bool = False

    def one_of(self, some: Sequence[Some]) -> Some | None:
        return self.chance.choice(some) if some else None

    def maybe(self, percent: int) -> bool:
        return self.chance.randrange(100) < percent

    def some_day(self) -> date:
        """Mostly today; now and then a day or two ago, or in the month before."""
        return self.day - timedelta(days=self.chance.choice((0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 25)))

    def customer(self) -> bytes | None:
        # A merged customer's id is still what an older screen shows.
        merged = "" if self.maybe(5) else " AND id NOT IN (SELECT loser_id FROM alias)"
        busy = f" AND code IN {BUSY_CUSTOMERS}" if self.only_trades else ""
        return self._id(f"SELECT id FROM customer WHERE 1 = 1{merged}{busy} ORDER BY id")

    def order(self, *states: str, kind: str = "sale") -> tuple[Any, ...] | None:
        marks = ", ".join("?" * len(states))
        return self.one_of(
            rows(
                f"SELECT id, customer_id, amount, date, first_date FROM orders WHERE kind = ? AND state IN ({marks})"
                " ORDER BY id",
                (kind, *states),
            )
        )

    def colleague(self) -> bytes | None:
        return self._id("SELECT id FROM salesperson ORDER BY id")

    def _id(self, query: str) -> bytes | None:
        found = self.one_of(rows(query))
        return None if found is None else bytes(found[0])


def sell(desk: Desk) -> Args | None:
    customer = desk.customer()
    lines = _some_lines(desk)
    if customer is None or not lines:
        return None
    quote = desk.maybe(20)
    total = sum(line.quantity_e3 * line.price_e4 // 1000 for line in lines) // (E4 // MINOR)
    replaced = desk.order("quote", "held") if desk.maybe(8) else None
    return RecordOrder(
        id=new_id(), number=next_number(), customer=customer if replaced is None else bytes(replaced[1]),
        date=desk.some_day(), lines=lines, maker=desk.person, quote=quote,
        replaces=None if replaced is None else bytes(replaced[0]),
        payment=None if quote or not desk.maybe(25) else _payment(desk, total),
    )  # fmt: skip


def _some_lines(desk: Desk) -> tuple[LineArgs, ...]:
    products = rows("SELECT id, price_e4 FROM product ORDER BY id")
    lines = []
    for line in range(1, desk.chance.choice((1, 1, 2)) + 1 if products else 1):
        id_, price_e4 = desk.chance.choice(products)
        lines.append(
            LineArgs(
                line=line, product=bytes(id_), quantity_e3=desk.chance.choice((1, 2, 3, 5, 8, 10, 12)) * 1000,
                price_e4=desk.chance.choice((price_e4, price_e4, price_e4, price_e4 * 8 // 10)),
                discount_bp=desk.chance.choice((0, 0, 0, 500)),
            )
        )  # fmt: skip
    return tuple(lines)


def amend(desk: Desk) -> Args | None:
    order = desk.order("confirmed")
    lines = _some_lines(desk)
    if order is None or not lines:
        return None
    [(version,)] = rows("SELECT version FROM orders WHERE id = ?", (order[0],))
    return AmendOrder(
        id=new_id(), number=next_number(), order=bytes(order[0]), version=version, date=desk.day, lines=lines
    )


def invoice(desk: Desk) -> Args | None:
    order = desk.order("confirmed")
    number = desk.chance.choice(("0441", "0442", ""))
    return None if order is None else InvoiceOrder(order=bytes(order[0]), invoice_number=number, date=desk.day)


def _payment(desk: Desk, total: int) -> Payment:
    return Payment(id=new_id(), number=next_number(), amount=max(1, desk.chance.choice((total, total // 2, total * 2))))


def confirm(desk: Desk) -> Args | None:
    quote = desk.order("quote", "quote", "held") if desk.maybe(5) else desk.order("quote")
    if quote is None:
        return None
    payment = _payment(desk, int(quote[2])) if desk.maybe(25) else None
    return ConfirmOrder(order=bytes(quote[0]), date=desk.day, payment=payment)


def pay(desk: Desk) -> Args | None:
    customer = desk.customer()
    if customer is None:
        return None
    bills = rows(
        "SELECT id, amount FROM orders WHERE customer_id = ? AND kind = 'sale'"
        " AND state IN ('confirmed', 'held', 'quote') ORDER BY id",
        (customer,),
    )
    named = desk.chance.sample(bills, min(len(bills), desk.chance.choice((0, 1, 1, 2))))
    kind = desk.chance.choice(("receipt",) * 8 + ("refund", "discount", "write_off"))
    amount = sum(bill[1] for bill in named) or desk.chance.choice((10_000, 10_000, 25_000, 80_000))
    exact = desk.maybe(30)
    return RecordReceipt(
        id=new_id(), number=next_number(), customer=customer, date=desk.some_day(), amount=max(1, amount), kind=kind,
        reason="" if kind == "receipt" else "agreed by phone",
        bills=() if kind == "refund" else tuple(
            NamedBill(order=bytes(id_), amount=max(1, value // 2) if exact else None) for id_, value in named
        ),
    )  # fmt: skip


def reverse(desk: Desk) -> Args | None:
    receipt = desk.one_of(rows("SELECT id FROM receipt WHERE kind <> 'reversal' AND voided = 0 ORDER BY id"))
    if receipt is None:
        return None
    return ReverseReceipt(
        id=new_id(), number=next_number(), receipt=bytes(receipt[0]), date=desk.day, reason="cheque bounced"
    )


def bring_back(desk: Desk) -> Args | None:
    order = desk.order("confirmed")
    if order is None:
        return None
    lines = rows("SELECT line, quantity_e3 FROM order_line WHERE order_id = ? ORDER BY line", (order[0],))
    line, quantity_e3 = desk.chance.choice(lines)
    return ReturnOrder(
        id=new_id(), number=next_number(), order=bytes(order[0]), date=desk.day,
        lines=(ReturnLine(line=1, returns_line=line, quantity_e3=desk.chance.choice((1000, quantity_e3))),),
    )  # fmt: skip


def cancel(desk: Desk) -> Args | None:
    order = desk.order("confirmed", "held", "quote", kind=desk.chance.choice(("sale", "sale", "sale", "return")))
    return None if order is None else CancelOrder(order=bytes(order[0]), date=desk.day, reason="changed their mind")


def lose(desk: Desk) -> Args | None:
    order = desk.order("quote", "held")
    if order is None:
        return None
    return LoseOrder(order=bytes(order[0]), date=desk.day, reason=desk.chance.choice(LOST_REASONS))


def release(desk: Desk) -> Args | None:
    order = desk.order("held")
    return None if order is None else ReleaseOrder(order=bytes(order[0]), date=desk.day, reason="I know them")


def reject(desk: Desk) -> Args | None:
    order = desk.order("held")
    return None if order is None else RejectOrder(order=bytes(order[0]), date=desk.day, reason="too much")


def edit(desk: Desk) -> Args | None:
    id_ = desk.customer()
    if id_ is None:
        return None
    card = Customer.get_by_id(id_)
    chance = desk.chance
    street, city = chance.choice(PLACES)
    phone, note = shown_field(card, "phone"), shown_field(card, "note")
    edits: list[dict[str, str]] = [
        {"name": chance.choice(NAMES)},
        {"phone": chance.choice((f"{phone}, {chance.choice(PHONES)}".strip(", "), chance.choice(PHONES), ""))},
        {"contact": chance.choice(("Wang", "Li", "Zhao", f"{shown_field(card, 'contact')}, Chen".strip(", ")))},
        {"note": chance.choice((f"{note} · {chance.choice(WORDS)}".strip(" ·"), chance.choice(WORDS)))},
        {"address": street, "city": city},
        {"city": city},
        {"bank_account": str(chance.randrange(3))},
        {"label": chance.choice(("A", "B", "C", ""))},
        {"segment": chance.choice(("school", "hospital"))},
        {"tax_id": chance.choice(("91110108000000001X", "91110108000000002X"))},
    ]
    after: dict[str, str] = {}
    for values in chance.sample(edits, chance.choice((1, 1, 2, 3))):
        after.update(values)
    if desk.maybe(4):
        after = {"closed_on": "" if card.closed_on else desk.day.isoformat()}
    return edit_of(card, after)


def add_customer(desk: Desk) -> Args | None:
    chance = desk.chance
    name = chance.choice(NAMES)
    card = {"name": name}
    if desk.maybe(40):
        card["phone"] = chance.choice(PHONES)
    retail = desk.maybe(5)
    owner = None if retail or desk.maybe(30) else desk.person if desk.role == SALES else desk.colleague()
    return AddCustomer(
        id=new_id(), code=f"N{chance.randrange(12)}", date=desk.day, card=card, retail=retail, owner=owner
    )


def merge(desk: Desk) -> Args | None:
    unmerged = rows("SELECT id FROM customer WHERE retail = 0 AND id NOT IN (SELECT loser_id FROM alias) ORDER BY id")
    if len(unmerged) < 4:
        return None
    loser, winner = (bytes(row[0]) for row in desk.chance.sample(unmerged, 2))
    return MergeCustomers(loser=loser, winner=winner, date=desk.day)


def take_merge_back(desk: Desk) -> Args | None:
    merged = desk.one_of(rows("SELECT change_uid FROM alias ORDER BY loser_id"))
    return None if merged is None else UndoChange(uid=bytes(merged[0]))


def keep_apart(desk: Desk) -> Args | None:
    unmerged = rows("SELECT id FROM customer WHERE retail = 0 AND id NOT IN (SELECT loser_id FROM alias) ORDER BY id")
    asked = rows("SELECT customer_id, field FROM conflict WHERE kind = 'duplicate' ORDER BY id")
    if asked and desk.maybe(60):
        id_, field = desk.chance.choice(asked)
        pair = bytes(id_), bytes.fromhex(field)
    elif len(unmerged) > 1:
        pair = tuple(bytes(row[0]) for row in desk.chance.sample(unmerged, 2))
    else:
        return None
    return KeepApart(id=new_id(), customer=pair[0], other=pair[1], apart=desk.maybe(75))


def assign(desk: Desk) -> Args | None:
    customer = desk.customer()
    if customer is None:
        return None
    owner = None if desk.maybe(20) else desk.colleague()
    return AssignCustomers(customers=(customer,), owner=owner, from_date=desk.day + timedelta(days=desk.maybe(15)))


def see_off(desk: Desk) -> Args | None:
    """Whoever has no laptop leaves: one that is shut out destroys its store, which is played elsewhere."""
    leaver = desk.one_of(rows("SELECT id FROM salesperson WHERE code = ? AND active = 1", (WITHOUT_LAPTOP,)))
    if leaver is None:
        return None
    heir = None if desk.maybe(30) else desk.colleague()
    return None if heir == bytes(leaver[0]) else SeeOff(person=bytes(leaver[0]), to=heir, date=desk.some_day())


def take_anything_back(desk: Desk) -> Args | None:
    """Something of this device that may long have been followed by other things."""
    done = rows("SELECT uid FROM change WHERE device = ? AND kind <> 'change.undo' ORDER BY number", (meta("device"),))
    chosen = desk.one_of(done[-20:])
    return None if chosen is None else UndoChange(uid=bytes(chosen[0]))


def claim(desk: Desk) -> Args | None:
    customer = desk.customer()
    if customer is None or desk.person is None:
        return None
    return ClaimCustomer(customer=customer, owner=desk.person, from_date=desk.day)


def let_go(desk: Desk) -> Args | None:
    customer = desk.customer()
    return None if customer is None else ReleaseCustomer(customer=customer, from_date=desk.day)


def set_terms(desk: Desk) -> Args | None:
    customer = desk.customer()
    if customer is None:
        return None
    return SetTerms(
        customer=customer, from_date=desk.day, credit_days=desk.chance.choice((None, 5, 30)), credit_from=None,
        credit_limit=desk.chance.choice((0, 50_000, 100_000, 300_000, 1_000_000)),
        until=desk.day + timedelta(days=desk.chance.randrange(10)) if desk.maybe(20) else None,
    )  # fmt: skip


def end_terms(desk: Desk) -> Args | None:
    found = desk.one_of(
        rows("SELECT customer_id, from_date, until_date FROM terms WHERE until_date <> '' ORDER BY 1, 2, 3")
    )
    if found is None:
        return None
    customer, begun, until = found
    return EndTemporaryTerms(
        customer=bytes(customer), from_date=date.fromisoformat(begun), until=date.fromisoformat(until), date=desk.day
    )


def set_role(desk: Desk) -> Args | None:
    # Only who has no laptop: the others' deeds are chosen by the role they began with.
    person = desk._id(f"SELECT id FROM salesperson WHERE code = '{WITHOUT_LAPTOP}'")
    return None if person is None else SetRole(person=person, role=desk.chance.choice(("sales", "finance")))


def blacklist(desk: Desk) -> Args | None:
    customer = desk.customer()
    if customer is None:
        return None
    return SetBlacklisted(customer=customer, from_date=desk.day, blacklisted=desk.maybe(50), reason="heard things")


def contact(desk: Desk) -> Args | None:
    customer = desk.customer()
    person = desk.person or desk.colleague()
    if customer is None or person is None:
        return None
    return LogContact(
        id=new_id(), customer=customer, date=desk.some_day(), note=desk.chance.choice(WORDS), person=person,
        next_on=desk.day + timedelta(days=3) if desk.maybe(40) else None,
    )  # fmt: skip


def decide(desk: Desk) -> Args | None:
    conflict = desk.one_of(list(Conflict.select().where(Conflict.state == "open").order_by(Conflict.id)))
    if conflict is None:
        return None
    return DecideConflict(conflict=conflict.id, take=desk.maybe(60), theirs=present_value(conflict))


def read_notices(desk: Desk) -> Args | None:
    unread = rows("SELECT id FROM notice WHERE read_on IS NULL ORDER BY id LIMIT 3")
    return ReadNotices(ids=tuple(bytes(row[0]) for row in unread)) if unread else None


def take_back(desk: Desk) -> Args | None:
    try:
        return UndoChange(uid=last_undoable(desk.person).uid)
    except Refused:
        return None


def recall(desk: Desk) -> Args | None:
    lease = desk.one_of(rows("SELECT customer_id, device FROM lease WHERE granted > used + returned ORDER BY 1, 2"))
    return None if lease is None else RecallLease(customer=bytes(lease[0]), device=str(lease[1]))


def set_cost(desk: Desk) -> Args | None:
    product = desk.one_of(rows("SELECT id FROM product ORDER BY id"))
    if product is None:
        return None
    return SetCost(product=bytes(product[0]), from_date=desk.day, cost_e4=desk.chance.choice((20, 45, 70)) * E4)


def set_setting(desk: Desk) -> Args | None:
    name, value = desk.chance.choice(
        (
            ("lease_share", "50"), ("lease_share", "100"), ("lease_share", "0"), ("grace_days", "3"),
            ("cost_visible_to_sales", "no"), ("cost_visible_to_sales", "yes"), ("blacklisted_may_prepay", "yes"),
            ("tolerance", "5.00"), ("lease_days", "2"), ("claim_quota", "1"), ("claim_quota", "0"),
            ("claim_cooldown_days", "3"), ("return_after_days", "15"), ("return_after_days", "0"),
            ("return_clock", "trade"), ("return_clock", "contact"), ("return_notice_days", "2"),
        )
    )  # fmt: skip
    return SetSetting(name=name, from_date=desk.day, value=value)


def close_month(desk: Desk) -> Args | None:
    return CloseMonth(month=shifted(month_of(desk.day), desk.chance.choice((-1, -1, -1, -2, 0))))


def open_month_again(desk: Desk) -> Args | None:
    closed = desk.one_of(rows("SELECT uid FROM change WHERE kind = 'month.close' ORDER BY uid"))
    return None if closed is None else UndoChange(uid=bytes(closed[0]))


def set_target(desk: Desk) -> Args | None:
    person = desk.colleague()
    if person is None:
        return None
    values = {
        "activity": desk.chance.choice((7_000, 8_550, None)),
        "sales": desk.chance.choice((100_000, 250_000, None)),
        "receipts": desk.chance.choice((50_000, None)),
    }
    measure = desk.chance.choice(sorted(values))
    return SetTarget(person=person, month=month_of(desk.day), values={measure: values[measure]})


Deed = Callable[[Desk], Args | None]
# What is done, and how often, by a salesperson and by the office.
OF_SALES: tuple[tuple[Deed, int], ...] = (
    (sell, 30), (confirm, 6), (pay, 14), (reverse, 1), (bring_back, 4), (cancel, 5), (lose, 2), (edit, 14),
    (add_customer, 6), (claim, 4), (let_go, 2), (set_terms, 2), (blacklist, 1), (contact, 5), (decide, 3),
    (read_notices, 2), (take_back, 6), (release, 1), (merge, 1), (amend, 5),
    (take_anything_back, 2),
)  # fmt: skip
OF_OFFICE: tuple[tuple[Deed, int], ...] = (
    (sell, 10), (confirm, 3), (pay, 10), (reverse, 4), (bring_back, 3), (cancel, 5), (lose, 1), (release, 5),
    (reject, 2), (edit, 14), (add_customer, 4), (merge, 4), (take_merge_back, 3), (assign, 10), (let_go, 2),
    (set_terms, 9), (end_terms, 3), (blacklist, 5), (contact, 2), (decide, 8), (read_notices, 2), (take_back, 3),
    (recall, 3), (set_cost, 2), (set_setting, 2), (close_month, 3), (open_month_again, 1), (set_target, 3), (amend, 4),
    (invoice, 2), (see_off, 2), (set_role, 1), (keep_apart, 3), (take_anything_back, 4),
)  # fmt: skip
TRADES: tuple[tuple[Deed, int], ...] = ((sell, 30), (confirm, 4), (pay, 14), (cancel, 3), (set_terms, 1))


def some_deed(desk: Desk) -> tuple[str, Args | None]:
    """A random deed of whoever sits at a desk: its name, and its arguments where there is anything to do it to."""
    deeds = TRADES if desk.only_trades else OF_SALES if desk.role == SALES else OF_OFFICE
    [deed] = desk.chance.choices([deed for deed, _weight in deeds], [weight for _deed, weight in deeds])
    return deed.__name__, deed(desk)
