"""One key takes back what was done last; what stays is named with its reason, and nothing is passed over silently."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Static

from model.changes.company import AddSalesperson
from model.changes.customers import AddCustomer
from model.changes.documents import next_number
from model.changes.receipts import RecordReceipt
from model.changes.recording import last_undoable, record
from model.changes.undo import UndoChange
from model.ids import new_id
from model.store import Store, rows
from tests.model.company import Company
from tests.tui.customers_desk import TODAY, small_company
from tests.tui.office_desk import said
from tests.tui.waiting import until
from tui.app import HuokeApp
from tui.shared.ask import Confirm
from tui.shared.paged_table import PagedTable

pytestmark = pytest.mark.usefixtures("english")


def fill(made: Company) -> None:
    made.salesperson("M", "manager")
    made.customer("C1")


@pytest.fixture
def company(tmp_path: Path) -> Iterator[tuple[Store, Company]]:
    with small_company(tmp_path / "store", fill, me="M") as made:
        yield made


async def test_what_cannot_be_undone_is_said_and_the_one_before_it_is_undone_only_if_that_is_meant(
    company: tuple[Store, Company],
) -> None:
    store, made = company
    one_before, stuck = new_id(), new_id()
    with store.use():
        for id_, code in ((one_before, "C8"), (stuck, "C9")):
            record(AddCustomer(id=id_, code=code, date=TODAY, card={"name": code}), person=made.ids["M"], on=TODAY)
        record(
            RecordReceipt(id=new_id(), number=next_number(), customer=stuck, date=TODAY, amount=100),
            person=made.ids["M"], on=TODAY,
        )  # fmt: skip
        record(UndoChange(uid=last_undoable(made.ids["M"]).uid), person=made.ids["M"], on=TODAY)
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query_one(PagedTable).total == 3)
        for answer in ("n", "y"):
            await pilot.press("ctrl+z")
            await until(pilot, lambda: isinstance(app.screen, Confirm))
            texts = " ".join(str(widget.content) for widget in app.screen.query(Static))
            assert "customer added C9 cannot be undone. The customer C9 has documents" in texts
            assert "Undo the one before it instead: customer added C8?" in texts
            await pilot.press(answer)
            await until(pilot, lambda: not isinstance(app.screen, Confirm))
        await until(pilot, lambda: said(app) == "Undone: customer added C8.")
        await app.workers.wait_for_complete()
    with store.use():
        assert [code for (code,) in rows("SELECT code FROM customer WHERE code IN ('C8', 'C9')")] == ["C9"]


async def test_the_one_before_that_was_named_is_undone_and_nothing_between(company: tuple[Store, Company]) -> None:
    store, made = company
    person, stuck = made.ids["M"], new_id()
    with store.use():
        record(AddCustomer(id=new_id(), code="C8", date=TODAY, card={"name": "C8"}), person=person, on=TODAY)
        record(AddSalesperson(id=new_id(), code="ZHAO", name="Zhao"), person=person, on=TODAY)
        record(AddCustomer(id=stuck, code="C9", date=TODAY, card={"name": "C9"}), person=person, on=TODAY)
        record(
            RecordReceipt(id=new_id(), number=next_number(), customer=stuck, date=TODAY, amount=100), person=person,
            on=TODAY,
        )  # fmt: skip
        record(UndoChange(uid=last_undoable(person).uid), person=person, on=TODAY)
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query_one(PagedTable).total == 3)
        await pilot.press("ctrl+z")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: said(app) == "Undone: customer added C8.")
        await app.workers.wait_for_complete()


async def test_a_deed_that_no_undo_takes_back_is_not_passed_over_without_a_word(company: tuple[Store, Company]) -> None:
    store, made = company
    with store.use():
        record(AddCustomer(id=new_id(), code="C8", date=TODAY, card={"name": "C8"}), person=made.ids["M"], on=TODAY)
        record(AddSalesperson(id=new_id(), code="ZHAO", name="Zhao"), person=made.ids["M"], on=TODAY)
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query_one(PagedTable).total == 2)
        await pilot.press("ctrl+z")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        texts = " ".join(str(widget.content) for widget in app.screen.query(Static))
        assert "salesperson added ZHAO cannot be undone" in texts
        await pilot.press("y")
        await until(pilot, lambda: said(app) == "Undone: customer added C8.")
        await app.workers.wait_for_complete()
