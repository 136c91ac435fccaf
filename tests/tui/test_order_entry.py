"""Order entry as a person types it: keys in, documents out, and nothing lost when the machine dies."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pexpect
import pyte
import pytest
from rich.cells import cell_len
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Static

from model.changes.company import AddProduct
from model.changes.log import Change
from model.changes.recording import record
from model.drafts import Drafts
from model.errors import InputError
from model.ids import new_id
from model.orders import Order, OrderLine
from model.products import Product
from model.receipts import Receipt
from model.store import DATABASE_FILE, Store, open_store
from tests.model.company import Company, company
from tests.tui.order_desk import (
    EIGHT_INITIALS,
    NAMED,
    PRODUCTS,
    TODAY,
    OrderDesk,
    distributor,
    fields,
    order_screen_of,
    pressed,
    ready,
    said,
    type_keys,
)
from tests.tui.waiting import PATIENCE_SECONDS, until
from tui import locale
from tui.app import HuokeApp
from tui.customers.card_form import CustomerForm
from tui.customers.likely import LikelyCustomers
from tui.customers.screen import CustomersScreen
from tui.order_entry.customer_panel import CustomerPanel
from tui.order_entry.held_card import HeldCard
from tui.order_entry.line_grammar import PriceWish, parse_line, parse_wish
from tui.order_entry.lines import OrderLines, ProductList
from tui.order_entry.screen import OrderScreen
from tui.order_entry.totals_strip import TotalsStrip
from tui.order_entry.type_ahead import TypeAhead
from tui.order_entry.words import price_source
from tui.shared.ask import Confirm, Question
from tui.shared.status import StatusLine

ROOT = Path(__file__).parents[2]
BURST_ORDERS = 6
TURNS = 50


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HUOKE_TODAY", TODAY.isoformat())
    locale.use("en")
    yield
    locale.use("en")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(distributor(tmp_path))
    yield store
    store.close()


@asynccontextmanager
async def desk(store: Store, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    app = OrderDesk(store)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, OrderScreen))
        await ready(pilot)
        yield pilot


def latest(store: Store) -> tuple[Order, list[tuple[str, int, int, int]]]:
    """The order recorded last, and its lines as code, quantity, price and discount."""
    with store.use():
        order = Order.select().order_by(Order.number.desc()).get()
        lines = OrderLine.select().where(OrderLine.order == order.id).order_by(OrderLine.line)
        return order, [(line.product.code, line.quantity_e3, line.price_e4, line.discount_bp) for line in lines]


def count(store: Store, table: Any) -> int:
    with store.use():
        return int(table.select().count())


def hint(screen: OrderScreen) -> str:
    return str(screen.query_one(OrderLines).query_one(".hint", Static).render())


def verdict(screen: OrderScreen) -> str:
    return str(screen.query_one(TotalsStrip).query_one(".verdict", Static).render())


def painted(pilot: Pilot[None]) -> list[str]:
    return ["".join(segment.text for segment in line) for line in pilot.app.screen._compositor.render_strips()]


# Typing ------------------------------------------------------------------------------------------


async def test_eight_known_products_take_at_most_sixty_keys_typed_without_a_pause(store: Store) -> None:
    keys = ["lxzg", "enter"]
    for number, initials in enumerate(EIGHT_INITIALS, 1):
        keys += [initials, "enter", str(number), "enter", "enter"]
    keys.append("f10")
    assert len(pressed(*keys)) <= 60
    async with desk(store) as pilot:
        screen = await type_keys(pilot, *keys)
        order, lines = latest(store)
        assert [line[:2] for line in lines] == [
            ("M2070", 1000), ("X200", 2000), ("K100", 3000), ("S300", 4000),
            ("D24", 5000), ("U16", 6000), ("L5", 7000), ("W8", 8000),
        ]  # fmt: skip
        assert order.state == "confirmed"
        assert said(screen) == f"{order.number}  confirmed  18,061.00"
        assert screen.focused is screen._box.input
        assert not screen.is_being_typed


async def test_a_whole_line_can_be_typed_in_the_product_box(store: Store) -> None:
    async with desk(store) as pilot:
        await type_keys(pilot, "C001", "enter", "M2070*3@1299-5%", "enter", "jp*2", "enter", "f10")
        _order, lines = latest(store)
        assert lines == [("M2070", 3000, 12_990_000, 500), ("K100", 2000, 550_000, 0)]


async def test_the_price_begins_with_the_last_one_to_this_customer(store: Store) -> None:
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "lxzg", "enter", "dy", "enter", "2", "enter")
        assert fields(screen) == ["M2070", "2", "1250.00"]
        assert "last 1250.00 on 2026-03-10" in hint(screen)
        assert "margin 16.86%" in hint(screen)
        screen = await type_keys(pilot, "+20", "enter", "up")
        assert fields(screen) == ["M2070", "2", "1270.00"]
        screen = await type_keys(pilot, "enter", "enter", "-5%", "enter", "xs", "enter")
        assert "quoted 880.00 on 2026-03-12" in hint(screen)
        await type_keys(pilot, "enter", "enter", "f10")
        _order, lines = latest(store)
        assert lines == [("M2070", 2000, 12_700_000, 500), ("D24", 1000, 8_990_000, 0)]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_line_typed_at_once_says_where_its_price_comes_from(store: Store, language: Any) -> None:
    locale.use(language)
    last, listed = ("last", "list") if language == "en" else ("上次", "标价")
    async with desk(store, (120, 40)) as pilot:
        screen = await type_keys(pilot, "lxzg", "enter", "dy*2", "enter")
        assert hint(screen).startswith(f"M2070: {last} 1250.00")
        assert "2026-03-10" in hint(screen)
        screen = await type_keys(pilot, "xs*1", "enter", "jp*1@70", "enter")
        assert f"{listed} 59.00" in hint(screen)
        assert [price_source(line) for line in screen.order.lines] == [last, listed, ""]


@pytest.mark.parametrize(
    ("keys", "standing", "reason"),
    [
        (("zzzz", "enter"), "zzzz", "Nothing is called"),
        (("dy*x", "enter"), "dy*x", "is not a quantity"),
        (("dy*0", "enter"), "dy*0", "above zero"),
        (("dy", "enter", "abc", "enter"), "abc", "is not a quantity"),
        (("dy", "enter", "2", "enter", "x", "enter"), "x", "is not a price"),
        (("dy", "enter", "2", "enter", "-20", "enter"), "-20", "is not a price"),
        (("dy", "enter", "2", "enter", "-101%", "enter"), "-101%", "at most 100"),
    ],
)
async def test_what_cannot_be_stays_in_its_field_with_the_reason(
    store: Store, keys: tuple[str, ...], standing: str, reason: str
) -> None:
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "lxzg", "enter", *keys)
        assert isinstance(screen.focused, Input)
        assert screen.focused.value == standing
        assert reason in hint(screen)


async def test_up_goes_back_and_lines_are_removed_and_doubled(store: Store) -> None:
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "lxzg", "enter", "dy*2", "enter", "jp*3", "enter", "up", "ctrl+r")
        assert [line.product.code for line in screen.order.lines] == ["M2070"]
        screen = await type_keys(pilot, "ctrl+d", "5", "enter", "enter", "up", "up", "enter", "7", "enter")
        assert [line.quantity_e3 for line in screen.order.lines] == [7000, 5000]
        screen = await type_keys(pilot, "up", "up", "up")
        assert screen.focused is screen._box.input


async def test_a_quantity_typed_too_early_takes_no_product(store: Store) -> None:
    with store.use():
        for code, name in (("SW16", "16口交换机"), ("24", "理线架")):
            record(
                AddProduct(
                    id=new_id(), code=code, name=name, date=TODAY, price_e4=1_000_000, tax_rate_bp=1300, unit="台"
                ),
                person=None, on=TODAY,
            )  # fmt: skip
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "lxzg", "enter", "16*2", "enter")
        assert hint(screen) == "! “16” is no product's code: choose with ↑ ↓, or name the product first."
        assert screen.order.lines == []
        # To move to it is a choice; so is a whole code.
        screen = await type_keys(pilot, "down", "enter", "24*3", "enter")
        assert [(line.product.code, line.quantity_e3) for line in screen.order.lines] == [("SW16", 2000), ("24", 3000)]


async def test_enter_in_an_empty_product_box_stays(store: Store) -> None:
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "lxzg", "enter", "dy*2", "enter", "enter", "enter")
        assert len(screen.order.lines) == 1
        assert "F10" in hint(screen)


async def test_the_last_order_is_taken_over(store: Store) -> None:
    async with desk(store) as pilot:
        await type_keys(pilot, "lxzg", "enter", "ctrl+l", "f10")
        _order, lines = latest(store)
        assert lines == [("M2070", 1000, 12_500_000, 0), ("K100", 10_000, 550_000, 0), ("U16", 3000, 450_000, 0)]


async def test_unfilled_lines_of_the_usual_basket_vanish(store: Store) -> None:
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "lxzg", "enter", "ctrl+t")
        assert [line.product.code for line in screen.order.lines] == ["K100", "M2070"]
        await type_keys(pilot, "enter", "4", "enter", "f10")
        _order, lines = latest(store)
        assert lines == [("M2070", 4000, 12_500_000, 0)]


async def test_a_price_below_the_floor_is_warned_of(store: Store) -> None:
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "lxzg", "enter", "dy*2@1000", "enter", "up")
        assert "! below the floor of 1169.10" in hint(screen)
        assert "will be held: below floor: M2070" in verdict(screen)


async def test_margin_is_shown_only_to_those_who_may_see_cost(tmp_path: Path) -> None:
    store = open_store(distributor(tmp_path))
    with store.use():
        Company(TODAY).setting("cost_visible_to_sales", "no")
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "lxzg", "enter", "dy", "enter")
        assert "margin" not in hint(screen)
        assert "last 1250.00" in hint(screen)
        assert not [line for line in painted(pilot) if "margin" in line]
    store.close()


async def test_the_customer_is_known_at_once(store: Store) -> None:
    async with desk(store, (120, 40)) as pilot:
        screen = await type_keys(pilot, "C003", "enter")
        facts = screen.query_one(CustomerPanel).facts
        assert facts is not None
        assert (facts.owner, facts.credit) == ("Person ls", (("Person ls", 10_000),))
        shown = "\n".join(painted(pilot))
        for text in ("owner Person ls", "overdue", "5,400.00", "A-000004", "44,600.00"):
            assert text in shown


async def test_a_new_customer_is_made_on_the_spot_with_the_one_form_for_it(store: Store) -> None:
    async with desk(store) as pilot:
        await type_keys(pilot, "新客", "enter", "ctrl+n")
        await until(pilot, lambda: isinstance(pilot.app.screen, CustomerForm))
        form = pilot.app.screen
        assert isinstance(form, CustomerForm)
        await until(pilot, lambda: form.control("owner").value == "zs")
        form.control("code").value = ""
        await pilot.press("f10")
        await until(pilot, lambda: str(form.query_one(".objection", Static).render()) != "")
        form.control("code").value = "N001"
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(pilot.app.screen, OrderScreen))
        await until(pilot, lambda: order_screen_of(pilot).order.customer is not None)
        screen = await ready(pilot)
        facts = screen.query_one(CustomerPanel).facts
        assert facts is not None
        assert (facts.name, facts.code, facts.owner) == ("新客", "N001", "Person zs")
        assert screen.focused is screen._lines.field


async def test_the_customer_that_is_there_already_is_taken_for_the_order_instead_of_a_new_one(store: Store) -> None:
    async with desk(store) as pilot:
        await type_keys(pilot, "ctrl+n")
        await until(pilot, lambda: isinstance(pilot.app.screen, CustomerForm))
        form = pilot.app.screen
        await until(pilot, lambda: form.control("owner").value == "zs")  # type: ignore[attr-defined]
        await pilot.press("enter", *"海龙大厦")
        await until(pilot, lambda: bool(form.query_one(LikelyCustomers).found))
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, OrderScreen))
        await until(pilot, lambda: order_screen_of(pilot).order.customer is not None)
        facts = (await ready(pilot)).query_one(CustomerPanel).facts
        assert facts is not None
        assert facts.code == "C002"


async def test_the_prices_of_another_customer_are_to_be_checked(store: Store) -> None:
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "lxzg", "enter", "dy*2", "enter", "up", "up")
        screen._box.clear()
        screen = await type_keys(pilot, "C002", "enter")
        assert said(screen) == "The prices are those for 联想中关村: check them."


# As fast as keys can come -------------------------------------------------------------------------


def burst(pilot: Pilot[None], *keys: str) -> None:
    """Give keys to the app as a terminal does, without letting it deal with any of them before the last is there."""
    for key in pressed(*keys):
        character = {"enter": "\r", **{name: sign for sign, name in NAMED.items()}}.get(key, key)
        pilot.app.post_message(events.Key(key, character if len(character) == 1 else None))


async def test_a_key_that_comes_while_the_keys_are_given_back_goes_to_the_field(store: Store) -> None:
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "lxzg", "enter", "dy", "enter")
        ahead = screen.query_one(TypeAhead)
        ahead.hold()
        await pilot.pause()
        ahead.let_go(screen._lines.field)
        # What the app does with a key.
        assert screen.focused is not None
        screen.focused.post_message(events.Key("7", "7"))
        for _turn in range(TURNS):
            # A pause of the pilot's would send messages of its own, and with them behind the key all is well.
            await asyncio.sleep(0)
        assert fields(screen) == ["M2070", "7", "1250.00"]


async def test_keys_typed_before_an_order_begun_elsewhere_is_there_are_its_own(store: Store) -> None:
    with store.use():
        customer = Order.get(Order.number == "A-000004").customer_id
    app = OrderDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, OrderScreen) and bool(app.screen.query(TypeAhead)))
        # As if the app came here this moment, while it still reads what was being typed when it ended.
        app.order_screen._is_restored = False
        app.order_screen.begin_for(customer)
        app.order_screen._ahead.hold()
        app.order_screen._restore()
        burst(pilot, "dy*2", "enter", "jp", "enter", "7", "enter", "enter")
        await until(pilot, lambda: len(app.order_screen.order.lines) == 2)
        screen = await ready(pilot)
        assert screen.order.customer == customer
        assert [line.quantity_e3 for line in screen.order.lines] == [2000, 7000]


def test_whole_orders_typed_into_a_terminal_come_out_as_typed(tmp_path: Path) -> None:
    distributor(tmp_path)
    terminal = Terminal(tmp_path)
    terminal.wait_for("Customer code")
    chance = Random(20260331)
    for _round in range(BURST_ORDERS):
        wanted = [(chance.choice(tuple(PRODUCTS)), chance.randint(1, 9)) for _line in range(3)]
        before = len(recorded(tmp_path))
        typed = "C001\r" + "".join(
            f"{code}*{quantity}\r" if chance.random() < 0.5 else f"{code}\r{quantity}\r\r" for code, quantity in wanted
        )
        # Pieces of any length, so that the app is met at any moment of its work.
        while typed:
            length = chance.randint(1, 6)
            terminal.process.send(typed[:length])
            typed = typed[length:]
            terminal.read_on()
        terminal.process.send("\x1b[21~")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(recorded(tmp_path)) == before:
            assert time.monotonic() < deadline, "\n".join(terminal.screen.display)
            terminal.read_on()
        assert recorded(tmp_path)[-1] == [(code, quantity * 1000) for code, quantity in wanted]
    terminal.kill()


def recorded(folder: Path) -> list[list[tuple[str, int]]]:
    """The orders in a store, first to last, each as its lines' codes and quantities."""
    connection = sqlite3.connect(folder / DATABASE_FILE)
    orders: dict[str, list[tuple[str, int]]] = {}
    for number, code, quantity_e3 in connection.execute(
        "SELECT o.number, p.code, l.quantity_e3 FROM orders o JOIN order_line l ON l.order_id = o.id"
        " JOIN product p ON p.id = l.product_id ORDER BY o.number, l.line"
    ):
        orders.setdefault(number, []).append((code, quantity_e3))
    connection.close()
    return list(orders.values())


