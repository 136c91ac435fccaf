"""Two customers made one: everything of the loser is the winner's, and can be put back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from model import search, totals
from model import store as stores
from model.activity import activity_board
from model.ageing import ageing
from model.aliases import resolved
from model.balances import balances
from model.changes.closing import CloseMonth
from model.changes.customers import LogContact
from model.changes.log import Change
from model.changes.merging import MergeCustomers
from model.changes.undo import UndoChange
from model.customer_list import CustomerFilter, CustomerList
from model.customers import ContactLog, Customer, blacklisted_on, customer_by_code, owner_on
from model.errors import Refused
from model.files.exporting import export_tables
from model.ids import new_id
from model.leases import Lease, remaining
from model.orders import Order
from model.search import find_customers
from tests.model.company import Company
from tests.model.office import TODAY, office, told

DAY = timedelta(days=1)
# Every table that may name a customer in a living document.
POINTING = ("orders", "receipt", "contact_log", "allocation", "customer_month", "lease_use")


def rows_of(customer: bytes) -> dict[str, int]:
    return {
        table: stores.rows(f"SELECT COUNT(*) FROM {table} WHERE customer_id = ?", (customer,))[0][0]
        for table in POINTING
    }


def customers_as_they_are() -> dict[str, list[tuple[object, ...]]]:
    """Everything but versions, the log, and what a merge leaves behind on purpose."""
    tables = (
        "orders", "order_line", "receipt", "receipt_order", "contact_log", "allocation", "customer_total",
        "customer_month", "person_month", "assignment", "terms", "blacklisting", "alias",
    )  # fmt: skip
    found = {table: sorted(stores.rows(f"SELECT * FROM {table}"), key=repr) for table in tables}
    found["customer"] = sorted(stores.rows("SELECT id, code, name, closed_on FROM customer"))
    return found


def two_that_are_one(desk: Company) -> None:
    desk.product("P")
    desk.customer("W", "S1", days=30, limit="1000")
    desk.customer("L", "S2", days=30, limit="500")
    first = desk.sell("L", TODAY - 20 * DAY, "300", maker="S2")
    desk.pay("L", TODAY - 10 * DAY, "100", first)
    desk.pay("L", TODAY - 9 * DAY, "250")
    desk.take_back(first, TODAY - 8 * DAY, "0.1")
    desk.sell("W", TODAY - 15 * DAY, "400", maker="S1")
    desk.sell("L", TODAY - 5 * DAY, "50", quote=True)
    desk.do(LogContact(id=new_id(), customer=desk.ids["L"], date=TODAY, note="visited", person=desk.ids["S2"]))


def merge(desk: Company, loser: str = "L", winner: str = "W", by: str | None = "M") -> None:
    desk.do(MergeCustomers(loser=desk.ids[loser], winner=desk.ids[winner], date=desk.today), by)


def last_change() -> bytes:
    return bytes(Change.select().order_by(Change.number.desc()).first().uid)


def test_everything_of_the_loser_becomes_the_winners(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        two_that_are_one(desk)
        desk.blacklist("L", TODAY - DAY)
        merge(desk)
        assert set(rows_of(desk.ids["L"]).values()) == {0}
        assert Order.select().where(Order.customer == desk.ids["W"]).count() == 4
        assert ContactLog.select().where(ContactLog.customer == desk.ids["W"]).count() == 1
        assert resolved(desk.ids["L"]) == desk.ids["W"]
        assert owner_on(desk.ids["L"], TODAY) is None
        assert owner_on(desk.ids["W"], TODAY) == desk.ids["S1"]
        assert Customer.get_by_id(desk.ids["L"]).closed_on == TODAY
        assert blacklisted_on(desk.ids["W"], TODAY)
        assert totals.faults() == []
        # 300 + 400 sold, 350 paid, a tenth of the first brought back.
        assert stores.one("SELECT balance FROM customer_total WHERE customer_id = ?", (desk.ids["W"],)) == (32_000,)
        assert told(desk.ids["S2"]) == ["L was merged into W: its documents are there now."]


def test_the_totals_after_a_merge_are_the_totals_rebuilt(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        two_that_are_one(desk)
        merge(desk)
        kept = customers_as_they_are()
        with stores.current().writing():
            list(totals.rebuild())
        assert customers_as_they_are() == kept


def test_a_merged_customer_is_found_and_listed_nowhere_any_more(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        two_that_are_one(desk)
        merge(desk)
        search.rebuild()
        everyone = CustomerList(CustomerFilter(with_closed=True), "code", False, TODAY)
        assert [row.code for row in everyone.page(10)] == ["W"]
        assert everyone.count() == 1
        # Also as of a day before the merge, on which it was not closed.
        assert [row.code for row in CustomerList(CustomerFilter(), "code", False, TODAY - DAY).page(10)] == ["W"]
        assert [row.code for row in CustomerList(CustomerFilter(text="Customer L"), "code", False, TODAY).page(9)] == []
        assert [found.code for found in find_customers("Customer L", day=TODAY)] == []
        # Its old code stands on papers: it finds whom it became.
        assert [found.code for found in find_customers("L", day=TODAY)] == ["W"]
        assert customer_by_code("L").code == "W"
        assert [row.code for row in balances(TODAY)] == ["W"]
        assert [row.code for row in balances(TODAY - DAY)] == ["W"]
        assert [row.code for row in ageing(TODAY).rows] == ["W"]
        [of_w, of_l] = sorted(activity_board("2026-06", TODAY).rows, key=lambda row: row.code)[-2:]
        assert (of_w.code, of_w.responsible, of_l.code, of_l.responsible) == ("S1", 1, "S2", 0)
        assert activity_board("2026-06", TODAY - DAY).company.responsible == 1
        [written] = export_tables(tmp_path / "customers.csv", "customers")
        assert "Customer L" not in written.read_text(encoding="utf-8")


def test_an_undone_merge_leaves_everything_as_it_was(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        two_that_are_one(desk)
        desk.blacklist("L", TODAY - DAY)
        before = customers_as_they_are()
        merge(desk)
        desk.do(UndoChange(uid=last_change()), "M")
        assert customers_as_they_are() == before
        assert totals.faults() == []
        assert [found.code for found in find_customers("Customer L", day=TODAY)] == ["L"]


def test_what_was_made_for_the_winner_since_stays_there(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        two_that_are_one(desk)
        merge(desk)
        uid = last_change()
        own = desk.sell("W", TODAY, "10")
        through_the_loser = desk.sell("L", TODAY, "11")
        theirs = Order.get(Order.amount == 30_000)
        desk.pay("W", TODAY, "30", own, through_the_loser)
        desk.do(UndoChange(uid=uid), "M")
        assert desk.order(own).customer_id == desk.order(through_the_loser).customer_id == desk.ids["W"]
        assert Order.get_by_id(theirs.id).customer_id == desk.ids["L"]
        assert totals.faults() == []


def test_money_that_named_the_other_ones_bill_is_freed_when_they_part(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.product("P")
        desk.customer("W", "S1", days=30, limit="1000")
        desk.customer("L", "S2", days=30, limit="500")
        sold = desk.sell("L", TODAY - DAY, "300")
        merge(desk)
        uid = last_change()
        paid = desk.pay("W", TODAY, "300", sold)
        desk.do(UndoChange(uid=uid), "M")
        assert desk.receipt(paid).customer_id == desk.ids["W"]
        assert desk.receipt(paid).unallocated == 30_000
        assert desk.order(sold).open_amount == 30_000
        assert told(None) == [f"{paid.number} no longer names {sold.number}: they belong to two customers again."]
        assert totals.faults() == []


def test_a_change_about_the_loser_works_on_the_winner(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        two_that_are_one(desk)
        merge(desk)
        assert desk.order(desk.sell("L", TODAY, "10")).customer_id == desk.ids["W"]
        desk.do(LogContact(id=new_id(), customer=desk.ids["L"], date=TODAY, note="again", person=desk.ids["S2"]))
        desk.terms("L", days=45, limit="2000", since=TODAY)
        assert set(rows_of(desk.ids["L"]).values()) == {0}


def test_the_devices_give_up_what_they_hold_of_the_loser(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        two_that_are_one(desk)
        Lease.create(
            customer=desk.ids["L"], device="B", granted=40_000, used=10_000, returned=0, wanted=40_000, until_date=TODAY
        )
        merge(desk)
        assert remaining(desk.ids["L"], "B") == 0


def test_merged_customers_are_not_shown(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        two_that_are_one(desk)
        merge(desk)
        assert [found.code for found in find_customers("Customer", day=TODAY)] == ["W"]
        assert not CustomerFilter().with_closed


@pytest.mark.parametrize("owned", [True, False])
def test_a_merge_in_a_month_that_was_closed_since_stays_where_it_ended_an_assignment(
    tmp_path: Path, owned: bool
) -> None:
    with office(tmp_path) as desk:
        desk.customer("W", "S1")
        desk.customer("L", "S2")
        if not owned:
            desk.assign("L", None, TODAY - 5 * DAY)
        before = customers_as_they_are()
        merge(desk)
        uid = last_change()
        desk.today += DAY
        desk.do(CloseMonth(month="2026-06"), "M")
        if owned:
            with pytest.raises(Refused, match="2026-06 is closed: an assignment cannot take effect in it"):
                desk.do(UndoChange(uid=uid), "M")
            assert resolved(desk.ids["L"]) == desk.ids["W"]
        else:
            desk.do(UndoChange(uid=uid), "M")
            assert customers_as_they_are() == before


def test_a_chain_of_merges_ends_at_the_last_winner_and_is_undone_from_there(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        two_that_are_one(desk)
        desk.customer("X", "S1", days=30, limit="1000")
        merge(desk)
        first = last_change()
        merge(desk, "W", "X")
        second = last_change()
        assert resolved(desk.ids["L"]) == desk.ids["X"]
        with pytest.raises(Refused, match="W was merged into X: take the merge back first"):
            desk.do(UndoChange(uid=first), "M")
        desk.do(UndoChange(uid=second), "M")
        desk.do(UndoChange(uid=first), "M")
        assert resolved(desk.ids["L"]) == desk.ids["L"]
        assert totals.faults() == []


def test_what_cannot_be_merged_is_refused(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        two_that_are_one(desk)
        desk.customer("R", retail=True)
        with pytest.raises(Refused, match="cannot be merged with itself"):
            merge(desk, "W", "W")
        with pytest.raises(Refused, match="one of them is a walk-in customer"):
            merge(desk, "R", "W")
        with pytest.raises(Refused, match="Your role may not merge customers"):
            merge(desk, by="S1")
        merge(desk)
        with pytest.raises(Refused, match="L was merged into W already"):
            merge(desk)
        with pytest.raises(Refused, match="cannot be merged with itself"):
            merge(desk, "W", "L")
