"""The verdict on an order: two numbers, a blacklist and a floor, with the cure in money. All amounts by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from model.credit import standing_on
from model.errors import InputError, Refused
from tests.model.company import Company, company

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)


def desk_with(desk: Company, *, days: int, limit: str) -> None:
    desk.salesperson("S1")
    desk.product("P", price="100", cost="80", floor="0")
    desk.customer("C", "S1", days=days, limit=limit)


def test_a_new_customer_has_no_credit_and_zero_is_not_unlimited(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk_with(desk, days=0, limit="0")
        order = desk.sell("C", TODAY, "0.01")
        assert (order.state, order.verdict.name, order.verdict.cure) == ("held", "over_limit", 1)


def test_an_order_counts_once_in_its_exposure(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk_with(desk, days=30, limit="1000")
        assert desk.sell("C", TODAY, "600").state == "confirmed"
        exact = desk.sell("C", TODAY, "400")
        assert (exact.state, exact.verdict.exposure) == ("confirmed", 100_000)
        beyond = desk.sell("C", TODAY, "0.01")
        assert (beyond.state, beyond.verdict.name, beyond.verdict.cure) == ("held", "over_limit", 1)
        # The held one uses no credit.
        assert standing_on(desk.ids["C"], TODAY).balance == 100_000


def test_overdue_begins_the_day_after_due_and_grace_moves_it(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk_with(desk, days=10, limit="1000")
        desk.sell("C", TODAY - 10 * DAY, "100")
        assert standing_on(desk.ids["C"], TODAY).overdue == 0
        assert standing_on(desk.ids["C"], TODAY + DAY).overdue == 10_000
        desk.setting("grace_days", "2")
        assert standing_on(desk.ids["C"], TODAY + 2 * DAY).overdue == 0
        assert standing_on(desk.ids["C"], TODAY + 3 * DAY).overdue == 10_000


def test_month_end_terms_count_from_the_months_end(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.product("P")
        desk.customer("C", days=15, limit="1000", credit_from="month_end")
        order = desk.sell("C", date(2026, 5, 3), "100")
        assert desk.order(order).due_date == date(2026, 6, 15)


def test_the_cure_is_the_greater_of_overdue_and_over_limit_or_the_order_paid(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk_with(desk, days=10, limit="1000")
        desk.sell("C", TODAY - 40 * DAY, "300")
        desk.sell("C", TODAY - 40 * DAY, "600", paid="600")
        order = desk.sell("C", TODAY, "900")
        # Overdue 300; exposure 300 + 900 = 1,200, 200 over the limit; the greater is 300.
        assert order.verdict.held_for == "overdue,over_limit"
        assert [reason.amount for reason in order.verdict.reasons] == [30_000, 20_000]
        assert order.verdict.cure == 30_000
        small = desk.sell("C", TODAY, "50")
        assert small.verdict.cure == 5_000


def test_the_cure_received_frees_the_held_order(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk_with(desk, days=10, limit="1000")
        desk.salesperson("S2")
        desk.sell("C", TODAY - 40 * DAY, "300")
        held = desk.sell("C", TODAY, "900")
        desk.pay("C", TODAY, "300")
        released = desk.release(held, TODAY, by="S2")
        assert released.state == "confirmed"
        assert released.verdict.ok


def test_money_naming_a_held_order_is_kept_for_it(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk_with(desk, days=0, limit="0")
        desk.salesperson("S2")
        held = desk.sell("C", TODAY, "900")
        other = desk.sell("C", TODAY, "100", paid="100")
        assert other.state == "confirmed"
        desk.pay("C", TODAY, "900", held)
        assert standing_on(desk.ids["C"], TODAY).balance == -90_000
        assert desk.release(held, TODAY, by="S2").verdict.ok
        assert standing_on(desk.ids["C"], TODAY).balance == 0
        assert desk.order(held).open_amount == 0


def test_a_fully_prepaid_order_is_never_stopped_by_limit_or_overdue(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk_with(desk, days=0, limit="10")
        desk.sell("C", TODAY - 30 * DAY, "5")
        order = desk.sell("C", TODAY, "900", paid="900")
        assert order.state == "confirmed"
        # The money named this order, so the old bill is still owed.
        assert standing_on(desk.ids["C"], TODAY).overdue == 500


def test_the_blacklisted_buy_nothing_unless_the_company_lets_them_prepay(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk_with(desk, days=30, limit="1000")
        desk.blacklist("C", TODAY)
        assert desk.sell("C", TODAY, "10").verdict.name == "blacklisted"
        prepaid = desk.sell("C", TODAY, "10", paid="10")
        assert (prepaid.state, prepaid.verdict.name, prepaid.verdict.cure) == ("held", "blacklisted", 0)
        desk.setting("blacklisted_may_prepay", "yes")
        assert desk.sell("C", TODAY, "10", paid="10").state == "confirmed"
        assert desk.sell("C", TODAY, "10").state == "held"
        # Lifting it the same day lets the customer buy again.
        desk.blacklist("C", TODAY, blacklisted=False)
        assert desk.sell("C", TODAY, "10").state == "confirmed"


def test_a_price_below_the_floor_holds_the_order_of_who_has_no_right(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.salesperson("S1")
        desk.salesperson("M", role="manager")
        desk.product("P", floor="95")
        desk.customer("C", "S1", days=30, limit="1000")
        assert desk.sell("C", TODAY, "95", maker="S1").state == "confirmed"
        below = desk.sell("C", TODAY, "94.9999", maker="S1")
        assert (below.state, below.verdict.name, below.verdict.cure) == ("held", "below_floor", 0)
        assert below.verdict.reasons[0].about == ("P",)
        assert desk.sell("C", TODAY, "90", maker="M").state == "confirmed"


def test_a_temporary_limit_holds_through_its_last_day(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk_with(desk, days=30, limit="100")
        desk.terms("C", days=None, limit="500", since=TODAY, until=TODAY + 5 * DAY, credit_from=None)
        assert standing_on(desk.ids["C"], TODAY - DAY).credit_limit == 10_000
        assert standing_on(desk.ids["C"], TODAY).credit_limit == 50_000
        assert standing_on(desk.ids["C"], TODAY + 5 * DAY).credit_limit == 50_000
        assert standing_on(desk.ids["C"], TODAY + 6 * DAY).credit_limit == 10_000
        assert standing_on(desk.ids["C"], TODAY).credit_days == 30


def test_a_limit_may_be_set_below_the_debt(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk_with(desk, days=30, limit="1000")
        desk.sell("C", TODAY, "800")
        desk.terms("C", days=None, limit="500", since=TODAY, credit_from=None)
        standing = standing_on(desk.ids["C"], TODAY)
        assert (standing.credit_left, standing.verdict, standing.credit_days) == (-30_000, "over_limit", 30)


def test_a_residue_within_the_tolerance_stops_nothing(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk_with(desk, days=0, limit="1000")
        desk.sell("C", TODAY - 30 * DAY, "100")
        desk.pay("C", TODAY - 20 * DAY, "99.50")
        desk.setting("tolerance", "0.50")
        assert desk.sell("C", TODAY, "10").state == "confirmed"
        assert standing_on(desk.ids["C"], TODAY).balance == 1_050


def test_releasing_what_is_still_stopped_needs_a_reason(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk_with(desk, days=0, limit="0")
        held = desk.sell("C", TODAY - 5 * DAY, "10")
        from model.changes.orders import ReleaseOrder

        with pytest.raises(InputError, match="Say why"):
            desk.do(ReleaseOrder(order=held.id, date=TODAY))
        released = desk.order(desk.release(held, TODAY))
        # The release date becomes the order's date; the first date is kept.
        assert (released.date, released.first_date) == (TODAY, TODAY - 5 * DAY)


def test_no_more_is_written_off_than_is_owed(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk_with(desk, days=30, limit="1000")
        desk.sell("C", TODAY, "100")
        with pytest.raises(Refused, match=r"owes only 100\.00"):
            desk.pay("C", TODAY, "100.01", kind="write_off")
        desk.pay("C", TODAY, "100", kind="write_off")
        with pytest.raises(Refused, match="owes only 0"):
            desk.pay("C", TODAY, "0.01", kind="discount")


def test_the_owners_right_counts_where_nobody_else_took_the_order(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.salesperson("S1")
        desk.product("P", floor="95")
        desk.customer("C", "S1", days=30, limit="1000")
        desk.customer("D", days=30, limit="1000")
        assert desk.sell("C", TODAY, "90").verdict.name == "below_floor"
        assert desk.sell("D", TODAY, "90").state == "confirmed"
