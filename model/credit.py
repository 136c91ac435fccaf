"""May this order be delivered on credit? Two numbers, a blacklist and a floor answer it; a person can overrule.

The same formula serves the screen before the order is confirmed, the rule that confirms it, and every later judging.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from model.customers import blacklisted_on, terms_on
from model.errors import N_
from model.fields import iso
from model.leases import NOTHING_LENT, Lent, on_a_laptop
from model.money import parse_amount
from model.settings import setting_on
from model.store import one, rows

# In the order in which the first one names the verdict.
REASONS = ("blacklisted", "overdue", "over_limit", "below_floor", "closed", "not_sold", "amended")
# What neither money nor time mends: a person must look at the order.
REASONS_FOR_A_PERSON = ("below_floor", "closed", "not_sold", "amended")
REASON_NAMES = {
    "ok": N_("ok"),
    "blacklisted": N_("blacklisted"),
    "overdue": N_("overdue"),
    "over_limit": N_("over limit"),
    "below_floor": N_("below floor"),
    "closed": N_("customer closed"),
    "not_sold": N_("no longer sold"),
    "amended": N_("changes a confirmed order"),
}


# What the money that cures a verdict is received for.
CURE_NAMES = {
    "order": N_("for this order"),
    "overdue": N_("for overdue bills"),
    "over_limit": N_("above the limit"),
}


@dataclass(frozen=True)
class OverdueBill:
    """A bill past its due date and grace; amounts in minor units."""

    id: bytes
    number: str
    date: date
    due_date: datetime.date
    amount: int
    open: int
    days_overdue: int


@dataclass(frozen=True)
class Standing:
    """How a customer's credit stands on a day, before any new order. Amounts in minor units.

    Attributes:
        balance: receivable; negative is the customer's own money.
        credit_days, credit_from, credit_limit: the terms that hold.
        limit_until: last day of a temporary limit.
        overdue: open amount of the bills that are overdue.
    """

    balance: int
    credit_days: int
    credit_from: str
    credit_limit: int
    limit_until: date | None
    blacklisted: bool
    overdue: int
    overdue_bills: tuple[OverdueBill, ...]

    @property
    def credit_left(self) -> int:
        return self.credit_limit - self.balance

    @property
    def over_limit(self) -> int:
        """How far the balance is above the limit; 0 where it is not."""
        return max(0, self.balance - max(self.credit_limit, 0))

    @property
    def verdict(self) -> str:
        """How the customer stands without a new order: a balance above the limit is over it."""
        if self.blacklisted:
            return "blacklisted"
        if self.overdue:
            return "overdue"
        return "over_limit" if self.over_limit else "ok"

    @property
    def cure(self) -> int:
        """What to receive so that neither limit nor overdue bills stop it; 0 where money does not help."""
        return 0 if self.blacklisted else max(self.overdue, self.over_limit)


@dataclass(frozen=True)
class Reason:
    """One thing that stops an order, with its amount in minor units and the documents or products it speaks of."""

    name: str
    amount: int
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """Whether an order may be confirmed.

    Attributes:
        name: `ok`, or the first of its reasons.
        reasons: everything that stops it.
        exposure: balance + the order's total − what is paid with it.
        cure: what to receive so that limit and overdue stop it no more; 0 where money alone cannot.
        need: what of it nobody has paid or reserved.
        guaranteed: on a laptop, whether the office will say the same: it is paid for or within what was lent.
    """

    name: str
    reasons: tuple[Reason, ...]
    exposure: int
    standing: Standing
    cure: int
    need: int = 0
    guaranteed: bool = False

    @property
    def ok(self) -> bool:
        return not self.reasons

    @property
    def cures_by_older_bills(self) -> bool:
        """Whether the cure is to settle what is overdue: reserved for the order itself it would free nothing."""
        return 0 < self.cure != self.need and any(reason.name == "overdue" for reason in self.reasons)

    @property
    def cured_by(self) -> str:
        """What the cure is received for, a key of CURE_NAMES: the smaller of paying this order and of what stops it."""
        if self.cure == self.need:
            return "order"
        return "overdue" if self.standing.overdue == self.cure else "over_limit"

    @property
    def held_for(self) -> str:
        return ",".join(reason.name for reason in self.reasons)


@dataclass(frozen=True)
class PricedLine:
    """What the verdict must know of a line: its product's code, net unit price and floor in 1/10000 units.

    Attributes:
        sold: whether the product may still be sold.
    """

    product: str
    net_price_e4: int
    floor_e4: int | None
    sold: bool = True


@dataclass(frozen=True)
class Amended:
    """A confirmed order that another shall replace; amount in minor units."""

    number: str
    amount: int


def overdue_before(day: date) -> date:
    """Bills due before this date are overdue on `day`: the day itself less the days of grace."""
    return day - timedelta(days=int(setting_on("grace_days", day)))


def tolerance_on(day: date) -> int:
    """The residue in minor units up to which a bill stops nothing."""
    return parse_amount(setting_on("tolerance", day))


def overdue_bills(customer_id: bytes, day: date) -> tuple[OverdueBill, ...]:
    """A customer's overdue bills as known now, the oldest due first; residues within the tolerance left out."""
    limit = overdue_before(day)
    return tuple(
        OverdueBill(
            id_, number, date.fromisoformat(issued), date.fromisoformat(due), amount, open_,
            (day - date.fromisoformat(due)).days,
        )
        for id_, number, issued, due, amount, open_ in rows(
            "SELECT id, number, date, due_date, amount, open_amount FROM orders"
            " WHERE customer_id = ? AND open_amount > ? AND open_amount <> 0 AND due_date < ?"
            " ORDER BY due_date, number",
            (customer_id, tolerance_on(day), iso(limit)),
        )
    )  # fmt: skip


