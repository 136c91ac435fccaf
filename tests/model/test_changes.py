"""Changes are data: done again in another store they give the same rows, and each refusal leaves nothing behind."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import store as stores
from model import totals
from model.changes.customers import EditCustomer, FieldEdit, LogContact
from model.changes.log import Change
from model.changes.orders import ConfirmOrder, LineArgs, LoseOrder, RecordOrder
from model.changes.recording import chained, last_undoable, record, replay
from model.changes.undo import UndoChange
from model.customers import Customer
from model.errors import HuokeError, InputError, Refused
from model.ids import new_id
from model.orders import Order
from model.receipts import Receipt
from model.store import open_store
from tests.model.company import BUSINESS_TABLES, Company, company

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)


def every_row() -> dict[str, list[tuple[object, ...]]]:
    return {table: sorted(stores.rows(f"SELECT * FROM {table}"), key=repr) for table in BUSINESS_TABLES}


def replayed_rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows of a second store in which the log of the present one was replayed."""
    changes = list(Change.select().order_by(Change.number))
    second = open_store(folder, create=True)
    with second.use():
        for change in changes:
            replay(change)
        return every_row()


def a_busy_month(desk: Company) -> None:
    """One of everything that can be done."""
    desk.salesperson("S1")
    desk.salesperson("S2")
    desk.salesperson("M", role="manager")
    desk.product("P", cost=None)
    desk.product("Q", price="10", cost="7.5", floor="9")
    desk.rule(date(2026, 1, 1), 70)
    desk.setting("grace_days", "3")
    desk.customer("C", "S1", days=30, limit="5000")
    desk.customer("D", days=15, limit="1000", credit_from="month_end")
    desk.customer("R", retail=True)
    first = desk.sell("C", TODAY - 90 * DAY, [("P", "3", "333.3335"), ("Q", "10", "9.99")], maker="S2")
    desk.cost("Q", TODAY - 50 * DAY, "8")
    held = desk.sell("C", TODAY - 20 * DAY, "700")
    assert held.state == "held"
    paid = desk.pay("C", TODAY - 10 * DAY, "1500", first, held)
    desk.release(held, TODAY - 9 * DAY, by="M")
    desk.take_back(first, TODAY - 8 * DAY, "1")
    desk.reverse(paid, TODAY - 7 * DAY)
    desk.pay("C", TODAY - 6 * DAY, "20", kind="discount")
    desk.pay("C", TODAY - 5 * DAY, "5", kind="write_off")
    desk.assign("C", "S2", TODAY - 4 * DAY)
    desk.assign("D", "S1", TODAY - 4 * DAY)
    desk.terms("C", days=None, limit="9000", since=TODAY - 3 * DAY, until=TODAY + DAY, credit_from=None)
    desk.blacklist("D", TODAY - 3 * DAY)
    desk.sell("D", TODAY - 2 * DAY, "50")
    desk.sell("R", TODAY - 2 * DAY, "80", paid="80", maker="S1")
    ended = desk.sell("R", TODAY - 2 * DAY, "90", paid="90")
    desk.cancel(ended, TODAY)
    desk.pay("R", TODAY, "90", kind="refund")
    quote = desk.sell("C", TODAY - DAY, "60", quote=True)
    desk.do(ConfirmOrder(order=quote.id, date=TODAY))
    lost = desk.sell("C", TODAY - DAY, "61", quote=True)
    desk.do(LoseOrder(order=lost.id, date=TODAY, reason="price"))
    desk.do(
        EditCustomer(customer=desk.ids["C"], version=1, edits={"short_name": FieldEdit(before="", after="联想中关村")})
    )
    desk.do(LogContact(id=new_id(), customer=desk.ids["C"], date=TODAY, note="visited", person=desk.ids["S1"]))
    mistaken = desk.sell("C", TODAY, "12", paid="12")
    desk.do(UndoChange(uid=desk.order(mistaken).change_uid))