# Beside the other screens -------------------------------------------------------------------------


async def test_the_first_screen_says_that_an_order_waits(store: Store) -> None:
    async with desk(store) as pilot:
        await type_keys(pilot, "lxzg", "enter", "dy*2", "enter")
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, CustomersScreen) and bool(app.screen.query(StatusLine)))
        status = app.screen.query_one(StatusLine)
        await until(pilot, lambda: status.standing.said != "")
        assert status.standing.said == "An order for 联想中关村 waits, lines: 1. F5 takes it up."


async def test_an_order_undone_elsewhere_is_no_longer_spoken_of(store: Store) -> None:
    app = HuokeApp(store, first_mode="order")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, OrderScreen) and bool(app.screen.query(TypeAhead)))
        screen = await ready(pilot)
        await type_keys(pilot, "lxzg", "enter", "dy*2", "enter", "f10")
        assert "confirmed" in said(screen)
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(app.screen, CustomersScreen))
        await pilot.press("ctrl+z")
        await until(pilot, lambda: "Undone" in app.screen.query_one(StatusLine).standing.said)
        assert said(screen) == ""


# What is found ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_is_found_covers_nothing_and_cuts_no_wide_character(store: Store, size: tuple[int, int]) -> None:
    long_name = "惠普惠普惠普惠普惠普惠普惠普惠普惠普惠普惠普商用台式机"
    async with desk(store, size) as pilot:
        screen = await type_keys(pilot, "lxzg", "enter", "dy*2", "enter")
        with store.use():
            Product.update(name=long_name).where(Product.code == "K100").execute()
        before = painted(pilot)
        await type_keys(pilot, "K100")
        shown = painted(pilot)
        assert [line for line in shown if "> K100" in line and "惠普惠普惠普惠普惠普惠普" in line]
        kept = [at for at, line in enumerate(before) if "M2070 " in line or "Total" in line or "ok" in line.split()]
        assert kept
        assert [shown[at] for at in kept] == [before[at] for at in kept]
        assert screen.query_one(ProductList).region.height == 8
        await type_keys(pilot, "escape")
        assert not screen.query_one(ProductList).display


