"""Forms keep what is typed when a rule says no, and the receipt form shows what the money will settle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from model.changes.orders import OrderRecorded
from model.customers import Customer, blacklisted_on, owner_on, terms_on
from model.errors import InputError
from model.store import Store, one, rows
from tests.model.company import Company
from tests.tui.customers_desk import TODAY, CustomersDesk, settle, small_company
from tests.tui.waiting import until
from tui.customers.card_form import CustomerForm, following_code
from tui.customers.forms import AssignForm, BlockForm, ContactForm, TermsForm
from tui.entry_form import day_meant
from tui.receivables.receipt_form import ReceiptForm
from tui.shared.ask import Confirm

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Store, Company]]:
    def fill(made: Company) -> None:
        made.salesperson("S1", "manager")
        made.salesperson("S2")
        made.product("P")
        made.customer("C09", "S1", days=30, limit="1000")

    with small_company(tmp_path, fill) as found:
        yield found


async def show(pilot: Pilot[None], form: ModalScreen[object]) -> list[object]:
    """Put a form on the desk and give the list in which its outcome will be."""
    answers: list[object] = []
    await settle(pilot)
    pilot.app.push_screen(form, answers.append)
    await settle(pilot)
    return answers


def typed(app: CustomersDesk, name: str) -> str:
    return app.screen.query_one(f"#{name}", Input).value


async def test_a_new_customer_gets_a_free_code_and_goes_to_its_owner(opened: tuple[Store, Company]) -> None:
    store, _made = opened
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await show(pilot, CustomerForm())
        assert typed(app, "code") == "C10"
        await pilot.press("enter", *"Toys", "enter", "enter", "enter", *"s2", "f10")
        await settle(pilot)
    with store.use():
        customer = Customer.get(Customer.code == "C10")
        assert answers == [customer.id]
        assert customer.name == "Toys"
        assert owner_on(customer.id, TODAY) == opened[1].ids["S2"]


async def test_a_walk_in_customer_is_chosen_with_an_arrow(opened: tuple[Store, Company]) -> None:
    app = CustomersDesk(opened[0])
    async with app.run_test(size=(80, 24)) as pilot:
        await show(pilot, CustomerForm(name="Walk in"))
        await pilot.press("enter", "enter", "enter", "right", "f10")
        await settle(pilot)
    with opened[0].use():
        assert Customer.get(Customer.name == "Walk in").retail


async def test_what_a_rule_refuses_is_told_in_the_form_and_stays_typed(opened: tuple[Store, Company]) -> None:
    app = CustomersDesk(opened[0])
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await show(pilot, CustomerForm())
        await pilot.press("ctrl+u", *"C09", "enter", *"Other", "f10")
        await settle(pilot)
        assert app.objection() == "There is already a customer C09: choose another code or edit that one."
        assert (typed(app, "code"), typed(app, "name")) == ("C09", "Other")
        await pilot.press("enter", "enter", "enter", "enter", *"nobody", "f10")
        await settle(pilot)
        assert app.objection() == "Nobody here is called “nobody”: write a code or a name."
        assert app.focused is app.screen.query_one("#owner")
        await pilot.press("escape")
        await settle(pilot)
    assert answers == [None]


async def test_a_namesake_is_made_only_after_a_question(opened: tuple[Store, Company]) -> None:
    app = CustomersDesk(opened[0])
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await show(pilot, CustomerForm(name="Customer C09"))
        await pilot.press("f10")
        await settle(pilot)
        assert isinstance(app.screen, Confirm)
        await pilot.press("n")
        await pilot.pause()
        assert answers == []
        await pilot.press("ctrl+j")
        await settle(pilot)
        await pilot.press("y")
        await settle(pilot)
        assert len(answers) == 1


async def test_a_profile_is_changed_field_by_field(opened: tuple[Store, Company]) -> None:
    store, made = opened
    with store.use():
        customer = Customer.get_by_id(made.ids["C09"])
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await show(pilot, CustomerForm(customer))
        await pilot.press("enter", *"Nine", "enter", "enter", "enter", *"010-62551234", "f10")
        await settle(pilot)
    with store.use():
        after = Customer.get_by_id(made.ids["C09"])
        assert (after.name, after.short_name, after.phone) == ("Customer C09", "Nine", "010-62551234")
        kept = one("SELECT kind FROM change ORDER BY number DESC LIMIT 1")
        assert kept == ("customer.edit",)


async def test_a_contact_asks_who_when_nobody_signed_in(opened: tuple[Store, Company]) -> None:
    store, made = opened
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await show(pilot, ContactForm(made.ids["C09"]))
        assert typed(app, "person") == "S1"
        await pilot.press("f10")
        await settle(pilot)
        assert app.objection() == "Write a word about the contact."
        await pilot.press(*"called", "enter", *"31-31", "f10")
        await settle(pilot)
        assert app.objection() == "There is no day 2026-31-31: write a date like 2026-03-31."
        await pilot.press("ctrl+u", *"+3", "f10")
        await settle(pilot)
    with store.use():
        assert rows("SELECT note, next_on, person_id FROM contact_log") == [("called", "2026-04-03", made.ids["S1"])]


async def test_terms_begin_with_what_holds_and_can_be_temporary(opened: tuple[Store, Company]) -> None:
    store, made = opened
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await show(pilot, TermsForm(made.ids["C09"]))
        assert (typed(app, "credit_days"), typed(app, "credit_limit")) == ("30", "1000.00")
        await pilot.press("enter", "enter", "ctrl+u", *"5000", "enter", *"+10", "f10")
        await settle(pilot)
        await show(pilot, TermsForm(made.ids["C09"]))
        # A temporary limit never becomes the lasting one by being looked at.
        assert typed(app, "credit_limit") == "1000.00"
        assert "5,000.00 holds until 2026-04-10" in str(app.screen.query_one(".note-until", Static).content)
        await pilot.press("ctrl+u", *"x", "f10")
        await settle(pilot)
        assert app.objection() == "“x” is not a whole number: write it like 30."
    with store.use():
        assert terms_on(made.ids["C09"], TODAY).credit_limit == 500_000
        assert terms_on(made.ids["C09"], date(2026, 4, 11)).credit_limit == 100_000


async def test_the_blacklist_asks_for_a_reason(opened: tuple[Store, Company]) -> None:
    store, made = opened
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await show(pilot, BlockForm(made.ids["C09"]))
        await pilot.press("f10")
        await settle(pilot)
        assert app.objection() == "Say why: the blacklist keeps a reason."
        await pilot.press(*"never pays", "enter")
        await settle(pilot)
        assert answers == [True]
    with store.use():
        assert blacklisted_on(made.ids["C09"], TODAY)


# --- money


def owing(made: Company) -> tuple[OrderRecorded, OrderRecorded, OrderRecorded]:
    """Two bills of 300 and 200, the first overdue, and a held order of 400."""
    first = made.sell("C09", date(2026, 1, 10), "300", maker="S1")
    made.terms("C09", days=60, limit="1000", since=date(2026, 1, 11))
    with_longer_term = made.sell("C09", date(2026, 3, 1), "200", maker="S1", by="S1")
    held = made.sell("C09", TODAY, "400", maker="S2", by="S2")
    return first, with_longer_term, held


def bills(app: CustomersDesk) -> str:
    return str(app.screen.query_one(".bills", Static).content)


async def test_the_bills_settled_are_shown_while_the_amount_is_typed(opened: tuple[Store, Company]) -> None:
    store, made = opened
    with store.use():
        first, second, held = owing(made)
        if second.state == "held":
            made.release(second, date(2026, 3, 1))
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await show(pilot, ReceiptForm(made.ids["C09"]))
        standing = str(app.screen.query_one(".standing", Static).content)
        assert standing == f"balance 500.00 · overdue 300.00 · held: {held.number}"
        assert bills(app).splitlines()[1].split() == ["2026-02-09", first.number, "300.00"]
        await pilot.press(*"350")
        await settle(pilot)
        lines = [line.split() for line in bills(app).splitlines()]
        assert lines[1] == ["2026-02-09", first.number, "300.00", "300.00", "✓"]
        assert lines[2] == ["2026-04-30", second.number, "200.00", "50.00", "…"]
        await pilot.press(*"0")
        await settle(pilot)
        assert bills(app).splitlines()[-1] == "waits for the next bill: 3,000.00"
        await pilot.press("backspace", "f10")
        await settle(pilot)
        # Nothing is overdue any more, so the order that was held for it may go; it need not.
        assert isinstance(app.screen, Confirm)
        await pilot.press("n")
        await settle(pilot)
        assert "received 350.00 from C09 Customer C09, balance 150.00." in app.said()
    assert [(part.bill, part.amount) for part in answers[0].parts] == [  # type: ignore[attr-defined]
        (first.number, 30_000),
        (second.number, 5_000),
    ]


async def test_the_same_money_twice_is_asked_about(opened: tuple[Store, Company]) -> None:
    store, made = opened
    with store.use():
        before = made.pay("C09", TODAY, "100")
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await show(pilot, ReceiptForm(made.ids["C09"], 10_000))
        await pilot.press("enter", "enter", "enter", "enter")
        await settle(pilot)
        assert isinstance(app.screen, Confirm)
        assert app.screen.question == f"{before.number} is the same amount of the same day. Record it once more?"
        await pilot.press("n", "escape")
        await settle(pilot)
        assert answers == [None]


async def test_what_waits_of_a_customer_is_given_back_without_a_question(opened: tuple[Store, Company]) -> None:
    store, made = opened
    with store.use():
        made.pay("C09", TODAY, "100")
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await show(pilot, ReceiptForm(made.ids["C09"], 10_000, kind="refund"))
        await pilot.press("enter", *"too much", "f10")
        await settle(pilot)
        assert len(answers) == 1
        assert answers[0] is not None


async def test_an_amount_that_cannot_be_is_told_and_stays(opened: tuple[Store, Company]) -> None:
    app = CustomersDesk(opened[0])
    async with app.run_test(size=(80, 24)) as pilot:
        await show(pilot, ReceiptForm(opened[1].ids["C09"]))
        await pilot.press("f10")
        await settle(pilot)
        assert app.objection() == "Type the amount that was received."
        await pilot.press(*"12.345", "f10")
        await settle(pilot)
        assert app.objection() == "12.345 has more than 2 decimals."
        await pilot.press("ctrl+u", *"1", "enter", "enter", "ctrl+u", *"+1", "f10")
        await settle(pilot)
        assert "is after today" in app.objection()
        assert typed(app, "amount") == "1"


async def test_money_that_cures_a_held_order_offers_its_release(opened: tuple[Store, Company]) -> None:
    store, made = opened
    with store.use():
        first, second, held = owing(made)
        if second.state == "held":
            made.reject(second, TODAY)
        assert held.state == "held"
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await show(pilot, ReceiptForm(made.ids["C09"], 40_000, held.id))
        await pilot.press("f10")
        await settle(pilot)
        assert isinstance(app.screen, Confirm)
        assert app.screen.question == f"Release {held.number} now?"
        await pilot.press("enter")
        await settle(pilot)
        assert app.said().startswith(f"{held.number} is confirmed. ")
        assert len(answers) == 1
    with store.use():
        assert made.order(held).state == "confirmed"
        assert made.order(first).open_amount == 30_000


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-04-01", date(2026, 4, 1)),
        ("4-1", date(2026, 4, 1)),
        ("04/01", date(2026, 4, 1)),
        ("+7", date(2026, 4, 7)),
        ("-31", date(2026, 2, 28)),
    ],
)
def test_a_date_may_be_written_short(text: str, day: date) -> None:
    assert day_meant(text, TODAY) == day


@pytest.mark.parametrize("text", ["+", "x", "+99999999", "13-45", "²-1"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        day_meant(text, TODAY)


@pytest.mark.parametrize(
    ("code", "following"), [("C000099", "C000100"), ("C9", "C10"), ("TOYS", "TOYS"), ("A1-007B", "A1-008B")]
)
def test_the_next_code_counts_on(code: str, following: str) -> None:
    assert following_code(code) == following


def with_office(made: Company) -> None:
    """Those who sell have the last codes."""
    for number, role in enumerate(("admin", "finance", "manager"), 1):
        made.salesperson(f"A{number}", role)
    for number in (5, 4, 3, 2, 1):
        made.salesperson(f"S{number}")
    made.customer("C1")


async def test_a_new_owner_is_proposed_from_those_who_sell(tmp_path: Path) -> None:
    with small_company(tmp_path, with_office) as (store, made):
        app = CustomersDesk(store)
        async with app.run_test(size=(120, 30)) as pilot:
            await show(pilot, AssignForm([made.ids["C1"]]))
            hint = app.screen.query_one(".note-owner", Static).content
            sellers = "  ".join(f"S{number} Person S{number}" for number in (1, 2, 3, 4, 5))
            assert str(hint) == f"{sellers}  A1 Person A1  +2"


# As fast as keys can come -------------------------------------------------------------------------


def burst(pilot: Pilot[None], *keys: str) -> None:
    """Give keys to the app as a terminal does, without letting it deal with any of them before the last is there."""
    for key in keys:
        character = {"enter": "\r"}.get(key, key)
        pilot.app.post_message(events.Key(key, character if len(character) == 1 else None))


@pytest.mark.parametrize("on", ["down", "enter", "tab"])
async def test_keys_typed_at_once_go_to_the_fields_they_are_for(opened: tuple[Store, Company], on: str) -> None:
    store, made = opened
    with store.use():
        customer = Customer.get_by_id(made.ids["C09"])
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await show(pilot, CustomerForm(customer))
        burst(pilot, "end", *"77", on, *"Nine", on, on, on, *"010", "home", "9", "f10")
        await until(pilot, lambda: bool(answers))
    with store.use():
        after = Customer.get_by_id(made.ids["C09"])
    assert (after.name, after.short_name, after.phone) == ("Customer C0977", "Nine", "9010")


async def test_keys_typed_before_a_form_is_there_go_into_its_first_field(opened: tuple[Store, Company]) -> None:
    app = CustomersDesk(opened[0])
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        answers: list[object] = []
        app.push_screen(CustomerForm(), answers.append)
        burst(pilot, *"C77", "enter", *"Toys", "down", "down", "right", "f10")
        await until(pilot, lambda: bool(answers))
    with opened[0].use():
        customer = Customer.get(Customer.code == "C77")
    assert (customer.name, customer.retail) == ("Toys", True)


async def test_a_receipt_typed_at_once_is_recorded_as_typed(opened: tuple[Store, Company]) -> None:
    store, made = opened
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await show(pilot, ReceiptForm(made.ids["C09"]))
        burst(pilot, *"500", "enter", *"cash", "enter", "enter", *"R7", "enter")
        await until(pilot, lambda: bool(answers))
    with store.use():
        assert rows("SELECT amount, method, date, reference FROM receipt") == [
            (50_000, "cash", TODAY.isoformat(), "R7")
        ]


async def test_keys_behind_the_one_that_leaves_a_form_are_for_what_is_below(opened: tuple[Store, Company]) -> None:
    app = CustomersDesk(opened[0])
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await show(pilot, CustomerForm())
        burst(pilot, "x", "escape", "N")
        await until(pilot, lambda: bool(answers) and isinstance(app.screen, CustomerForm))
    assert answers == [None]