def standing_on(customer_id: bytes, day: date) -> Standing:
    """How a customer's credit stands on a day, from the running balance."""
    found = one("SELECT balance FROM customer_total WHERE customer_id = ?", (customer_id,))
    terms = terms_on(customer_id, day)
    bills = overdue_bills(customer_id, day)
    blacklisted, overdue = blacklisted_on(customer_id, day), sum(bill.open for bill in bills)
    card = told_by_cards([customer_id]).get(customer_id)
    if card is not None:
        blacklisted, overdue, bills = card.blacklisted, card.overdue, ()
    return Standing(
        balance=0 if found is None else int(found[0]),
        credit_days=terms.credit_days,
        credit_from=terms.credit_from,
        credit_limit=terms.credit_limit,
        limit_until=terms.until,
        blacklisted=blacklisted,
        overdue=overdue,
        overdue_bills=bills,
    )


@dataclass(frozen=True)
class CardStanding:
    """What the card of another's customer says of its credit; a laptop has none of its documents."""

    blacklisted: bool
    overdue: int


def told_by_cards(customers: Sequence[bytes] | None) -> dict[bytes, CardStanding]:
    """What the cards say of those of these customers of which a laptop knows only the card; of all without any given.

    A card speaks of the present, whatever day is asked about.
    """
    if not on_a_laptop():
        return {}
    narrowed = "" if customers is None else f" AND customer_id IN ({', '.join('?' * len(customers))})"
    found = rows(f"SELECT customer_id, verdict, overdue FROM customer_card WHERE shown = 1{narrowed}", customers or ())
    return {bytes(id_): CardStanding(verdict == "blacklisted", int(overdue)) for id_, verdict, overdue in found}


def judge(
    standing: Standing,
    *,
    total: int,
    paid: int,
    reserved: int = 0,
    reserved_elsewhere: int = 0,
    lines: Sequence[PricedLine] = (),
    below_floor_allowed: bool = False,
    blacklisted_may_prepay: bool = False,
    lent: Lent = NOTHING_LENT,
    lease_covers_overdue: bool = False,
    closed: bool = False,
    amends: Amended | None = None,
    carried: int = 0,
) -> Verdict:
    """The verdict on one order.

    Args:
        standing: how the customer stands on the later of the order date and the judge's date.
        total: the order's amount in minor units.
        paid: what is paid with it, in minor units.
        reserved: money posted earlier that waits for it, and therefore lowers the balance already.
        reserved_elsewhere: money that lowers the balance too, but waits for other orders: no credit is given on it.
        lines: what its lines sell for, against their floors.
        below_floor_allowed: whether the maker may go below a floor.
        blacklisted_may_prepay: the company's setting.
        lent: what is lent of the customer's credit, as seen by the device that recorded the order.
        lease_covers_overdue: whether that device's lease also covers an overdue bill on the judge's date.
        closed: whether the customer trades no more.
        amends: the confirmed order in whose place it shall stand: only what it adds needs credit.
        carried: money that waited for what it replaces. The office may have let that one through with it meanwhile, so
            that no promise is made on it.
    """
    owed_already = 0 if amends is None else amends.amount
    firm_need = max(0, total - owed_already - paid - reserved)
    need = max(0, firm_need - carried)
    exposure = standing.balance + total - owed_already - min(paid, total)
    within_lease = need <= lent.own
    overdue_stops = bool(standing.overdue) and need > 0 and not (within_lease and lease_covers_overdue)
    over = exposure + reserved_elsewhere + lent.to_others - standing.credit_limit
    reasons = []
    if standing.blacklisted and not (need == 0 and blacklisted_may_prepay):
        reasons.append(Reason("blacklisted", 0))
    if overdue_stops:
        reasons.append(Reason("overdue", standing.overdue, tuple(bill.number for bill in standing.overdue_bills)))
    if over > 0 and not within_lease:
        reasons.append(Reason("over_limit", over))
    if not below_floor_allowed:
        below = tuple(line.product for line in lines if line.floor_e4 is not None and line.net_price_e4 < line.floor_e4)
        if below:
            reasons.append(Reason("below_floor", 0, below))
    if closed:
        reasons.append(Reason("closed", 0))
    unsold = tuple(line.product for line in lines if not line.sold)
    if unsold:
        reasons.append(Reason("not_sold", 0, unsold))
    if amends is not None:
        reasons.append(Reason("amended", 0, (amends.number,)))
    return Verdict(
        name=reasons[0].name if reasons else "ok",
        reasons=tuple(reasons),
        exposure=exposure,
        standing=standing,
        cure=_cure(standing, reasons, over, need, blacklisted_may_prepay=blacklisted_may_prepay),
        need=need,
        guaranteed=not reasons and (firm_need == 0 or (firm_need <= lent.own and lease_covers_overdue)),
    )


def _cure(
    standing: Standing, reasons: Sequence[Reason], over: int, unpaid: int, *, blacklisted_may_prepay: bool
) -> int:
    """The smaller of paying off what is overdue or over the limit, and paying this order in full.

    Where a blacklisted customer may buy what is paid in full before, only that helps; elsewhere nothing does.
    """
    names = {reason.name for reason in reasons}
    if "blacklisted" in names:
        return unpaid if blacklisted_may_prepay else 0
    if not names & {"overdue", "over_limit"}:
        return 0
    return min(max(standing.overdue, over), unpaid)