async def test_a_search_that_finds_nothing_says_so_at_once(store: Store) -> None:
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "zzzz")
        assert "Nobody is called “zzzz”" in hint(screen)
        screen._box.clear()
        screen = await type_keys(pilot, "lxzg", "enter", "zzzz")
        assert hint(screen) == "! Nothing is called “zzzz”."


async def test_a_store_without_products_says_how_to_get_some(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as at:
        at.customer("C009")
    store = open_store(tmp_path)
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "C009", "enter")
        assert "There are no products yet" in hint(screen)
        screen = await type_keys(pilot, "x", "enter")
        assert "huoke product add" in hint(screen)
    store.close()


async def test_long_names_have_the_room_that_numbers_do_not_need(store: Store) -> None:
    with store.use():
        Product.update(name="联想联想联想联想联想台式").where(Product.code == "M2070").execute()
    async with desk(store) as pilot:
        await type_keys(pilot, "lxzg", "enter", "dy*2", "enter")
        for width, height in ((80, 24), (120, 40)):
            await pilot.resize_terminal(width, height)
            await ready(pilot)
            assert [line for line in painted(pilot) if "联想联想联想联想联想台式" in line]


# Verdict -----------------------------------------------------------------------------------------


async def test_a_held_order_is_cured_by_a_receipt_and_released_on_the_spot(store: Store) -> None:
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "C002", "enter", "dy*2", "enter")
        assert verdict(screen) == "! will be held: over limit by 1,598.00"
        screen = await type_keys(pilot, "f10")
        order, _lines = latest(store)
        assert order.state == "held"
        assert said(screen) == f"{order.number}  held  2,598.00"
        card = screen.query_one(HeldCard)
        assert "receive 1,598.00 (above the limit) to release" in str(card.render())
        screen = await type_keys(pilot, "r")
        app = pilot.app
        assert isinstance(app, OrderDesk)
        assert app.received == [(order.customer_id, 159_800, order.id)]
        assert "nothing stops it any more" in str(card.render())
        screen = await type_keys(pilot, "f")
        assert latest(store)[0].state == "confirmed"
        assert said(screen) == f"{order.number}  confirmed  2,598.00"
        assert not card.display
        assert screen.focused is screen._box.input


