"""An office in a store of its own, to which the laptops' orders and money arrive, each judged by its rule alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from model.changes import KIND_OF_ARGS
from model.changes.arrivals import OFFICE_DEVICE
from model.changes.kind import Args, canonical
from model.changes.leasing import Grant, Lend
from model.changes.log import Change
from model.changes.orders import LineArgs, OrderRecorded, RecordOrder
from model.changes.receipts import NamedBill, Payment, ReceiptRecorded, RecordReceipt
from model.context import Context
from model.errors import InputError
from model.ids import new_id
from model.leases import committed, lent_in_all
from model.money import parse_amount, parse_price
from model.notices import Notice
from model.store import current, one, set_meta
from tests.model.company import Company, company


class JudgingOffice(Company):
    """Verbs for what arrives, besides those for what the office does itself. Amounts as a person writes them."""

    def __init__(self, desk: Company) -> None:
        super().__init__(desk.today)
        self.ids = desk.ids

    def arrive(self, device: str, args: Args, by: str | None = None) -> Any:
        """A change that a laptop recorded, judged today; it and its effect are kept together."""
        with current().writing():
            [last] = one("SELECT COALESCE(MAX(number), 0) FROM change WHERE device = ?", (device,)) or (0,)
            kind = KIND_OF_ARGS[type(args)]
            person = None if by is None else self.ids[by]
            context = Context(person, device, new_id(), self.today, arrived=device != OFFICE_DEVICE)
            outcome = kind.rule(args, context)
            Change.create(
                uid=context.change_uid, device=device, number=last + 1, kind=kind.name, args=canonical(args),
                person=person, business_date=self.today, recorded_at="", chain=b"",
            )  # fmt: skip
        return outcome

    def order_from(
        self, device: str, customer: str, amount: str, *, on: date | None = None, paid: str | None = None,
        by: str | None = None, maker: str | None = None, quote: bool = False, replaces: bytes | None = None,
    ) -> OrderRecorded:  # fmt: skip
        """One piece of product P at this price, taken on a laptop."""
        payment = None if paid is None else Payment(id=new_id(), number=self.number(device), amount=parse_amount(paid))
        recorded: OrderRecorded = self.arrive(
            device,
            RecordOrder(
                id=new_id(), number=self.number(device), customer=self.ids[customer], date=on or self.today,
                lines=(LineArgs(line=1, product=self.ids["P"], quantity_e3=1_000, price_e4=parse_price(amount)),),
                maker=None if maker is None else self.ids[maker], payment=payment, quote=quote, replaces=replaces,
            ),
            by,
        )  # fmt: skip
        return recorded

    def money_from(
        self, device: str, customer: str, amount: str, *bills: bytes, on: date | None = None, by: str | None = None,
        kind: str = "receipt",
    ) -> ReceiptRecorded:  # fmt: skip
        recorded: ReceiptRecorded = self.arrive(
            device,
            RecordReceipt(
                id=new_id(), number=self.number(device), customer=self.ids[customer], date=on or self.today,
                amount=parse_amount(amount), kind=kind, reason="agreed" if kind != "receipt" else "",
                bills=tuple(NamedBill(order=bill) for bill in bills),
            ),
            by,
        )  # fmt: skip
        return recorded

    def number(self, device: str) -> str:
        return f"{device}-{new_id().hex()}"

    def lend(self, device: str, customer: str, granted: str, *, until: date, wanted: str | None = None) -> None:
        """Grant so much in all since the beginning."""
        amount = parse_amount(granted)
        grant = Grant(
            customer=self.ids[customer], granted=amount, until=until,
            wanted=amount if wanted is None else parse_amount(wanted),
        )  # fmt: skip
        self.arrive(OFFICE_DEVICE, Lend(device=device, grants=(grant,)))

    def taken(self, customer: str) -> int:
        """What documents and leases take of a customer's limit, in minor units."""
        return committed(self.ids[customer]) + lent_in_all(self.ids[customer])


def notices() -> Sequence[Notice]:
    """Everything the office told anybody."""
    return list(Notice.select().order_by(Notice.about, Notice.id))


def told(notice: Notice) -> str:
    """A notice as a person reads it in English."""
    return str(InputError(notice.template, **notice.values))


@contextmanager
def judging_office(folder: Path, today: date) -> Iterator[JudgingOffice]:
    """An office in a new store, in use, with a product P, people S1, S2 and M, a manager."""
    with company(folder, today) as desk:
        set_meta("role", "server")
        set_meta("device", OFFICE_DEVICE)
        opened = JudgingOffice(desk)
        opened.salesperson("S1")
        opened.salesperson("S2")
        opened.salesperson("M", role="manager")
        opened.product("P", price="100", cost="80")
        yield opened