def test_replaying_the_log_in_another_store_gives_every_row(tmp_path: Path) -> None:
    with company(tmp_path / "first", TODAY) as desk:
        a_busy_month(desk)
        assert totals.faults() == []
        assert every_row() == replayed_rows(tmp_path / "second")


def test_totals_rebuilt_are_the_totals_kept(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        a_busy_month(desk)
        kept = every_row()
        with stores.current().writing():
            assert list(totals.rebuild())[-1] == 3
        assert every_row() == kept


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(("sell", "prepaid", "pay", "pay first", "return", "cancel", "release", "reverse", "refund")),
        st.integers(1, 999),
        st.integers(0, 40),
    ),
    max_size=14,
)


@given(DEEDS)
def test_whatever_is_done_totals_equal_recomputation_and_replay(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[tuple[str, int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("stores")
    with company(folder / "first", TODAY) as desk:
        desk.salesperson("S1")
        desk.product("P")
        desk.customer("C", "S1", days=10, limit="2000")
        orders, receipts = [], []
        for deed, amount, age in deeds:
            day = TODAY - age * DAY
            try:
                if deed in ("sell", "prepaid"):
                    paid = f"{amount}" if deed == "prepaid" else None
                    orders.append(desk.sell("C", day, [("P", "3", f"{amount / 3:.4f}")], paid=paid))
                elif deed in ("pay", "refund"):
                    receipts.append(desk.pay("C", day, f"{amount}", kind="refund" if deed == "refund" else "receipt"))
                elif deed == "pay first" and orders:
                    receipts.append(desk.pay("C", day, f"{amount}", orders[amount % len(orders)]))
                elif deed == "return" and orders:
                    desk.take_back(orders[amount % len(orders)], day, "1")
                elif deed == "cancel" and orders:
                    desk.cancel(orders[amount % len(orders)], day)
                elif deed == "release" and orders:
                    desk.release(orders[amount % len(orders)], day)
                elif deed == "reverse" and receipts:
                    desk.reverse(receipts[amount % len(receipts)], day)
            except HuokeError:
                continue
        assert totals.faults() == []
        for order in Order.select().where(Order.kind == "sale"):
            assert 0 <= order.open_amount <= order.amount
        for receipt in Receipt.select().where(Receipt.kind == "receipt"):
            assert 0 <= receipt.unallocated <= receipt.amount
        assert every_row() == replayed_rows(folder / "second")


def test_the_chain_binds_every_change_to_the_ones_before(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        a_busy_month(desk)
        link = b""
        for number, change in enumerate(Change.select().order_by(Change.number), 1):
            assert change.number == number
            link = chained(link, number, change.kind, change.args)
            assert change.chain == link


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ({"quantity_e3": 0}, InputError),
        ({"quantity_e3": -1000}, InputError),
        ({"price_e4": -1}, InputError),
        ({"discount_bp": 10_001}, InputError),
    ],
)
def test_an_order_that_cannot_be_leaves_nothing_behind(
    tmp_path: Path, line: dict[str, int], error: type[HuokeError]
) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.product("P")
        desk.customer("C")
        before = every_row()
        values = {"quantity_e3": 1000, "price_e4": 10_000, **line}
        with pytest.raises(error):
            desk.do(
                RecordOrder(
                    id=new_id(), number="X-1", customer=desk.ids["C"], date=TODAY,
                    lines=(LineArgs(line=1, product=desk.ids["P"], **values),),
                )
            )  # fmt: skip
        assert every_row() == before


def test_a_date_after_today_is_refused(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.product("P")
        desk.customer("C")
        with pytest.raises(Refused, match="after today"):
            desk.sell("C", TODAY + DAY, "10", paid="10")


def test_a_closed_customer_buys_nothing(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.product("P")
        desk.customer("C")
        closing = {"closed_on": FieldEdit(before="", after=TODAY.isoformat())}
        desk.do(EditCustomer(customer=desk.ids["C"], version=1, edits=closing))
        with pytest.raises(Refused, match="closed"):
            desk.sell("C", TODAY, "10", paid="10")


def test_three_single_returns_equal_one_of_three(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.salesperson("S1")
        desk.salesperson("S2")
        desk.rule(date(2026, 1, 1), 33)
        desk.product("P", cost="66.6667")
        desk.customer("C", "S1", days=30, limit="1000")
        order = desk.sell("C", TODAY, [("P", "3", "33.3333")], maker="S2")
        sold = desk.order(order)
        returns = [desk.order(desk.take_back(order, TODAY, "1")) for _ in range(3)]
        for column in ("amount", "cost", "owner_amount", "owner_cost"):
            assert sum(getattr(back, column) for back in returns) == getattr(sold, column), column
        with pytest.raises(Refused, match="Only 0"):
            desk.take_back(order, TODAY, "1")


def test_costs_and_shares_are_frozen_as_of_the_order_date(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.salesperson("S1")
        desk.salesperson("S2")
        desk.product("P", cost="80")
        desk.cost("P", date(2026, 3, 1), "85")
        desk.rule(date(2026, 1, 1), 60)
        desk.rule(date(2026, 4, 1), 50)
        desk.customer("C", "S1", days=30, limit="9999")
        early = desk.order(desk.sell("C", date(2026, 2, 28), "100", maker="S2"))
        desk.pay("C", date(2026, 2, 28), "100")
        late = desk.order(desk.sell("C", date(2026, 6, 1), "100", maker="S2"))
        assert (early.cost, early.owner_bp, early.owner_amount) == (8_000, 6_000, 6_000)
        assert (late.cost, late.owner_bp, late.owner_amount) == (8_500, 5_000, 5_000)
        desk.assign("C", "S2", TODAY)
        desk.cost("P", date(2026, 1, 1), "1")
        assert desk.order(desk.sell("C", TODAY, "1", paid="1")).owner_bp == 0
        assert Order.get_by_id(early.id).cost == 8_000
        assert Order.get_by_id(early.id).owner_id == desk.ids["S1"]


def test_undo_takes_an_edit_back_once_and_not_over_a_later_one(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.customer("C")
        edit = EditCustomer(
            customer=desk.ids["C"], version=1, edits={"name": FieldEdit(before="Customer C", after="Renamed")}
        )
        desk.do(edit)
        uid = Change.select().order_by(Change.number.desc()).first().uid
        desk.do(UndoChange(uid=uid))
        assert Customer.get(Customer.code == "C").name == "Customer C"
        with pytest.raises(Refused, match="undone already"):
            desk.do(UndoChange(uid=uid))
        desk.do(edit)
        again = Change.select().order_by(Change.number.desc()).first().uid
        desk.do(
            EditCustomer(
                customer=desk.ids["C"], version=2, edits={"name": FieldEdit(before="Renamed", after="Another")}
            )
        )
        with pytest.raises(Refused, match="changed again"):
            desk.do(UndoChange(uid=again))


def test_what_a_role_may_not_do_names_who_could(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.salesperson("S1")
        desk.product("P")
        desk.customer("C", "S1")
        held = desk.sell("C", TODAY, "10")
        with pytest.raises(Refused, match="manager"):
            desk.release(held, TODAY, by="S1")
        assert desk.order(held).state == "held"


def test_a_rule_outside_a_store_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="no store is in use"):
        record(UndoChange(uid=new_id()), person=None, on=TODAY)


def test_what_another_did_is_not_the_last_thing_to_undo(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.salesperson("S1")
        desk.salesperson("S2")
        desk.product("P")
        desk.customer("C")
        mine = desk.sell("C", TODAY, "10", paid="10", by="S1")
        desk.sell("C", TODAY, "20", paid="20", by="S2")
        assert last_undoable(desk.ids["S1"]).uid == desk.order(mine).change_uid
        assert last_undoable(None).person == desk.ids["S2"]