async def test_the_card_names_the_bills_and_escape_begins_the_next_order(store: Store) -> None:
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "C003", "enter", "jp*1", "enter", "f10")
        shown = str(screen.query_one(HeldCard).render())
        for text in ("A-000004", "due 2026-02-04", "55 days", "5,400.00", "receive 59.00 (for this order) to release"):
            assert text in shown
        screen = await type_keys(pilot, "escape", "lxzg", "enter")
        assert screen.order.customer_name == "联想中关村"
        assert latest(store)[0].state == "held"


async def test_what_is_paid_with_it_counts_in_the_verdict(store: Store) -> None:
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "C002", "enter", "dy*2", "enter", "ctrl+f", "2598", "enter")
        assert verdict(screen) == "ok"
        assert screen.focused is screen._lines.field
        await type_keys(pilot, "f10")
        order, _lines = latest(store)
        assert order.state == "confirmed"
        with store.use():
            assert Receipt.select().order_by(Receipt.number.desc()).get().amount == 259_800


async def test_an_order_without_lines_or_customer_is_not_recorded(store: Store) -> None:
    before = count(store, Change)
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "f10")
        assert "no lines" in hint(screen)
        screen = await type_keys(pilot, "lxzg", "enter", "f10")
        assert "no lines" in hint(screen)
    assert count(store, Change) == before


