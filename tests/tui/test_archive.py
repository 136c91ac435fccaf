"""The archive shows one customer whole, and its keys act on what is highlighted."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest
from rich.cells import cell_len
from textual.containers import VerticalScroll
from textual.content import Content
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Static

from model.changes.undo import UndoChange
from model.conflicts import Conflict
from model.customers import Customer, blacklisted_on, owner_on, terms_on
from model.orders import Order
from model.receipts import Receipt
from model.store import Store, execute, rows, set_meta
from tests.model.company import Company
from tests.tui.customers_desk import TODAY, small_company
from tui import locale
from tui.archive.analysis import AnalysisPane
from tui.archive.documents import DocumentScreen
from tui.archive.head import ArchiveHead
from tui.archive.pane import ArchivePane, TabLine
from tui.archive.return_form import ReturnForm
from tui.archive.screen import ArchiveScreen
from tui.archive.search import CustomerSearch
from tui.customers.forms import BlockForm, ContactForm, TermsForm
from tui.order_entry.customer_box import CustomerBox
from tui.receivables.receipt_form import ReceiptForm
from tui.session import Session
from tui.shared.ask import AskText, Choose
from tui.shared.chart import Chart, CurveData
from tui.shared.desk_app import DeskApp
from tui.shared.paged_table import PagedTable
from tui.shared.status import StatusLine

pytestmark = pytest.mark.usefixtures("english")

SIZES = [(80, 24), (120, 40)]


class ArchiveDesk(DeskApp):
    """The archive alone; where other screens would open, it only remembers that."""

    MODES: ClassVar[dict[str, type[Screen[Any]]]] = {"archive": ArchiveScreen}  # type: ignore[assignment]

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.session = Session(store)
        self.went: list[tuple[str, Hashable]] = []

    def on_mount(self) -> None:
        self.switch_mode("archive")

    def action_go_back(self) -> None:
        if len(self.screen_stack) > 1:
            self.pop_screen()

    def begin_order(self, customer_id: bytes) -> None:
        self.went.append(("order", customer_id))

    def receive_money(self, customer_id: bytes, amount_minor: int | None = None, order_id: bytes | None = None) -> None:
        self.went.append(("money", order_id))
        self.push_screen(ReceiptForm(customer_id, amount_minor, order_id))

    @property
    def archive(self) -> ArchiveScreen:
        screen = self._screen_stacks["archive"][0]
        assert isinstance(screen, ArchiveScreen)
        return screen

    def table(self, name: str) -> PagedTable:
        return self.archive.query_one(f"#{name}", PagedTable)

    def lines(self, name: str) -> list[str]:
        """The rows of a list as they are drawn, without the head."""
        table = self.table(name)
        return [table.render_line(y).text for y in range(1, min(table.size.height, table.total + 1))]

    def head(self) -> str:
        return self.archive.query_one(ArchiveHead).render().plain

    def said(self) -> str:
        return self.archive.query_one(StatusLine).standing.said

    def notices(self) -> list[str]:
        return [str(notice.message) for notice in self._notifications]


def fill(made: Company) -> None:
    """C1 owes 610 of an overdue bill of 810, and has a receipt, a held order and a quote; C2 has nothing."""
    made.salesperson("S1", "manager")
    made.salesperson("S2")
    made.product("P")
    made.product("Q", cost=None)
    made.customer("C1", "S1", days=30, limit="1000")
    made.customer("C2")
    bill = made.sell("C1", date(2026, 1, 5), [("P", "8", "100"), ("Q", "2", "5")], maker="S1")
    made.pay("C1", date(2026, 1, 20), "200", bill)
    made.sell("C1", date(2026, 3, 2), "40", quote=True, maker="S2")
    made.sell("C1", date(2026, 3, 3), "500", maker="S1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with small_company(tmp_path, fill, me="S1") as (opened, _company):
        yield opened


async def settle(pilot: Pilot[None]) -> None:
    """Wait until nothing is read any more and what was read is shown; a deed may still wait for its answer."""
    for _round in range(3):
        await pilot.pause()
        reading = [worker for worker in pilot.app.workers if worker.group != "deed"]
        if reading:  # an empty list would wait for all of them
            await pilot.app.workers.wait_for_complete(reading)
    await pilot.pause()


async def recorded(pilot: Pilot[None]) -> None:
    """Wait until what was asked for is written and shown."""
    await pilot.app.workers.wait_for_complete()
    await settle(pilot)


def id_of(store: Store, code: str) -> bytes:
    with store.use():
        return bytes(Customer.get(Customer.code == code).id)


def as_person(store: Store, code: str) -> None:
    with store.use():
        set_meta("me", code)


def shown_tab(app: ArchiveDesk) -> int:
    return app.archive.query_one(TabLine).at


async def test_without_a_customer_one_is_chosen_by_typing(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert isinstance(app.focused, Input)
        assert app.archive.why_not("archive.new_order").startswith("Choose a customer first")
        await pilot.press("C", "2")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert app.archive.customer == id_of(store, "C2")
        assert "C2 Customer C2" in app.head()
        assert "verdict: ok" in app.head()


async def test_a_list_is_written_to_a_file_with_every_column(store: Store, tmp_path: Path) -> None:
    app = ArchiveDesk(store)
    path = tmp_path / "orders.csv"
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.archive.show_customer(id_of(store, "C1"))
        await settle(pilot)
        await pilot.press("e")
        await settle(pilot)
        assert isinstance(app.screen, AskText)
        app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await settle(pilot)
        head, *rows = path.read_text(encoding="utf-8-sig").splitlines()
        assert head == "Date,Number,State,Amount,Open,Margin %,Margin,Made by,About"
        assert len(rows) == app.table("orders").total
        assert app.said() == f"{len(rows)} rows written to {path}."


async def test_enter_on_nothing_found_says_what_to_do(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("z", "z", "9", "enter")
        await settle(pilot)
        assert "zz9" in str(app.archive.query_one("#no-customer .objection", Static).content)


@pytest.mark.parametrize("size", SIZES)
async def test_the_head_says_how_the_credit_stands_in_numbers_and_words(store: Store, size: tuple[int, int]) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=size) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        await settle(pilot)
        name, credit, verdict = app.head().splitlines()
        assert "Person S1 · owned" in name
        assert "limit 1,000.00  used 610.00  left 390.00" in credit
        assert "61%" in credit
        assert "█" in credit
        assert "░" in credit
        assert "verdict: overdue · overdue 610.00 (bills: 1, up to 55 days)" in verdict
        assert all(cell_len(line) <= size[0] - 2 for line in (name, credit, verdict))


async def test_a_blacklisted_customer_has_a_sign(tmp_path: Path) -> None:
    def blacklisted(made: Company) -> None:
        fill(made)
        made.blacklist("C1", date(2026, 3, 1))

    with small_company(tmp_path, blacklisted) as (store, _made):
        app = ArchiveDesk(store)
        async with app.run_test(size=(80, 24)) as pilot:
            app.archive.show_customer(id_of(store, "C1"))
            await settle(pilot)
            assert "✗ blacklisted" in app.head()
            assert "verdict: blacklisted, overdue" in app.head()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", SIZES)
async def test_every_tab_fits_and_aligns(store: Store, size: tuple[int, int], language: locale.Language) -> None:
    locale.use(language)
    app = ArchiveDesk(store)
    async with app.run_test(size=size) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        for _tab in range(5):
            await settle(pilot)
            for table in app.archive.pane.tables():
                drawn = [table.render_line(y) for y in range(table.size.height)]
                assert {line.cell_length for line in drawn} == {table.scrollable_content_region.width}
                assert not [line.text for line in drawn if "###" in line.text]
            await pilot.press("]")


async def test_a_tab_reads_only_when_it_is_shown(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        await settle(pilot)
        filled = [pane.customer is not None for pane in app.archive.query(ArchivePane)]
        assert filled == [False, True, False, False, False]
        await pilot.press("[")
        await settle(pilot)
        assert shown_tab(app) == 0
        filled = [pane.customer is not None for pane in app.archive.query(ArchivePane)]
        assert filled == [True, True, False, False, False]


async def test_business_has_states_as_words_and_the_lines_of_the_highlighted_order(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(120, 40)) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        await settle(pilot)
        held, quote, sale = app.lines("orders")
        assert "held" in held
        assert "over limit" in held
        assert "quote" in quote
        assert "confirmed" in sale
        assert "810.00" in sale
        assert "610.00" in sale
        # 800 − 8 × 80; the line without cost is left out.
        assert "160.00" in sale
        assert "20.00" in sale
        await pilot.press("end")
        await settle(pilot)
        first, second = app.lines("lines")
        assert "Product P" in first
        assert "800.00" in first
        assert "Product Q" in second
        assert "–" in second


async def test_who_may_not_see_cost_sees_no_margin(tmp_path: Path) -> None:
    def hidden(made: Company) -> None:
        fill(made)
        made.setting("cost_visible_to_sales", "no")

    with small_company(tmp_path, hidden, me="S2") as (store, _made):
        app = ArchiveDesk(store)
        async with app.run_test(size=(120, 40)) as pilot:
            app.archive.show_customer(id_of(store, "C1"))
            await settle(pilot)
            assert "160.00" not in app.lines("orders")[2]
            await pilot.press("[", "[")
            await settle(pilot)
            data = app.archive.query_one(Chart).data
            assert isinstance(data, CurveData)
            assert [name for name, _values in data.series] == ["revenue"]
            assert "160.00" not in "".join(app.lines("months"))


async def test_money_has_running_balance_open_bills_and_allocations(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(120, 40)) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        await pilot.press("]")
        await settle(pilot)
        receipt, sale = app.lines("ledger")
        assert "-200.00" in receipt
        assert "610.00" in receipt
        assert "810.00" in sale
        assert "2026-02-04" in sale
        assert "55" in sale
        assert "610.00" in app.lines("bills")[0]
        with store.use():
            bill = Order.get(Order.state == "confirmed").number
        assert f"{bill} order" in app.lines("allocations")[0]
        await pilot.press("down")
        await settle(pilot)
        with store.use():
            number = Receipt.select().get().number
        assert f"{number} receipt" in app.lines("allocations")[0]


async def test_credit_has_record_suggestion_late_bills_and_history(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        await pilot.press("]", "]")
        await settle(pilot)
        record = str(app.archive.query_one("#record", Static).content)
        assert "Now: 30 days, limit 1,000.00" in record
        # The only bill is overdue and open: it is none of those that were settled.
        assert "Grade –: settled 0 (late 0), overdue now 1; average 55.00 days, worst 55" in record
        assert "fewer than 3 settled bills" in record
        [late] = app.lines("late-bills")
        assert "55" in late
        assert "still open" in late
        assert "30 days, limit 1,000.00" in app.lines("history")[0]


async def test_analysis_has_curve_sums_and_products(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(120, 40)) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        await pilot.press("[", "[")
        await settle(pilot)
        assert isinstance(app.archive.pane, AnalysisPane)
        data = app.archive.query_one(Chart).data
        assert isinstance(data, CurveData)
        assert len(data.labels) == 24
        year, *months = app.lines("months")
        assert "2026 " in year
        assert "810.00" in year
        assert "160.00" in year
        assert any("2026-01" in month and "810.00" in month for month in months)
        product = app.lines("products")[0]
        assert "Product P" in product
        assert "98.77%" in product
        assert "2026-01-05" in product


async def test_profile_says_who_changed_what(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(120, 40)) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        await pilot.press("[")
        await settle(pilot)
        changes = "\n".join(app.lines("changes"))
        for words in ("customer added", "terms set", "30 days, limit 1,000.00", "order recorded", "receipt 200.00"):
            assert words in changes


async def test_enter_opens_the_rows_behind_a_document(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, DocumentScreen)
        content = app.screen.query_one("#document", Static).content
        text = content.plain if isinstance(content, Content) else str(content)
        assert "Verdict now" in text
        assert "overdue 610.00" in text
        assert "receive 500.00 (for this order) to release" in text
        assert "Product P" in text
        await pilot.press("escape")
        assert app.screen is app.archive


async def test_a_long_document_leaves_its_table_whole_and_its_keys_in_sight(tmp_path: Path) -> None:
    def long(made: Company) -> None:
        fill(made)
        made.sell("C1", date(2026, 3, 4), [("P", "1", str(price)) for price in range(1, 31)], maker="S1")

    with small_company(tmp_path, long, me="S1") as (store, _made):
        app = ArchiveDesk(store)
        async with app.run_test(size=(80, 24)) as pilot:
            app.archive.show_customer(id_of(store, "C1"))
            await settle(pilot)
            await pilot.press("enter")
            await settle(pilot)
            content = app.screen.query_one("#document", Static).content
            assert isinstance(content, Content)
            table = content.plain.split("\n\n")[1].splitlines()
            assert len(table) == 31
            cells = app.screen.query_one(VerticalScroll).scrollable_content_region.width
            assert max(map(cell_len, table)) <= cells
            assert app.screen.query_one(".keys").region.bottom < 24


async def test_goods_come_back_with_their_quantities(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        await settle(pilot)
        await pilot.press("v")
        assert "no confirmed order" in app.notices()[-1]
        await pilot.press("end", "v")
        await settle(pilot)
        assert isinstance(app.screen, ReturnForm)
        await pilot.press("9")
        await pilot.pause()
        assert "Only 8 of line 1" in str(app.screen.query_one(".objection", Static).content)
        await pilot.press("backspace", "2")
        await pilot.pause()
        assert "lines: 1, worth 200.00" in str(app.screen.query_one(".worth", Static).content)
        await pilot.press("enter", "enter")
        await recorded(pilot)
        with store.use():
            returned = Order.get(Order.kind == "return")
            assert returned.amount == 20_000
        assert f"{returned.number}: 200.00 came back." == app.said()
        assert "used 410.00" in app.head()


async def test_a_quote_is_lost_with_one_key(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        await settle(pilot)
        await pilot.press("down", "x")
        await settle(pilot)
        assert isinstance(app.screen, Choose)
        await pilot.press("2")
        await recorded(pilot)
        with store.use():
            lost = Order.get(Order.state == "lost")
            assert lost.reason == "stock"
        assert "lost" in app.lines("orders")[1]
        await pilot.press("x")
        assert "lost already" in app.notices()[-1]


async def test_a_held_order_is_rejected_or_released_with_a_reason(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        await settle(pilot)
        await pilot.press("x")
        await settle(pilot)
        assert isinstance(app.screen, Choose)
        assert app.screen.question.startswith("Reject ")
        await pilot.press("escape", "l")
        await settle(pilot)
        assert isinstance(app.screen, AskText)
        assert "overdue 610.00" in app.screen.details
        await pilot.press(*"known", "enter")
        await recorded(pilot)
        with store.use():
            assert Order.get(Order.reason == "known").state == "confirmed"
        assert "released: 500.00" in app.said()
        assert "used 1,110.00" in app.head()


async def test_a_receipt_is_reversed_with_a_reason(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        await pilot.press("]")
        await settle(pilot)
        await pilot.press("x")
        await settle(pilot)
        await pilot.press(*"bounced", "enter")
        await recorded(pilot)
        with store.use():
            assert Receipt.get(Receipt.kind == "reversal").reason == "bounced"
        assert "the balance is 810.00" in app.said()
        assert "810.00" in app.lines("bills")[0]


async def test_keys_that_cannot_act_say_why(store: Store) -> None:
    as_person(store, "S2")
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        await settle(pilot)
        for key in ("t", "b", "a"):
            await pilot.press(key)
        whats = ("set credit terms", "change the blacklist", "assign customers")
        assert len(app.notices()) == len(whats)
        for what, notice in zip(whats, app.notices(), strict=True):
            assert f"Your role may not {what}: " in notice
        assert app.screen is app.archive
        await pilot.press("l")
        await settle(pilot)
        assert "Your role may not release a held order: " in app.notices()[-1]
        with store.use():
            assert Order.select().where(Order.state == "held").count() == 1
        # Whoever may not reject takes the order back instead.
        await pilot.press("x")
        await settle(pilot)
        assert isinstance(app.screen, Choose)
        assert app.screen.question.startswith("Cancel ")


async def test_on_a_joined_laptop_a_salesperson_asks_the_office_for_terms_and_blacklist(store: Store) -> None:
    customer = id_of(store, "C2")
    as_person(store, "S2")
    with store.use():
        set_meta("server", "https://office.invalid")
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        app.archive.show_customer(customer)
        await settle(pilot)
        await pilot.press("t")
        await settle(pilot)
        assert isinstance(app.screen, TermsForm)
        await pilot.press("enter", "enter", "ctrl+u", *"5000", "f10")
        await recorded(pilot)
        assert app.said() == "The office was asked: it decides."
        await pilot.press("b")
        await settle(pilot)
        assert isinstance(app.screen, BlockForm)
        await pilot.press(*"bounced", "f10")
        await recorded(pilot)
        assert app.said() == "The office was asked: it decides."
        assert app.notices() == []
    with store.use():
        assert terms_on(customer, TODAY).credit_limit == 0
        assert not blacklisted_on(customer, TODAY)
        assert [conflict.field for conflict in Conflict.select().order_by(Conflict.field)] == [
            "customer.blacklist",
            "customer.terms",
        ]


async def test_the_history_says_what_the_office_has_not_got_or_refused(store: Store) -> None:
    with store.use():
        [(last, uid)] = rows(
            "SELECT number, uid FROM change WHERE kind = 'customer.terms' ORDER BY number DESC LIMIT 1"
        )
        [(add,)] = rows("SELECT uid FROM change WHERE kind = 'customer.add' ORDER BY number LIMIT 1")
        for name, value in (("server", "https://office.invalid"), ("acknowledged", str(last))):
            set_meta(name, value)
        for change, status in ((uid, "refused"), (add, "done")):
            execute(
                "INSERT INTO arrival (uid, v, place, status, result, received_at, seen) VALUES (?, 1, 0, ?, ?, '', 0)",
                (change, status, b"\x92\xa0\x80"),
            )
    app = ArchiveDesk(store)
    async with app.run_test(size=(120, 40)) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        await pilot.press("[")
        await settle(pilot)
        changes = app.lines("changes")
        assert any("terms set" in line and "refused · 30 days" in line for line in changes)
        assert any("order recorde" in line and "unsent · A-" in line for line in changes)
        assert any("customer added" in line and "·" not in line for line in changes)


async def test_forms_and_other_screens_open_for_this_customer(store: Store) -> None:
    customer = id_of(store, "C1")
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        app.archive.show_customer(customer)
        await settle(pilot)
        await pilot.press("n")
        assert app.went == [("order", customer)]
        await pilot.press("c")
        await settle(pilot)
        assert isinstance(app.screen, ContactForm)
        await pilot.press("escape", "r")
        await settle(pilot)
        assert isinstance(app.screen, ReceiptForm)
        with store.use():
            held = Order.get(Order.state == "held")
        assert app.went[-1] == ("money", held.id)
        await pilot.press("escape", "t")
        await settle(pilot)
        assert isinstance(app.screen, TermsForm)
        await pilot.press("escape")
        assert app.screen is app.archive


async def test_the_profile_is_changed_and_the_head_follows(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        await settle(pilot)
        await pilot.press("m")
        await settle(pilot)
        await pilot.press(*"Nine", "ctrl+j")
        await recorded(pilot)
        assert "C1 Nine" in app.head()
        with store.use():
            assert owner_on(id_of(store, "C1"), TODAY) is not None
            assert terms_on(id_of(store, "C1"), TODAY).credit_days == 30


async def test_slash_finds_another_customer(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        await settle(pilot)
        await pilot.press("slash")
        await settle(pilot)
        assert isinstance(app.screen, CustomerSearch)
        assert app.screen.query_one(CustomerBox).input.has_focus
        await pilot.press("C", "2", "enter")
        await settle(pilot)
        assert "C2 Customer C2" in app.head()
        assert app.table("orders").total == 0


async def test_the_last_of_quickly_changed_customers_is_shown(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        for code in ("C1", "C2", "C1", "C2"):
            app.archive.show_customer(id_of(store, code))
        await settle(pilot)
        assert "C2 Customer C2" in app.head()
        assert app.table("orders").total == 0
        assert app.table("lines").total == 0


async def test_a_pane_is_widened_and_given_back(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        app.archive.show_customer(id_of(store, "C1"))
        await settle(pilot)
        before = app.table("orders").size.height
        await pilot.press("+")
        await settle(pilot)
        assert app.table("orders").size.height > before
        await pilot.press("+")
        await settle(pilot)
        assert app.table("orders").size.height == before


async def test_what_another_program_writes_is_shown(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        app.archive.show_customer(id_of(store, "C2"))
        await settle(pilot)
        with store.use():
            made = Company(TODAY)
            made.ids = {"C2": id_of(store, "C2"), "P": bytes(_product(store))}
            made.sell("C2", TODAY, "70", quote=True)
        app.archive.store_changed()
        await settle(pilot)
        assert "quote" in app.lines("orders")[0]


def _product(store: Store) -> bytes:
    from model.products import Product

    with store.use():
        return bytes(Product.get(Product.code == "P").id)


def shared_and_undone(made: Company) -> None:
    """C1 is S1's; S2 took its first order, of which 60 % are the owner's. A return and the last order are undone."""
    made.salesperson("S1", "manager")
    made.salesperson("S2")
    made.product("P")
    made.rule(date(2026, 1, 1), 60)
    made.customer("C1", "S1", days=60, limit="10000")
    sold = made.sell("C1", date(2026, 3, 2), [("P", "2", "100")], maker="S2")
    own = made.sell("C1", date(2026, 3, 3), "300", maker="S1")
    mistaken = made.sell("C1", date(2026, 3, 4), "70", maker="S2")
    for undone in (made.take_back(sold, date(2026, 3, 5), "1"), mistaken):
        made.do(UndoChange(uid=made.order(undone).change_uid))
    assert made.order(own).owner_bp == 0


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_what_is_undone_says_so_on_eighty_columns(tmp_path: Path, language: locale.Language) -> None:
    locale.use(language)
    with small_company(tmp_path, shared_and_undone, me="S1") as (store, _company):
        app = ArchiveDesk(store)
        async with app.run_test(size=(80, 24)) as pilot:
            app.archive.show_customer(id_of(store, "C1"))
            await settle(pilot)
            shown = app.lines("orders")
            word = locale._("undone")
            assert [word in line for line in shown] == [True, True, False, False]
            assert "-100.00" in shown[0]


async def test_a_document_names_everyone_who_has_a_share(tmp_path: Path) -> None:
    with small_company(tmp_path, shared_and_undone, me="S1") as (store, _company):
        app = ArchiveDesk(store)
        async with app.run_test(size=(80, 24)) as pilot:
            app.archive.show_customer(id_of(store, "C1"))
            await settle(pilot)
            credited = []
            for keys in (["end", "enter"], ["escape", "up", "enter"]):
                await pilot.press(*keys)
                await settle(pilot)
                text = str(app.screen.query_one("#document", Static).content)
                credited += [line.split("  ", 1)[1].strip() for line in text.splitlines() if "Credited to" in line]
            assert credited == ["Person S1 60.00%, Person S2 40.00%", "Person S1 100.00%"]


def pays_some_days_late(made: Company) -> None:
    """C1 settled three bills, each 3 days after it was due, and may owe 13,000.00."""
    made.salesperson("S1")
    made.product("P")
    made.customer("C1", "S1", days=30, limit="13000")
    for day in (1, 2, 3):
        bill = made.sell("C1", date(2026, 1, day), "100", maker="S1")
        made.pay("C1", date(2026, 2, 2 + day), "100", bill)


async def test_a_suggestion_says_that_only_the_days_stay_as_they_are(tmp_path: Path) -> None:
    with small_company(tmp_path, pays_some_days_late, me="S1") as (store, _company):
        app = ArchiveDesk(store)
        async with app.run_test(size=(80, 24)) as pilot:
            app.archive.show_customer(id_of(store, "C1"))
            await pilot.press("]", "]")
            await settle(pilot)
            record = str(app.archive.query_one("#record", Static).content)
            assert "Now: 30 days, limit 13,000.00" in record
            assert "Suggested: 30 days, limit 0.00" in record
            assert "pays 3.00 days late on average: the same days as now" in record
