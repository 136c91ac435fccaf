"""Credit lent to laptops: what it covers, who counts it, how it comes back. All amounts by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.changes.leasing import Grant, Lend, RecallLease, Returned, ReturnLeases
from model.changes.orders import CancelOrder, ReleaseOrder
from model.changes.undo import UndoChange
from model.credit import Standing, judge, standing_on
from model.errors import Refused
from model.leases import Lent, give_back, lease_of, lent_to_others, remaining
from model.money import format_amount
from model.store import execute, one, rows, set_meta
from model.touched import collecting
from sync.server.leases import what_to_lend
from tests.model.company import Company, company
from tests.model.judging_office import JudgingOffice, judging_office

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)
LATER = TODAY + 14 * DAY


def standing(balance: int = 0, limit: int = 100_000, overdue: int = 0, blacklisted: bool = False) -> Standing:
    return Standing(balance, 30, "order", limit, None, blacklisted, overdue, ())


# --- the verdict


def test_what_is_lent_to_others_counts_as_owed() -> None:
    lent = Lent(to_others=60_000)
    assert judge(standing(), total=40_000, paid=0, lent=lent).ok
    beyond = judge(standing(), total=40_001, paid=0, lent=lent)
    assert (beyond.name, beyond.reasons[0].amount, beyond.cure) == ("over_limit", 1, 1)


def test_an_order_within_its_own_lease_is_stopped_by_no_limit_and_one_beyond_it_is() -> None:
    lent = Lent(own=30_000)
    assert judge(standing(balance=100_000), total=30_000, paid=0, lent=lent).ok
    assert judge(standing(balance=100_000), total=50_000, paid=20_000, lent=lent).ok
    assert judge(standing(balance=80_000), total=50_000, paid=0, reserved=20_000, lent=lent).ok
    assert judge(standing(balance=100_000), total=30_001, paid=0, lent=lent).name == "over_limit"


def test_beyond_its_lease_an_order_still_passes_where_the_limit_has_room() -> None:
    # Its own lease of 800 is not counted against it: 0 + 1,000 owed and nothing lent to others.
    assert judge(standing(), total=100_000, paid=0, lent=Lent(own=80_000)).ok
    assert not judge(standing(), total=100_000, paid=0, lent=Lent(own=80_000, to_others=1)).ok


def test_a_lease_covers_overdue_until_its_day_and_never_the_blacklist_or_the_floor() -> None:
    lent = Lent(own=30_000, until=TODAY)
    assert (lent.covers_overdue_on(TODAY), lent.covers_overdue_on(TODAY + DAY)) == (True, False)
    late = standing(overdue=5_000)
    assert judge(late, total=30_000, paid=0, lent=lent, lease_covers_overdue=True).ok
    assert judge(late, total=30_000, paid=0, lent=lent, lease_covers_overdue=False).name == "overdue"
    assert judge(late, total=30_001, paid=0, lent=lent, lease_covers_overdue=True).name == "overdue"
    blacklisted = standing(blacklisted=True)
    assert judge(blacklisted, total=1, paid=0, lent=lent, lease_covers_overdue=True).name == "blacklisted"
    assert judge(standing(), total=1, paid=0, lent=lent, closed=True).name == "closed"


def test_an_order_is_guaranteed_when_paid_or_wholly_within_a_lease_that_still_holds() -> None:
    lent = Lent(own=30_000, until=TODAY)
    within = {"lent": lent, "lease_covers_overdue": True}
    assert judge(standing(), total=30_000, paid=0, **within).guaranteed
    assert not judge(standing(), total=30_001, paid=0, **within).guaranteed
    assert not judge(standing(), total=30_000, paid=0, lent=lent).guaranteed
    assert judge(standing(), total=30_000, paid=30_000).guaranteed
    assert not judge(standing(blacklisted=True), total=1, paid=0, **within).guaranteed


# --- at the office


def test_a_confirmed_order_uses_its_own_devices_lease_and_no_other(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="1000")
        desk.lend("B", "C", "500", until=LATER)
        desk.lend("D", "C", "300", until=LATER)
        assert desk.order_from("B", "C", "200").state == "confirmed"
        assert (remaining(c, "B"), remaining(c, "D"), lent_to_others(c, "B")) == (30_000, 30_000, 30_000)
        # 350 is beyond what is left of its own 300: 200 + 350 owed, 300 lent to D, within 1,000. It uses all.
        assert desk.order_from("B", "C", "350").state == "confirmed"
        assert (remaining(c, "B"), desk.taken("C")) == (0, 85_000)
        # A device without a lease has the 150 that nobody holds.
        held = desk.order_from("E", "C", "150.01")
        assert (held.state, held.verdict.reasons[0].amount) == ("held", 1)
        assert desk.order_from("E", "C", "150").state == "confirmed"
        assert desk.order_from("D", "C", "300").state == "confirmed"
        assert (desk.taken("C"), standing_on(c, TODAY).balance) == (100_000, 100_000)


def test_an_overdue_bill_stops_no_order_within_the_lease_until_its_day(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=10, limit="1000")
        desk.sell("C", TODAY - 10 * DAY, "100")
        desk.lend("B", "C", "500", until=TODAY + 2 * DAY)
        desk.today = TODAY + 2 * DAY
        assert desk.order_from("D", "C", "10").verdict.held_for == "overdue"
        assert desk.order_from("B", "C", "200").state == "confirmed"
        desk.today = TODAY + 3 * DAY
        assert desk.order_from("B", "C", "200").verdict.held_for == "overdue"
        # What the laptop promised in time holds, whenever it reaches the office.
        assert desk.order_from("B", "C", "200", on=TODAY + 2 * DAY).state == "confirmed"


def test_neither_a_held_order_nor_its_release_by_a_person_uses_a_lease(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="1000")
        desk.lend("B", "C", "500", until=LATER)
        desk.lend("D", "C", "300", until=LATER)
        held = desk.order_from("B", "C", "900")
        assert (held.state, remaining(c, "B")) == ("held", 50_000)
        desk.release(held, TODAY, by="M")
        assert (remaining(c, "B"), remaining(c, "D")) == (50_000, 30_000)


def test_cancelling_or_undoing_gives_no_lease_back(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="1000")
        desk.lend("B", "C", "500", until=LATER)
        cancelled, undone = desk.order_from("B", "C", "100"), desk.order_from("B", "C", "150")
        desk.arrive("B", CancelOrder(order=cancelled.id, date=TODAY, reason="changed their mind"))
        desk.arrive("B", UndoChange(uid=desk.order(undone).change_uid))
        assert (remaining(c, "B"), standing_on(c, TODAY).balance) == (25_000, 0)


def test_no_more_is_lent_than_the_limit_leaves(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="1000")
        desk.order_from("S", "C", "400")
        desk.lend("B", "C", "500", until=LATER)
        desk.lend("D", "C", "500", until=LATER)
        assert (remaining(c, "B"), remaining(c, "D"), desk.taken("C")) == (50_000, 10_000, 100_000)
        # Money the customer left with us is not lent on.
        desk.pay("C", TODAY, "700")
        desk.lend("D", "C", "9000", until=LATER)
        assert (remaining(c, "D"), desk.taken("C")) == (50_000, 100_000)


def test_money_reserved_for_a_waiting_order_is_not_lent_on(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="1000")
        desk.order_from("S", "C", "500")
        held = desk.order_from("S", "C", "1500")
        desk.pay("C", TODAY, "500", held)
        # The balance is 500 − 500 = 0, but those 500 pay the held order alone.
        desk.lend("B", "C", "1000", until=LATER)
        assert remaining(c, "B") == 50_000


def test_nothing_more_is_lent_to_the_blacklisted_and_the_overdue(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        late, bad = desk.customer("C", "S1", days=10, limit="1000"), desk.customer("D", "S1", days=10, limit="1000")
        desk.lend("B", "C", "100", until=TODAY)
        desk.sell("C", TODAY - 20 * DAY, "50")
        desk.blacklist("D", TODAY)
        for code in ("C", "D"):
            desk.lend("B", code, "500", until=LATER)
        lease = lease_of(late, "B")
        # What was promised stays, but is neither raised nor prolonged, and the office wants it back.
        assert (lease.granted, lease.wanted, lease.until_date, lease_of(bad, "B")) == (10_000, 0, TODAY, None)


def test_what_was_granted_and_promised_is_never_made_less(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="1000")
        desk.lend("B", "C", "500", until=LATER)
        desk.lend("B", "C", "200", wanted="200", until=TODAY)
        lease = lease_of(c, "B")
        assert (lease.granted, lease.wanted, lease.until_date) == (50_000, 20_000, LATER)


def test_what_is_returned_counts_once_and_never_below_zero(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="1000")
        desk.lend("B", "C", "500", until=LATER)
        desk.order_from("B", "C", "100")

        def returned(amount: int) -> object:
            return desk.arrive(
                "S", ReturnLeases(device="B", returns=(Returned(customer=desk.ids["C"], returned=amount),))
            )

        assert returned(15_000) == (c,)
        assert returned(15_000) == ()
        assert returned(5_000) == ()
        assert remaining(c, "B") == 25_000
        # More than there is: the order of 100 came first.
        returned(90_000)
        lease = lease_of(c, "B")
        assert (remaining(c, "B"), lease.returned, lease.used) == (0, 40_000, 10_000)


def test_a_recalled_lease_is_free_for_others(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="1000")
        desk.lend("B", "C", "800", until=LATER)
        recall = RecallLease(customer=c, device="B")
        with pytest.raises(Refused, match="Your role"):
            desk.arrive("D", recall, by="S1")
        desk.arrive("D", recall, by="M")
        assert remaining(c, "B") == 0
        assert desk.order_from("D", "C", "1000").state == "confirmed"
        with pytest.raises(Refused, match="Nothing is lent"):
            desk.arrive("S", recall)


def test_no_laptop_lends_to_itself(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="1000")
        lend = Lend(device="B", grants=(Grant(customer=c, granted=1, wanted=1, until=LATER),))
        with pytest.raises(Refused, match="Only the office"):
            desk.arrive("B", lend, by="M")
        with pytest.raises(Refused, match="Only the office"):
            desk.arrive("B", ReturnLeases(device="B", returns=()), by="M")


def test_using_a_lease_announces_it(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="1000")
        desk.lend("B", "C", "500", until=LATER)
        with collecting() as touched:
            order = desk.order_from("B", "C", "100")
        assert touched.documents == {("order", order.id), ("lease", c + b"\0B")}
        assert touched.customers == {c}


# --- how much is lent


def granted_by_policy(desk: JudgingOffice, device: str = "B", *, day: date = TODAY) -> dict[str, tuple[str, str]]:
    """What the office would change: customer → granted and wanted; it is then done."""
    codes = {desk.ids[code]: code for code in ("C", "D") if code in desk.ids}
    lend = what_to_lend(device, desk.ids["S1"], list(codes), day)
    if lend is None:
        return {}
    desk.arrive("S", lend)
    return {codes[grant.customer]: (format_amount(grant.granted), format_amount(grant.wanted)) for grant in lend.grants}


def test_the_owners_laptop_is_lent_its_share_of_what_is_unused(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="1000")
        desk.customer("D", "S2", days=30, limit="1000")
        assert granted_by_policy(desk) == {"C": ("800.00", "800.00")}
        assert granted_by_policy(desk) == {}
        # Its own order of 100 leaves 700; the office would lend 80 % of 900 = 720: 20 more, 820 in all.
        desk.order_from("B", "C", "100")
        assert granted_by_policy(desk) == {"C": ("820.00", "720.00")}
        # Somebody else's order of 150 leaves 750 unused; 80 % of it is 600, less than the 720 held: wanted falls.
        desk.order_from("D", "C", "150")
        assert granted_by_policy(desk) == {"C": ("820.00", "600.00")}
        assert remaining(c, "B") == 72_000
        # Another laptop of the same person has 80 % of the 30 that neither documents nor B hold.
        assert granted_by_policy(desk, "E") == {"C": ("24.00", "24.00")}


def test_who_is_no_longer_the_owner_is_lent_nothing_and_asked_to_return(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="1000")
        granted_by_policy(desk)
        desk.assign("C", "S2", TODAY)
        assert granted_by_policy(desk) == {"C": ("800.00", "0.00")}


def test_a_lease_is_renewed_when_half_its_days_are_over(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="1000")
        granted_by_policy(desk)
        assert granted_by_policy(desk, day=TODAY + 7 * DAY) == {}
        assert granted_by_policy(desk, day=TODAY + 8 * DAY) == {"C": ("800.00", "800.00")}
        assert lease_of(c, "B").until_date == TODAY + 22 * DAY


def test_a_lease_never_outlasts_a_temporary_limit(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="100")
        desk.terms("C", days=None, limit="1000", since=TODAY, until=TODAY + 3 * DAY, credit_from=None)
        assert granted_by_policy(desk) == {"C": ("800.00", "800.00")}
        assert lease_of(c, "B").until_date == TODAY + 3 * DAY


# --- on a laptop


def joined(desk: Company) -> None:
    desk.salesperson("S1", "admin")
    desk.sits_here = "S1"
    set_meta("server", "office.example")


def on_laptop(desk: Company, customer: bytes, granted: int, *, wanted: int | None = None, until: date = LATER) -> None:
    joined(desk)
    set_meta("device", "B")
    execute(
        "INSERT INTO lease (customer_id, device, granted, used, returned, wanted, until_date)"
        " VALUES (?, 'B', ?, 0, 0, ?, ?)",
        (customer, granted, granted if wanted is None else wanted, until.isoformat()),
    )


def test_a_laptop_notes_what_its_orders_took_and_which_are_guaranteed(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.product("P")
        c = desk.customer("C", days=30, limit="1000")
        on_laptop(desk, c, 50_000)
        within, beyond = desk.sell("C", TODAY, "300"), desk.sell("C", TODAY, "250")
        assert (within.verdict.guaranteed, beyond.verdict.guaranteed) == (True, False)
        used = {bytes(order): part for order, *part in rows("SELECT order_id, amount, guaranteed FROM lease_use")}
        assert used == {within.id: [30_000, 1], beyond.id: [20_000, 0]}
        # The office's own count is the office's to write.
        assert (remaining(c, "B"), one("SELECT used FROM lease")) == (0, (0,))


def test_a_laptop_gives_back_what_the_office_would_lend_no_more(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.product("P")
        c = desk.customer("C", days=30, limit="1000")
        on_laptop(desk, c, 50_000, wanted=20_000)
        desk.sell("C", TODAY, "100")
        # 500 − 100 used − 200 wanted = 200 too much.
        assert give_back("B") == {c: 20_000}
        assert give_back("B") == {c: 20_000}
        assert remaining(c, "B") == 20_000


def test_of_a_customer_known_by_card_the_card_says_whether_it_is_overdue_or_blacklisted(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.product("P")
        c = desk.customer("C", days=30, limit="1000")
        execute("INSERT INTO customer_card VALUES (?, ?, 'overdue', 70000, 5000, 1)", (c, b""))
        assert standing_on(c, TODAY).verdict == "ok"
        joined(desk)
        assert (standing_on(c, TODAY).verdict, standing_on(c, TODAY).overdue) == ("overdue", 5_000)
        execute("UPDATE customer_card SET verdict = 'blacklisted', overdue = 0")
        assert desk.sell("C", TODAY, "10").verdict.name == "blacklisted"
        execute("UPDATE customer_card SET shown = 0")
        assert desk.sell("C", TODAY, "10").state == "confirmed"


# --- whatever happens

DEVICES = ("B", "D")
AMOUNTS = st.integers(1, 1_200).map(lambda whole: f"{whole}")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("lend"), st.sampled_from(DEVICES), AMOUNTS),
        st.tuples(st.just("policy"), st.sampled_from(DEVICES), AMOUNTS),
        st.tuples(st.just("return"), st.sampled_from(DEVICES), AMOUNTS),
        st.tuples(st.just("order"), st.sampled_from((*DEVICES, "E")), AMOUNTS),
        st.tuples(st.just("prepaid"), st.sampled_from(DEVICES), AMOUNTS),
        st.tuples(st.just("release"), st.just("S"), AMOUNTS),
        st.tuples(st.just("money"), st.sampled_from(DEVICES), AMOUNTS),
        st.tuples(st.just("limit"), st.just("S"), AMOUNTS),
        st.tuples(st.just("recall"), st.sampled_from(DEVICES), AMOUNTS),
    ),
    max_size=25,
)


def step(desk: JudgingOffice, what: str, device: str, amount: str) -> None:
    c = desk.ids["C"]
    if what == "lend":
        desk.lend(device, "C", amount, until=LATER)
    elif what == "policy":
        granted_by_policy(desk, device)
    elif what == "return":
        desk.arrive("S", ReturnLeases(device=device, returns=(Returned(customer=c, returned=int(amount) * 100),)))
    elif what in ("order", "prepaid"):
        desk.order_from(device, "C", amount, paid=amount if what == "prepaid" else None)
    elif what == "release":
        held = one("SELECT id FROM orders WHERE state = 'held' ORDER BY number LIMIT 1")
        if held is not None:
            desk.do(ReleaseOrder(order=bytes(held[0]), date=TODAY, reason="known well"), by="M")
    elif what == "money":
        desk.money_from(device, "C", amount)
    elif what == "limit":
        desk.terms("C", days=None, limit=amount, since=TODAY, credit_from=None)
    elif remaining(c, device):
        desk.arrive("S", RecallLease(customer=c, device=device))


@given(steps=STEPS)
def test_confirming_and_lending_never_take_more_than_the_limit(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]]
) -> None:
    with judging_office(tmp_path_factory.mktemp("office"), TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="1000")
        for what, device, amount in steps:
            before = desk.taken("C")
            step(desk, what, device, amount)
            after, limit = desk.taken("C"), standing_on(c, TODAY).credit_limit
            if what not in ("release", "limit"):
                assert after <= max(before, limit)
            for granted, used, returned in rows("SELECT granted, used, returned FROM lease"):
                assert min(granted, used, returned) >= 0
                assert used + returned <= granted
