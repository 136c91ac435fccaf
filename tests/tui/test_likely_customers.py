"""While a new customer is typed, who it may be already is shown, and one key takes that one instead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from textual.pilot import Pilot

from model.changes.customers import AddCustomer
from model.customers import Customer
from model.ids import new_id
from model.store import Store
from tests.model.company import Company
from tests.tui.customers_desk import CustomersDesk, settle, small_company
from tests.tui.waiting import until
from tui.customers.card_form import CustomerForm, KnownCustomer
from tui.customers.likely import LikelyCustomers
from tui.shared.ask import Confirm

pytestmark = pytest.mark.usefixtures("english")

CARDS = {
    "C1": {"name": "北京鼎好天创科技有限公司", "short_name": "鼎好天创", "phone": "010-62571234"},
    "C2": {"name": "北京鼎好天创商贸中心", "tax_id": "91110108MA01ABCD2X"},
    "C3": {"name": "上海远景百货有限公司", "phone": "021-55667788"},
}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Store, Company]]:
    def fill(made: Company) -> None:
        made.salesperson("S1")
        for code, card in CARDS.items():
            made.ids[code] = new_id()
            made.do(AddCustomer(id=made.ids[code], code=code, date=date(2025, 1, 1), card=card))

    with small_company(tmp_path, fill) as found:
        yield found


async def show(pilot: Pilot[None], form: CustomerForm) -> list[object]:
    """Put the form on the desk and give the list in which its outcome will be."""
    answers: list[object] = []
    await settle(pilot)
    pilot.app.push_screen(form, answers.append)
    await settle(pilot)
    return answers


def likely(app: CustomersDesk) -> list[tuple[str, str]]:
    return [(each.code, each.reason) for each in app.screen.query_one(LikelyCustomers).found]


def painted(app: CustomersDesk) -> str:
    return str(app.screen.query_one(LikelyCustomers).render())


async def test_a_name_typed_in_part_shows_who_it_may_be_the_likeliest_first(opened: tuple[Store, Company]) -> None:
    app = CustomersDesk(opened[0])
    async with app.run_test(size=(80, 24)) as pilot:
        await show(pilot, CustomerForm())
        assert not app.screen.query_one(LikelyCustomers).display
        await pilot.press("enter", *"鼎好天创")
        await until(pilot, lambda: len(likely(app)) == 2)
        assert app.screen.query_one(LikelyCustomers).region.height > 2
        await pilot.press("down", "down", "down", "down", "down", "down", *"13801010101")
        await settle(pilot)
        assert {code for code, _reason in likely(app)} == {"C1", "C2"}
        # Nothing that is said below the fields is pushed out of sight.
        keys, box = app.screen.query_one(".keys").region, app.screen.query_one("CustomerForm > Vertical").region
        assert keys.height
        assert keys.bottom < box.bottom <= app.size.height


async def test_what_is_taken_away_again_shows_nobody(opened: tuple[Store, Company]) -> None:
    app = CustomersDesk(opened[0])
    async with app.run_test(size=(80, 24)) as pilot:
        await show(pilot, CustomerForm(name="远景百货"))
        await until(pilot, lambda: [code for code, _reason in likely(app)] == ["C3"])
        await pilot.press("enter", "ctrl+u", *"Other")
        await until(pilot, lambda: likely(app) == [])
        assert not app.screen.query_one(LikelyCustomers).display


@pytest.mark.parametrize(
    ("field", "typed", "found"), [("phone", "(010) 6257 1234", "C1"), ("tax_id", "91110108ma01abcd2x", "C2")]
)
async def test_the_same_number_is_found_however_it_is_written_and_asked_about(
    opened: tuple[Store, Company], field: str, typed: str, found: str
) -> None:
    app = CustomersDesk(opened[0])
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await show(pilot, CustomerForm(name="Something else"))
        app.screen.query_one(f"#{field}").value = typed  # type: ignore[attr-defined]
        await until(pilot, lambda: likely(app) == [(found, field)])
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        assert found in app.screen.question
        await pilot.press("n")
        await settle(pilot)
        assert answers == []
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: bool(answers))
    with opened[0].use():
        assert Customer.select().count() == len(CARDS) + 1


async def test_one_key_takes_the_marked_one_and_makes_none(opened: tuple[Store, Company]) -> None:
    store, made = opened
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await show(pilot, CustomerForm(name="鼎好天创"))
        await until(pilot, lambda: len(likely(app)) == 2)
        first, second = (code for code, _reason in likely(app))
        assert f"▸ {first}" in painted(app)
        await pilot.press("ctrl+n")
        assert f"▸ {second}" in painted(app)
        await pilot.press("ctrl+n", "ctrl+o")
        await until(pilot, lambda: bool(answers))
    assert answers == [KnownCustomer(made.ids[first])]
    with store.use():
        assert Customer.select().count() == len(CARDS)


async def test_from_the_customers_the_one_taken_is_opened(opened: tuple[Store, Company]) -> None:
    store, made = opened
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("N")
        await until(pilot, lambda: isinstance(app.screen, CustomerForm))
        await pilot.press("enter", *"远景百货")
        await until(pilot, lambda: bool(likely(app)))
        await pilot.press("ctrl+o")
        await until(pilot, lambda: app.went == [("archive", made.ids["C3"])])


async def test_a_walk_in_is_nobody_else(opened: tuple[Store, Company]) -> None:
    app = CustomersDesk(opened[0])
    async with app.run_test(size=(80, 24)) as pilot:
        await show(pilot, CustomerForm(name="远景百货"))
        await until(pilot, lambda: bool(likely(app)))
        await pilot.press("down", "down", "down", "right")
        await until(pilot, lambda: likely(app) == [])
