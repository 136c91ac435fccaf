"""Which money settles which bill, by hand; and the state as of an earlier day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from model import allocation
from model.allocation import BILLS, RECEIPTS, RETURNS, Bill, Event, Ledger, Money, Wish
from model.changes.orders import OrderRecorded
from model.store import rows
from tests.model.company import Company, company

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)
A, B, C, M, N = (bytes([letter]) * 16 for letter in b"ABCMN")


def bill(id_: bytes, day: str, amount: int, due: str | None = None) -> Event:
    number = id_[:1].decode()
    return Event(day, BILLS, number, "bill", Bill(id_, day, number, due or day, amount))


def money(id_: bytes, day: str, amount: int, *wishes: Wish) -> Event:
    number = id_[:1].decode()
    return Event(day, RECEIPTS, number, "money", Money(id_, day, number, amount, wishes))


def after(*events: Event, pending: set[bytes] | None = None) -> Ledger:
    return allocation.replayed(events, pending or set())


def test_the_oldest_due_is_settled_first_not_the_oldest() -> None:
    ledger = after(
        bill(A, "2026-01-01", 100, due="2026-03-01"),
        bill(B, "2026-01-02", 100, due="2026-02-01"),
        money(M, "2026-01-03", 150),
    )
    assert ledger.open == {A: 50}
    assert ledger.settled == {B: "2026-01-03"}
    assert ledger.entries == {(M, B, "2026-01-03"): 100, (M, A, "2026-01-03"): 50}


def test_named_bills_come_before_the_oldest_due() -> None:
    ledger = after(
        bill(A, "2026-01-01", 100),
        bill(B, "2026-01-02", 100),
        money(M, "2026-01-03", 120, Wish(B, 30, 100)),
    )
    # 30 go to B as named, the rest to A first.
    assert ledger.open == {A: 10, B: 70}


def test_a_surplus_waits_and_is_taken_on_the_next_bills_date() -> None:
    ledger = after(money(M, "2026-01-01", 100), bill(A, "2026-02-01", 60), bill(B, "2026-03-01", 60))
    assert ledger.entries == {(M, A, "2026-02-01"): 60, (M, B, "2026-03-01"): 40}
    assert ledger.open == {B: 20}
    assert ledger.waiting == {}


def test_money_reserved_for_an_unconfirmed_order_is_not_taken_by_another() -> None:
    events = (money(M, "2026-01-01", 100, Wish(B, None, 80)), bill(A, "2026-01-02", 100))
    held = after(*events, pending={B})
    assert held.open == {A: 80}
    assert held.unallocated(M) == 80
    confirmed = after(*events, bill(B, "2026-01-03", 80), pending={B})
    assert confirmed.open == {A: 80}
    rejected = after(*events, Event("2026-01-03", RETURNS, "B", "close order", B), pending={B})
    assert rejected.open == {}
    assert rejected.entries == {(M, A, "2026-01-02"): 20, (M, A, "2026-01-03"): 80}


def test_a_cancelled_bill_gives_its_money_to_the_others_that_day() -> None:
    ledger = after(
        bill(A, "2026-01-01", 100),
        money(M, "2026-01-02", 100),
        bill(B, "2026-01-03", 70),
        Event("2026-01-04", RETURNS, "A", "end bill", A),
    )
    assert ledger.open == {}
    assert ledger.waiting == {M: 30}
    assert ledger.entries == {
        (M, A, "2026-01-02"): 100,
        (M, A, "2026-01-04"): -100,
        (M, B, "2026-01-04"): 70,
    }


def test_a_reversal_opens_its_bills_again() -> None:
    ledger = after(
        bill(A, "2026-01-01", 100),
        money(M, "2026-01-02", 130),
        Event("2026-01-05", RECEIPTS, "R", "end source", M),
    )
    assert ledger.open == {A: 100}
    assert ledger.unallocated(M) == 0
    assert ledger.settled == {}


def test_a_refund_takes_what_waits_and_is_owed_beyond_it() -> None:
    refund = Event("2026-01-02", RECEIPTS, "N", "refund", Bill(N, "2026-01-02", "N", "2026-01-02", 100))
    assert after(money(M, "2026-01-01", 100), refund).open == {}
    assert after(money(M, "2026-01-01", 60), refund).open == {N: 40}


def test_a_return_settles_its_own_bill_then_acts_as_a_receipt() -> None:
    back = Event("2026-01-03", RETURNS, "C", "money", Money(C, "2026-01-03", "C", 80, (Wish(B, None, 50),)))
    ledger = after(bill(A, "2026-01-01", 100), bill(B, "2026-01-02", 50), back)
    assert ledger.entries == {(C, B, "2026-01-03"): 50, (C, A, "2026-01-03"): 30}


DOCUMENTS = st.lists(
    st.tuples(st.sampled_from(("bill", "money", "named", "refund", "end")), st.integers(1, 300), st.integers(0, 9)),
    max_size=20,
)


@given(DOCUMENTS)
def test_nothing_is_allocated_beyond_its_bill_or_its_money(documents: list[tuple[str, int, int]]) -> None:
    ledger = Ledger()
    sources: dict[bytes, int] = {}
    bills: dict[bytes, int] = {}
    balance = 0
    for place, (what, amount, choice) in enumerate(documents):
        id_ = place.to_bytes(16)
        day = f"2026-01-{place + 1:02d}"
        if what == "bill":
            bills[id_] = amount
            balance += amount
            ledger.apply(Event(day, BILLS, day, "bill", Bill(id_, day, day, f"2026-02-{10 - choice:02d}", amount)))
        elif what in ("money", "named"):
            named = list(bills)[choice % len(bills)] if bills and what == "named" else None
            wishes = () if named is None else (Wish(named, None, bills[named]),)
            sources[id_] = amount
            balance -= amount
            ledger.apply(Event(day, RECEIPTS, day, "money", Money(id_, day, day, amount, wishes)))
        elif what == "refund":
            bills[id_] = amount
            balance += amount
            ledger.apply(Event(day, RECEIPTS, day, "refund", Bill(id_, day, day, day, amount)))
        elif bills:
            ended = list(bills)[choice % len(bills)]
            balance -= bills.pop(ended)
            ledger.apply(Event(day, RETURNS, day, "end bill", ended))
    allocated_of: dict[bytes, int] = {}
    settled_of: dict[bytes, int] = {}
    for (source, bill_id, _day), amount in ledger.entries.items():
        allocated_of[source] = allocated_of.get(source, 0) + amount
        settled_of[bill_id] = settled_of.get(bill_id, 0) + amount
    for source, amount in sources.items():
        assert allocated_of.get(source, 0) + ledger.unallocated(source) == amount
        assert 0 <= allocated_of.get(source, 0) <= amount
    for bill_id, amount in bills.items():
        assert settled_of.get(bill_id, 0) + ledger.open.get(bill_id, 0) == amount
        assert 0 <= settled_of.get(bill_id, 0) <= amount
    assert allocation.balance_of(ledger) == balance
    assert not (ledger.open and ledger.waiting)


def test_the_state_of_an_earlier_day_is_the_sum_of_the_allocations_until_then(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        first, second = two_bills_and_a_bounced_receipt(desk)
        until = (TODAY - 5 * DAY).isoformat()
        settled = dict(rows("SELECT bill_id, SUM(amount) FROM allocation WHERE date <= ? GROUP BY bill_id", (until,)))
        assert settled == {first.id: 10_000, second.id: 5_000}
        now = dict(rows("SELECT bill_id, SUM(amount) FROM allocation GROUP BY bill_id HAVING SUM(amount) <> 0"))
        assert now == {}


def two_bills_and_a_bounced_receipt(desk: Company) -> tuple[OrderRecorded, OrderRecorded]:
    desk.product("P")
    desk.customer("C", days=30, limit="1000")
    first = desk.sell("C", TODAY - 20 * DAY, "100")
    second = desk.sell("C", TODAY - 19 * DAY, "100")
    receipt = desk.pay("C", TODAY - 10 * DAY, "150")
    desk.reverse(receipt, TODAY - 2 * DAY)
    return first, second
