"""The desk's money: what is owed is seen, money is recorded by few keys, taken back, invoiced and put on paper."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from model.changes.invoicing import InvoiceOrder
from model.changes.orders import judge_order, lines_of
from model.orders import Order
from model.receipts import Receipt
from model.store import Store, one, open_store, rows, set_meta
from tests.conftest import SAMPLE_DAY
from tests.model.company import Company, company
from tests.tui.waiting import until
from tui import locale
from tui.app import HuokeApp
from tui.clock import TODAY_VARIABLE
from tui.entry_form import EntryForm
from tui.money.faces import AgesChart, BillsFace
from tui.money.invoice_form import BillToInvoice, InvoiceForm
from tui.money.screen import MoneyScreen
from tui.money.statement_form import StatementForm
from tui.receivables.bill_list import BillList
from tui.receivables.receipt_form import KINDS, ReceiptForm
from tui.shared.ask import Confirm
from tui.shared.paged_table import PagedTable
from tui.shared.status import StatusLine

TODAY = date(2026, 3, 31)
KEYSTROKES_AT_MOST = 12
RECEIPTS_IN_A_ROUND = 20


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv(TODAY_VARIABLE, TODAY.isoformat())
    monkeypatch.setenv("HOME", str(tmp_path))
    locale.use("en")
    yield
    locale.use("en")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Store, Company]]:
    """C1 owes 1,000.00 overdue and 500.00 not yet due; C2 owes 300.00 overdue and has an order held for that."""
    from model.store import current

    with company(tmp_path / "store", TODAY) as made:
        made.salesperson("S1")
        made.salesperson("M1", "manager")
        made.product("P")
        made.customer("C1", "S1", days=30, limit="10000")
        made.customer("C2", "S1", days=30, limit="10000")
        # The overdue ones are entered last: nothing more is sold once something is overdue.
        made.sell("C1", date(2026, 3, 20), "500", maker="S1")
        made.sell("C1", date(2026, 1, 10), "1000", maker="S1")
        made.sell("C2", date(2026, 2, 1), "300", maker="S1")
        made.sell("C2", TODAY, "400", maker="S1")
        set_meta("me", "M1")
        store = current()
    yield store, made
    store.close()


def numbers() -> dict[str, str]:
    """The number of each order by its amount."""
    return {str(amount // 100): number for number, amount in rows("SELECT number, amount FROM orders")}


def money(app: HuokeApp) -> MoneyScreen:
    return next(each for each in reversed(app.screen_stack) if isinstance(each, MoneyScreen))


def shown(app: HuokeApp, at: int) -> list[str]:
    """A column of the list that is shown."""
    table: PagedTable = money(app).face.table
    found = [table._pages.row(index) for index in range(min(table.total, 100))]
    return [str(row.cells[at]) for row in found if row is not None]


def head(app: HuokeApp) -> str:
    return str(money(app).query_one(".summary", Static).content)


def said(app: HuokeApp) -> str:
    return money(app).query_one(StatusLine).standing.said


def notices(app: HuokeApp) -> list[str]:
    return [str(notice.message) for notice in app._notifications]


def bills(app: HuokeApp) -> list[list[str]]:
    return [line.split() for line in str(app.screen.query_one(BillList).content).splitlines()]


def standing(app: HuokeApp) -> str:
    return str(app.screen.query_one(".standing", Static).content)


async def settle(pilot: Pilot[None]) -> None:
    """Wait until nothing is read or written any more; a deed that asks a question waits for its answer."""

    def is_at_rest() -> bool:
        return all(worker.is_finished or worker.group == "deed" for worker in pilot.app.workers)

    for _round in range(3):
        await pilot.pause()
        await until(pilot, is_at_rest)


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, a text letter by letter, each when what was before it has had its effect."""
    for key in keys:
        typed = [key] if key in NAMED_KEYS else list(key)
        await pilot.press(*(CHARACTERS.get(each, each) for each in typed))
        await settle(pilot)


NAMED_KEYS = frozenset({"enter", "escape", "up", "down", "space", "slash", "f7", "f10", "ctrl+b", "ctrl+z", "ctrl+u"})
CHARACTERS = {"/": "slash", ".": "full_stop", "-": "minus", "[": "left_square_bracket", "]": "right_square_bracket"}