# Putting aside -----------------------------------------------------------------------------------


async def test_a_draft_is_put_aside_and_taken_up_again(store: Store) -> None:
    async with desk(store) as pilot:
        await type_keys(pilot, "lxzg", "enter", "dy*2", "enter", "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Question))
        screen = await type_keys(pilot, "d")
        await until(pilot, lambda: not screen.is_being_typed)
        await type_keys(pilot, "C002", "enter", "jp*1", "enter", "ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Question))
        await type_keys(pilot, "enter")
        await until(pilot, lambda: screen.order.customer_name == "联想中关村")
        await ready(pilot)
        assert [line.product.code for line in screen.order.lines] == ["M2070"]
        assert [draft.customer_name for draft in screen.drafts.aside()] == ["海龙大厦"]


async def test_an_order_with_lines_is_dropped_only_after_a_question(store: Store) -> None:
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "lxzg", "enter", "dy*2", "enter")
        for answer, lines in (("escape", 1), ("y", 0)):
            await type_keys(pilot, "ctrl+s")
            await until(pilot, lambda: isinstance(pilot.app.screen, Question))
            await pilot.press("x")
            await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
            await pilot.press(answer)
            await until(pilot, lambda: isinstance(pilot.app.screen, OrderScreen))
            await until(pilot, lambda lines=lines: len(screen.order.lines) == lines)
            await ready(pilot)
        assert screen.drafts.being_typed() is None


@pytest.mark.parametrize(("keys", "replaced"), [((), False), (("jp*1", "enter"), True)])
async def test_a_quote_taken_up_unchanged_is_confirmed_and_a_changed_one_replaced(
    store: Store, keys: tuple[str, ...], replaced: bool
) -> None:
    before = count(store, Order)
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "lxzg", "enter", "dy*2", "enter", "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Question))
        await type_keys(pilot, "q")
        await until(pilot, lambda: "quote" in said(screen) and latest(store)[0].state == "quote")
        quote, _lines = latest(store)
        await type_keys(pilot, "ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Question))
        await type_keys(pilot, "enter")
        await until(pilot, lambda: screen.order.quote == quote.id)
        await ready(pilot)
        await type_keys(pilot, *keys, "f10")
        order, lines = latest(store)
        assert order.state == "confirmed"
        assert (order.id == quote.id) is not replaced
        assert order.replaces_id == (quote.id if replaced else None)
        assert count(store, Order) == before + 1 + replaced
        assert len(lines) == 1 + replaced


async def test_an_order_begun_elsewhere_puts_the_one_being_typed_aside(store: Store) -> None:
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "lxzg", "enter", "dy*2", "enter")
        with store.use():
            other = Order.get(Order.number == "A-000004").customer_id
        screen.begin_for(other)
        screen = await ready(pilot)
        assert screen.order.customer == other
        assert [draft.customer_name for draft in screen.drafts.aside()] == ["联想中关村"]


async def test_an_order_begun_elsewhere_closes_the_card(store: Store) -> None:
    async with desk(store) as pilot:
        screen = await type_keys(pilot, "C003", "enter", "jp*1", "enter", "f10")
        assert screen.query_one(HeldCard).display
        with store.use():
            screen.begin_for(Order.get(Order.number == "A-000001").customer_id)
        screen = await type_keys(pilot, "dy*2", "enter")
        assert not screen.query_one(HeldCard).display
        assert [line.quantity_e3 for line in screen.order.lines] == [2000]


# Survival ----------------------------------------------------------------------------------------


async def test_an_order_is_offered_again_and_never_twice(store: Store) -> None:
    async with desk(store) as pilot:
        await type_keys(pilot, "lxzg", "enter", "dy*2", "enter", "jp", "enter", "7")
    async with desk(store) as pilot:
        screen = await ready(pilot)
        assert "for 联想中关村, 2 lines" in said(screen)
        assert [line.quantity_e3 for line in screen.order.lines] == [2000, None]
        assert screen.focused is screen._lines.field
        await type_keys(pilot, "7", "enter", "enter")
        kept = screen.order.draft()
        await type_keys(pilot, "f10")
        assert latest(store)[1] == [("M2070", 2000, 12_500_000, 0), ("K100", 7000, 550_000, 0)]
    # The machine stopped after the order was recorded and before its draft was forgotten.
    drafts = Drafts(store.folder)
    drafts.keep(kept, 1)
    drafts.close()
    async with desk(store) as pilot:
        assert not (await ready(pilot)).is_being_typed


class Terminal:
    """The order screen in a terminal of its own, in a process that can be killed."""

    def __init__(self, folder: Path) -> None:
        self.screen = pyte.Screen(80, 24)
        self.stream = pyte.Stream(self.screen)
        environment = {**os.environ, "HUOKE_TODAY": TODAY.isoformat(), "LANG": "en_US.UTF-8", "TERM": "xterm-256color"}
        environment.pop("LC_ALL", None)
        self.process = pexpect.spawn(
            sys.executable, ["-m", "tests.tui.order_desk", str(folder)], cwd=str(ROOT), env=environment,
            dimensions=(24, 80), encoding="utf-8", timeout=PATIENCE_SECONDS,
        )  # fmt: skip

    def wait_for(self, text: str) -> None:
        """Read until a text stands on the screen."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while text not in "\n".join(self.screen.display):
            assert time.monotonic() < deadline, "\n".join(self.screen.display)
            self.stream.feed(self.process.read_nonblocking(65_536, timeout=PATIENCE_SECONDS))

    def read_on(self) -> None:
        """Read what is there; a moment is given for more."""
        try:
            self.stream.feed(self.process.read_nonblocking(65_536, timeout=0.02))
        except pexpect.TIMEOUT:
            return

    def kill(self) -> None:
        """End the process as a power cut would."""
        self.process.kill(signal.SIGKILL)
        self.process.wait()
        self.process.close()


def test_a_killed_process_loses_at_most_the_field_being_typed(tmp_path: Path) -> None:
    distributor(tmp_path)
    terminal = Terminal(tmp_path)
    terminal.wait_for("Customer code")
    # All at once, as fast as a terminal can send it.
    terminal.process.send("C001\rM2070*3\rK100\r7\r")
    terminal.wait_for("K100")
    terminal.wait_for("4,135.00")
    terminal.process.send("4")
    terminal.kill()

    again = Terminal(tmp_path)
    again.wait_for("Taken up again")
    again.wait_for("4,135.00")
    again.kill()
    drafts = Drafts(tmp_path)
    draft = drafts.being_typed()
    drafts.close()
    assert draft is not None
    assert [(line.quantity_e3, line.price_e4) for line in draft.lines] == [(3000, 12_500_000), (7000, 550_000)]


# What is painted ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_nothing_overflows(store: Store, language: Any, size: tuple[int, int]) -> None:
    locale.use(language)
    async with desk(store, size) as pilot:
        await type_keys(pilot, "lxzg", "enter", "dy*1234@99999-2.5%", "enter", "jp*3", "enter")
        shown = painted(pilot)
        assert len(shown) == size[1]
        assert {cell_len(line) for line in shown} == {size[0]}
        assert not [line for line in shown if "##" in line]
        assert any("120,313,796.85" in line for line in shown)
        assert any("120,313,961.85" in line for line in shown)
        await type_keys(pilot, "f10")
        assert {cell_len(line) for line in painted(pilot)} == {size[0]}


# Grammar -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "product", "quantity_e3", "price"),
    [
        ("M2070", "M2070", None, PriceWish()),
        ("M2070*3", "M2070", 3000, PriceWish()),
        ("M2070*3@1299", "M2070", 3000, PriceWish(12_990_000)),
        ("M2070 * 2.5 @ 1299 -5%", "M2070", 2500, PriceWish(12_990_000, 0, 500)),
        ("M2070@12.5", "M2070", None, PriceWish(125_000)),
        ("A-10%", "A", None, PriceWish(None, 0, 1000)),
        ("PC019:2", "PC019", 2000, PriceWish()),
        ("打印：2@12", "打印", 2000, PriceWish(120_000)),
        ("HP-15*2-10%", "HP-15", 2000, PriceWish(None, 0, 1000)),
        ("打印＊３＠１２", "打印", 3000, PriceWish(120_000)),
    ],
)
def test_a_line_is_read(text: str, product: str, quantity_e3: int | None, price: PriceWish) -> None:
    wish = parse_line(text)
    assert (wish.product, wish.quantity_e3, wish.price) == (product, quantity_e3, price)


@pytest.mark.parametrize("text", ["A*", "A:x", "A*-1", "A*x", "A*1*2", "A@", "A@-5", "A*0", "A-200%"])
def test_a_line_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_line(text)


@pytest.mark.parametrize(
    ("text", "price_e4", "discount_bp"),
    [
        ("1299", 12_990_000, 0),
        ("-5%", 1_000_000, 500),
        ("+20", 1_200_000, 100),
        ("1299-5%", 12_990_000, 500),
        ("+20-5%", 1_200_000, 500),
    ],
)
def test_a_price_begins_from_the_proposed_one(text: str, price_e4: int, discount_bp: int) -> None:
    assert parse_wish(text).applied(1_000_000, 100) == (price_e4, discount_bp)