async def test_open_bills_stand_with_the_oldest_due_first_and_can_be_filtered(desk: tuple[Store, Company]) -> None:
    app = HuokeApp(desk[0], first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, "f7")
        assert shown(app, 5) == ["1,000.00", "300.00", "500.00"]
        assert shown(app, 2) == ["50", "28", ""]
        assert head(app) == "3 open bills, 1,800.00, of it overdue 1,300.00"
        await press(pilot, "slash", "c2", "enter")
        assert shown(app, 5) == ["300.00"]
        assert "only “c2”" in head(app)
        await press(pilot, "escape")
        assert len(shown(app, 5)) == 3
        await press(pilot, "S")
        assert shown(app, 5) == ["500.00", "300.00", "1,000.00"]
        await press(pilot, "escape")
        assert app.current_mode == "customers"


async def test_the_digit_leads_there_and_enter_shows_the_rows_behind_a_bill(desk: tuple[Store, Company]) -> None:
    app = HuokeApp(desk[0], first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "6", "enter")
        assert "1,000.00" in str(app.screen.query_one("#document", Static).content)


async def test_twenty_receipts_take_few_keys_each(
    sample_company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shutil import copytree

    monkeypatch.setenv(TODAY_VARIABLE, SAMPLE_DAY.isoformat())
    store = open_store(Path(copytree(sample_company, tmp_path / "company")))
    with store.use():
        owing = rows(
            "SELECT c.code, t.balance FROM customer_total t JOIN customer c ON c.id = t.customer_id WHERE t.balance > 0"
            " AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.state = 'held')"
            f" ORDER BY t.balance DESC LIMIT {RECEIPTS_IN_A_ROUND}"
        )
        before = one("SELECT COUNT(*) FROM receipt")
    app = HuokeApp(store, first_mode="money")
    keystrokes = []
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        for code, balance in owing:
            amount = str(balance // 200)
            keys = [*code.lower(), "enter", *amount, "f10"]
            # All of them at once, as somebody types who knows the form: no answer is waited for.
            await pilot.press(*keys)
            keystrokes.append(len(keys) - len(amount))
        await settle(pilot)
        assert isinstance(app.screen, ReceiptForm)
        assert app.focused is app.screen.control("customer")
        assert "recorded: 20" in str(app.screen.query_one(".title", Static).content)
    print(f"keystrokes beyond the amount: at most {max(keystrokes)}, mean {sum(keystrokes) / len(keystrokes):.1f}")
    assert max(keystrokes) <= KEYSTROKES_AT_MOST
    with store.use():
        recorded = rows(
            "SELECT c.code, r.amount FROM receipt r JOIN customer c ON c.id = r.customer_id"
            " WHERE r.number LIKE 'A-%' ORDER BY r.number"
        )
        after = one("SELECT COUNT(*) FROM receipt")
    assert recorded == [(code, balance // 200 * 100) for code, balance in owing]
    assert before is not None
    assert after == (before[0] + RECEIPTS_IN_A_ROUND,)
    store.close()


async def test_money_settles_the_oldest_due_first_and_what_is_over_waits(desk: tuple[Store, Company]) -> None:
    app = HuokeApp(desk[0], first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", "n", "c1", "enter")
        assert standing(app) == "balance 1,500.00 · overdue 1,000.00"
        await press(pilot, "1200")
        assert bills(app)[1][-2:] == ["1,000.00", "✓"]
        assert bills(app)[2][-2:] == ["200.00", "…"]
        await press(pilot, "ctrl+u", "2400")
        assert str(app.screen.query_one(BillList).content).splitlines()[-1] == "waits for the next bill: 900.00"
        await press(pilot, "f10")
        assert "received 2,400.00 from C1 Customer C1, balance -900.00." in standing(app)
        assert app.focused is app.screen.query_one("#customer")
        await press(pilot, "escape", "]")
        assert shown(app, 5) == ["900.00"]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_every_form_of_money_says_the_same_of_the_same_key(
    desk: tuple[Store, Company], language: locale.Language
) -> None:
    locale.use(language)
    said: set[str] = set()
    forms: list[EntryForm[Any]] = [InvoiceForm([BillToInvoice(b"", "A-1")]), ReceiptForm(None)]
    forms += [ReceiptForm(desk[1].ids["C1"], kind=kind) for kind in KINDS]
    app = HuokeApp(desk[0], first_mode="money")
    async with app.run_test(size=(80, 24)) as pilot:
        for form in forms:
            await app.push_screen(form)
            said.update(str(form.query_one(".keys", Static).content).split(" · "))
            await pilot.press("escape")
    keys = [part.split(":" if language == "en" else "：")[0] for part in said]
    assert sorted(keys) == ["Enter", "Esc", "F10 ^j", "^b"]


async def test_bills_are_named_with_space(desk: tuple[Store, Company]) -> None:
    store = desk[0]
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", "n", "c1", "enter", "200", "ctrl+b")
        assert bills(app)[1][0] == ">"
        keys = app.screen.query_one(".keys", Static)
        assert keys.content == "Enter: name it · Space: name or not · F10 ^j: record · Esc: leave it"
        await press(pilot, "ctrl+b")
        assert app.focused is app.screen.control("reference")
        assert keys.content == "Enter: next field · F10 ^j: record · ^b: name bills · Esc: leave it"
        assert bills(app)[1][0] == "2026-02-09"
        await press(pilot, "down", "down", "space")
        assert bills(app)[1][:1] == ["2026-02-09"]
        assert bills(app)[2][0] == ">*2026-04-19"
        assert bills(app)[2][-2:] == ["200.00", "…"]
        await press(pilot, "f10")
    with store.use():
        assert rows("SELECT amount, open_amount FROM orders WHERE amount IN (50000, 100000) ORDER BY amount") == [
            (50_000, 30_000),
            (100_000, 100_000),
        ]


async def test_enter_on_a_bill_names_it_and_records_nothing(desk: tuple[Store, Company]) -> None:
    store = desk[0]
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", "n", "c1", "enter", "200", "ctrl+b", "down", "enter")
        assert isinstance(app.screen, ReceiptForm)
        assert bills(app)[2][0] == ">*2026-04-19"
        assert bills(app)[2][-2:] == ["200.00", "…"]
        with store.use():
            assert Receipt.select().count() == 0
        # Whoever is used to pressing it once more does not take it back: Space does.
        await press(pilot, "enter")
        assert bills(app)[2][0] == ">*2026-04-19"
        await press(pilot, "space")
        assert bills(app)[2][0] == ">"
        await press(pilot, "enter", "enter", "f10")
    with store.use():
        assert rows("SELECT amount, open_amount FROM orders WHERE amount IN (50000, 100000) ORDER BY amount") == [
            (50_000, 30_000),
            (100_000, 100_000),
        ]


async def test_marked_bills_of_one_customer_are_received_together(desk: tuple[Store, Company]) -> None:
    app = HuokeApp(desk[0], first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", "space", "space", "r")
        assert said(app) == "The marked bills are of several customers: mark those of one."
        await press(pilot, "u", "slash", "c1", "enter", "space", "space", "r")
        assert isinstance(app.screen, ReceiptForm)
        assert app.screen.control("amount").value == "1500.00"
        await press(pilot, "f10")
        assert shown(app, 5) == []
        assert "balance 0.00" in said(app)


async def test_the_same_money_is_recorded_twice_only_after_a_question(desk: tuple[Store, Company]) -> None:
    store, made = desk
    with store.use():
        before = made.pay("C1", TODAY, "100")
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", "n", "c1", "enter", "100", "f10")
        assert isinstance(app.screen, Confirm)
        assert before.number in app.screen.question
        await press(pilot, "n")
        assert isinstance(app.screen, ReceiptForm)
        await press(pilot, "f10", "enter")
        assert "received 100.00" in standing(app)
    with store.use():
        assert one("SELECT COUNT(*) FROM receipt") == (2,)


async def test_the_amount_that_is_said_to_release_an_order_does_so_where_older_bills_stop_it(
    desk: tuple[Store, Company],
) -> None:
    store, made = desk
    with store.use():
        [number, id_] = rows("SELECT number, id FROM orders WHERE state = 'held'")[0]
        verdict = judge_order(Order.with_id(id_), lines_of(Order.with_id(id_)), TODAY)
    assert (verdict.cure, verdict.need, verdict.cures_by_older_bills) == (30_000, 40_000, True)
    app = HuokeApp(store, first_mode="money")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        # As the held order's card and Today open the form.
        app.receive_money(made.ids["C2"], verdict.cure, bytes(id_))
        await until(pilot, lambda: isinstance(app.screen, ReceiptForm))
        await settle(pilot)
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        assert isinstance(app.screen, Confirm)
        assert number in app.screen.question
        await press(pilot, "enter")
        # What it owes with the order, and the order before the rest, which a narrow line cuts.
        assert said(app).startswith(f"{number} is confirmed. ")
        assert "received 300.00 from C2 Customer C2, balance 400.00." in said(app)
    with store.use():
        assert rows("SELECT state FROM orders WHERE number = ?", (number,)) == [("confirmed",)]


async def test_money_that_cures_a_held_order_says_so_and_offers_its_release(desk: tuple[Store, Company]) -> None:
    store = desk[0]
    with store.use():
        held = numbers()["400"]
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", "n", "c2", "enter")
        assert standing(app) == f"balance 300.00 · overdue 300.00 · held: {held}"
        await press(pilot, "300", "f10")
        assert isinstance(app.screen, Confirm)
        assert app.screen.question == f"Release {held} now?"
        assert app.screen.details == "Nothing stops it any more: 400.00."
        await press(pilot, "enter")
        assert standing(app).startswith(f"{held} is confirmed. ")
        assert app.focused is app.screen.query_one("#customer")
    with store.use():
        assert Order.get(Order.number == held).state == "confirmed"


async def test_too_little_money_offers_no_release(desk: tuple[Store, Company]) -> None:
    app = HuokeApp(desk[0], first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", "n", "c2", "enter", "299", "f10")
        assert isinstance(app.screen, ReceiptForm)
        assert "balance 1.00" in standing(app)


async def test_nothing_is_recorded_for_nobody(desk: tuple[Store, Company]) -> None:
    app = HuokeApp(desk[0], first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", "n", "f10")
        objection = app.screen.query_one(".objection", Static)
        assert str(objection.content) == "Choose the customer first: Enter takes the one in front."
        await press(pilot, "zzzz", "enter")
        assert "zzzz" in str(objection.content)
        # Another text means another customer: the one chosen before is forgotten.
        await press(pilot, "ctrl+u", "c1", "enter", "up", "ctrl+u", "c", "f10")
        assert str(objection.content) == "Choose the customer first: Enter takes the one in front."
        assert standing(app) == ""
    with desk[0].use():
        assert one("SELECT COUNT(*) FROM receipt") == (0,)


async def test_a_receipt_is_reversed_with_a_reason_and_stays_to_be_seen(desk: tuple[Store, Company]) -> None:
    store, made = desk
    with store.use():
        receipt = made.pay("C1", TODAY, "1000")
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", "x")
        assert notices(app) == ["Only money is reversed: choose it among the receipts."]
        await press(pilot, "]", "x", "bounced", "enter")
        await until(pilot, lambda: f"{receipt.number} reversed by" in said(app))
        await settle(pilot)
        assert sorted(shown(app, 3)) == ["reversal", "✕ reversed"]
        assert head(app) == "2 movements, received 0.00, not allocated 0.00"
        await press(pilot, "[")
        assert len(shown(app, 5)) == 3
    with store.use():
        assert Receipt.get(Receipt.kind == "reversal").reason == "bounced"


async def test_ctrl_z_takes_a_receipt_back(desk: tuple[Store, Company]) -> None:
    app = HuokeApp(desk[0], first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", "r", "f10")
        assert len(shown(app, 5)) == 2
        await press(pilot, "ctrl+z")
        await until(pilot, lambda: len(shown(app, 5)) == 3)
        assert said(app).startswith("Undone")


async def test_a_debt_is_written_off_with_a_reason_by_whoever_may(desk: tuple[Store, Company]) -> None:
    store = desk[0]
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", "w", "f10")
        assert isinstance(app.screen, ReceiptForm)
        assert app.focused is app.screen.control("reason")
        await press(pilot, "closed down", "f10")
        assert "1,000.00 of C1 Customer C1 written off, balance 500.00." in said(app)
    with store.use():
        assert rows("SELECT kind, amount, reason FROM receipt") == [("write_off", 100_000, "closed down")]


async def test_whoever_may_not_give_money_up_or_back_is_told_who_may(desk: tuple[Store, Company]) -> None:
    store = desk[0]
    with store.use(), store.writing():
        set_meta("me", "S1")
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", "d", "w", "b", "v")
        assert isinstance(app.screen, MoneyScreen)
        assert notices(app) == [
            f"Your role may not {what}: ask someone whose role is manager, finance, admin."
            for what in (
                "give a settlement discount",
                "write off a debt",
                "give a customer money back",
                "enter invoices",
            )
        ]


@pytest.mark.parametrize("key", ["d", "w"])
async def test_giving_up_more_than_is_owed_is_said_to_be_refused_before_it_is(
    desk: tuple[Store, Company], key: str
) -> None:
    app = HuokeApp(desk[0], first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", key, "ctrl+u", "1600")
        below = str(app.screen.query_one(BillList).content).splitlines()[-1]
        assert below == "1,600.00 will be refused: only 1,500.00 is owed, 100.00 less."
        await press(pilot, "ctrl+u", "1500")
        assert "refused" not in str(app.screen.query_one(BillList).content)


async def test_a_discount_and_a_refund_are_money_of_their_own_kind(desk: tuple[Store, Company]) -> None:
    store = desk[0]
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", "d", "20", "f10")
        assert "20.00 discount for C1 Customer C1, balance 1,480.00." in said(app)
        await press(pilot, "b")
        assert str(app.screen.query_one(BillList).content) == "0.00 of the customer's money waits for a bill."
        await press(pilot, "50", "enter", "wrong price", "f10")
        assert isinstance(app.screen, Confirm)
        assert app.screen.question == "Only 0.00 waits for a bill: the customer will owe 50.00 more. Give it back?"
        await press(pilot, "y")
        assert "50.00 given back to C1 Customer C1, balance 1,530.00." in said(app)
        await press(pilot, "]")
        assert sorted(shown(app, 3)) == ["discount", "refund"]
    with store.use():
        assert rows("SELECT kind, amount, reason FROM receipt ORDER BY kind") == [
            ("discount", 2_000, ""),
            ("refund", 5_000, "wrong price"),
        ]


async def test_the_ageing_adds_up_and_leads_to_the_bills(desk: tuple[Store, Company]) -> None:
    app = HuokeApp(desk[0], first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, "f7", "]", "]")
        assert shown(app, 1) == ["1,500.00", "300.00"]
        assert shown(app, 2) == ["1,000.00", "300.00"]
        assert head(app) == "2 customers, balance 1,800.00, of it overdue 1,300.00"
        everybody, here = app.screen.query(AgesChart)
        assert everybody.children[0].data.values == (50_000, 30_000, 100_000, 0, 0, 0)  # type: ignore[attr-defined]
        await press(pilot, "down")
        assert here.children[0].data.values == (0, 30_000, 0, 0, 0, 0)  # type: ignore[attr-defined]
        await press(pilot, "enter")
        assert isinstance(money(app).face, BillsFace)
        assert shown(app, 5) == ["300.00"]


async def test_the_bills_behind_a_customers_ages_are_its_own_only(desk: tuple[Store, Company]) -> None:
    store, made = desk
    with store.use():
        # Its code begins with the other's code.
        made.customer("C10", "S1", days=30, limit="10000")
        made.sell("C10", date(2026, 1, 5), "70", maker="S1")
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, "f7", "]", "]", "enter")
        assert sorted(shown(app, 5)) == ["1,000.00", "500.00"]
        assert head(app) == "2 open bills, 1,500.00, of it overdue 1,000.00 · only “C1 Customer C1”"
        await press(pilot, "escape")
        assert isinstance(money(app).face, BillsFace)
        assert len(shown(app, 5)) == 4
        assert "only" not in head(app)


async def test_marked_bills_get_one_invoice_and_can_lose_it(desk: tuple[Store, Company]) -> None:
    store = desk[0]
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, "f7", "[")
        assert head(app) == "3 bills without an invoice, 1,800.00"
        await press(pilot, "space", "space", "v")
        assert isinstance(app.screen, InvoiceForm)
        await press(pilot, "f10")
        assert "Type the number of the invoice." in str(app.screen.query_one(".objection", Static).content)
        await press(pilot, "00123456", "enter", "f10")
        assert said(app) == "The invoice of 2 bills is written down."
        assert shown(app, 4) == ["300.00"]
        await press(pilot, "]", "v", "ctrl+u", "f10")
        assert isinstance(app.screen, Confirm)
        await press(pilot, "enter")
        assert sorted(shown(app, 8)) == ["", "", "00123456"]
    with store.use():
        assert one("SELECT COUNT(*) FROM orders WHERE invoice_number <> '' AND invoiced_on = ?", ("2026-03-31",)) == (
            1,
        )


async def test_a_statement_is_written_as_the_name_of_its_file_says(
    desk: tuple[Store, Company], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = HuokeApp(desk[0], first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", "p")
        assert isinstance(app.screen, StatementForm)
        assert app.screen.control("file").value == "~/huoke-statements/C1-2026-03-31.txt"
        assert "F10 ^j: write the file" in str(app.screen.query_one(".keys", Static).content)
        assert app.screen.control("first").value == "2026-02-01"
        await press(pilot, "f10")
        assert "The statement of C1 is in" in said(app)
        await press(pilot, "p", "ctrl+u", "c1.xlsx", "enter", "ctrl+u", "f10")
        await press(pilot, "p", "ctrl+u", "c1.html", "f10")
        await press(pilot, "p", "ctrl+u", "c1.html", "f10")
        assert "there already" in str(app.screen.query_one(".objection", Static).content)
    text = (tmp_path / "huoke-statements" / "C1-2026-03-31.txt").read_text(encoding="utf-8")
    assert "You owe: 1,500.00" in text
    assert (tmp_path / "c1.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    sheet = load_workbook(tmp_path / "c1.xlsx").active
    assert sheet is not None
    assert [sheet.cell(row=4, column=at).value for at in (1, 4, 6)] == ["2026-03-20", 500, 1500]


async def test_each_list_is_exported_as_it_is_shown(
    desk: tuple[Store, Company], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = HuokeApp(desk[0], first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", "e", "ctrl+u", "bills.csv", "enter")
        assert said(app).startswith("3 rows written")
        await press(pilot, "]", "e")
        assert said(app) == "There is nothing here to export."
        await press(pilot, "]", "e", "ctrl+u", "ageing.xlsx", "enter")
        assert said(app).startswith("2 rows written")
    with (tmp_path / "bills.csv").open(encoding="utf-8-sig") as file:
        exported = list(csv.DictReader(file))
    assert [row["Open"] for row in exported] == ["1000.00", "300.00", "500.00"]
    sheet = load_workbook(tmp_path / "ageing.xlsx").active
    assert sheet is not None
    assert [cell.value for cell in sheet["B"]] == ["Balance", 1500, 300]


async def test_the_lists_follow_what_is_written_elsewhere(desk: tuple[Store, Company]) -> None:
    store, made = desk
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", "]", "[")
        with store.use():
            made.pay("C1", TODAY, "1000")
        await until(pilot, lambda: shown(app, 5) == ["300.00", "500.00"])
        await press(pilot, "]")
        assert shown(app, 4) == ["1,000.00"]
        await press(pilot, "[")
        with store.use():
            order = Order.get(Order.amount == 50_000)
            made.do(InvoiceOrder(order=order.id, invoice_number="77", date=TODAY), by="M1")
        await until(pilot, lambda: shown(app, 8) == ["", "77"])


async def test_an_empty_company_is_told_what_to_do(tmp_path: Path) -> None:
    with company(tmp_path / "store", TODAY):
        pass
    store = open_store(tmp_path / "store")
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7")
        empty = ["Nothing is owed: n records money", "No money has come in yet: n records", "No customer owes", "Every"]
        for text in empty:
            assert text in money(app).face.table.render_line(2).text
            await press(pilot, "]")
        await press(pilot, "r", "p", "v", "x")
        assert set(notices(app)) == {"No row is highlighted here: choose another tab, or clear the filter."}
    store.close()


async def test_a_round_typed_at_once_gives_each_key_to_its_field(desk: tuple[Store, Company]) -> None:
    store = desk[0]
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f7", "n")
        for key in [*"c1", "enter", *"10", "f10", *"c2", "enter", *"20", "enter", *"cash", "f10"]:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await until(pilot, lambda: "recorded: 2" in str(app.screen.query_one(".title", Static).content))
    with store.use():
        assert rows(
            "SELECT c.code, r.amount, r.method FROM receipt r JOIN customer c ON c.id = r.customer_id ORDER BY c.code"
        ) == [("C1", 1_000, ""), ("C2", 2_000, "cash")]
