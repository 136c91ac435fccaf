"""A laptop and its office on the screens: what is unsent, what came back otherwise, and how old what is seen is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import keyring.core
import pytest
from keyring.backends.null import Keyring
from textual.widgets import Input, Static

from model.changes.customers import EditCustomer, FieldEdit
from model.changes.orders import verdict_of
from model.changes.terms import SetTerms
from model.credit import PricedLine
from model.errors import N_, UnreachableError
from model.leases import remaining
from model.money import grouped
from model.search import find_customers
from model.store import Store, execute, meta, open_store
from sync.credentials import keep_key, make_key, read_key
from sync.errors import Revoked
from sync.exchanging import Progress
from tests.sync.offices import FIRST_DAY, Company, Laptop, Wire
from tests.tui.exchange_desk import (
    company_of_two,
    exchange_screen,
    foot,
    head,
    inbox,
    laptop_app,
    outbox,
    settled,
    synced,
)
from tests.tui.waiting import until
from tui import locale
from tui.app import HuokeApp
from tui.archive.documents import DocumentScreen
from tui.archive.screen import ArchiveScreen
from tui.customers.screen import CustomersScreen
from tui.exchange.passphrase import AskPassphrase
from tui.exchange.words import progress_words
from tui.leaderboard.activity import ActivityFace
from tui.leaderboard.company_line import CompanyLine
from tui.leaderboard.face import Someone, Wanted
from tui.leaderboard.inactive import InactiveCustomers
from tui.leaderboard.rows_behind import Heading
from tui.leaderboard.screen import Note
from tui.leaderboard.short_table import ShortTable
from tui.order_entry.customer_panel import CustomerPanel
from tui.order_entry.words import verdict_words
from tui.receivables.receipt_form import ReceiptForm
from tui.shared.paged_table import PagedTable
from tui.shared.status import StatusLine, age_text, must_sync_text


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HUOKE_TODAY", FIRST_DAY.isoformat())
    monkeypatch.setenv("TZ", "UTC")
    locale.use("en")
    yield
    locale.use("en")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    company = Company(tmp_path)
    company_of_two(company)
    return company


@pytest.fixture
def laptop(company: Company) -> Laptop:
    laptop = company.laptop("A")
    laptop.sync()
    return laptop


async def test_what_is_unsent_is_listed_and_one_key_sends_it(laptop: Laptop) -> None:
    laptop.sell("C1", "P1", 2)
    with laptop_app(laptop) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            [(number, _time, what, about, _details)] = outbox(pilot)
            assert (number, what, about) == ("1", "order recorded", "B-000001")
            assert "1 unsent" in foot(pilot)
            await synced(pilot)
            assert outbox(pilot) == []
            assert "sent 1, confirmed 1" in foot(pilot)
            assert "unsent" not in foot(pilot)
            assert "sent 1, confirmed 1" in head(pilot)
            assert "round trips: 1" in head(pilot) or "round trips: 2" in head(pilot)


async def test_the_exchange_is_one_key_from_any_list(laptop: Laptop) -> None:
    laptop.sell("C1", "P1", 2)
    with laptop_app(laptop, "customers") as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            assert isinstance(app.screen, CustomersScreen)
            await synced(pilot)
            assert "sent 1, confirmed 1" in foot(pilot)


async def test_typing_goes_on_and_the_exchange_can_be_stopped(laptop: Laptop) -> None:
    laptop.sell("C1", "P1", 2)
    reached, go_on = threading.Event(), threading.Event()

    class Waiting(Wire):
        def exchange(self, request: bytes) -> Iterator[bytes]:  # type: ignore[override]
            reached.set()
            go_on.wait(30)
            yield from super().exchange(request)

    laptop.wire = Waiting(laptop.company.office, laptop.device)
    with laptop_app(laptop) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await pilot.press("R")
            await until(pilot, reached.is_set)
            await until(pilot, lambda: "sending… 1 changes" in head(pilot))
            await pilot.press("f3")
            assert isinstance(app.screen, CustomersScreen)
            assert "sending… 1 changes" in foot(pilot)
            await pilot.press("slash", "C", "1")
            await until(pilot, lambda: app.screen.query_one(PagedTable).total == 1)
            await pilot.press("escape", "ctrl+y", "c")
            go_on.set()
            await until(pilot, lambda: not app.is_exchanging)
            await settled(pilot)
            assert "was stopped" in head(pilot)
            # The office has it, but nobody here knows yet: the next exchange tells.
            assert len(outbox(pilot)) == 1
            await synced(pilot)
            assert outbox(pilot) == []


async def test_an_order_that_the_office_held_is_shown_until_it_was_seen(company: Company, laptop: Laptop) -> None:
    other = company.laptop("B")
    other.sync()
    other.sell("POOL", "P1", 8)
    laptop.sell("POOL", "P1", 8)
    other.sync()
    with laptop_app(laptop) as app:
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot)
            await synced(pilot)
            [(word, about, sentence, _day)] = inbox(pilot)
            assert (word, about) == ("held", "B-000001")
            assert sentence == "Customer POOL 800.00: over limit 600.00 — receive 600.00 to release"
            details = str(exchange_screen(pilot).query_one("#details", Static).render())
            assert details.startswith("B-000001 Customer POOL 800.00")
            way = "In the archive of POOL: r receives money for it, l releases it."
            assert details.endswith(way)
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, DocumentScreen))
            assert str(app.screen.query_one("#way", Static).render()) == way
            await pilot.press("escape")
            await pilot.press("x")
            await until(pilot, lambda: inbox(pilot) == [])
    assert laptop.one("SELECT seen FROM arrival WHERE status = 'held'") == (1,)


def edit_name(laptop: Laptop, before: str, after: str) -> None:
    edits = {"short_name": FieldEdit(before=before, after=after)}
    [version] = laptop.one("SELECT version FROM customer WHERE code = 'C1'")
    laptop.do(EditCustomer(customer=laptop.company.customers["C1"], edits=edits, version=version))


@pytest.mark.parametrize(("key", "name", "state"), [("t", "Mine", "taken"), ("K", "Theirs", "kept")])
async def test_a_conflict_is_decided_by_one_key(
    company: Company, laptop: Laptop, key: str, name: str, state: str
) -> None:
    manager = company.laptop("M")
    manager.sync()
    edit_name(manager, "", "Theirs")
    manager.sync()
    edit_name(laptop, "", "Mine")
    laptop.sync()
    with laptop_app(laptop) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            [(word, about, sentence, _day)] = inbox(pilot)
            assert (word, about) == ("conflict", "C1")
            assert sentence == "short name: yours Mine, office Theirs"
            assert "Person A's: “Mine”" in str(exchange_screen(pilot).query_one("#details", Static).render())
            await pilot.press("x")
            assert "waits for a decision" in " ".join(str(each.message) for each in app._notifications)
            await pilot.press(key)
            await until(pilot, lambda: inbox(pilot) == [])
            assert ("Taken: R tells the office." if key == "t" else "Left as the office has it.") in foot(pilot)
            await synced(pilot)
    manager.sync()
    found = manager.one("SELECT short_name FROM customer WHERE code = 'C1'")
    assert found == (name,)
    assert manager.one("SELECT state FROM conflict") == (state,)


async def test_what_a_salesperson_may_not_do_alone_is_a_request_the_office_answers(
    company: Company, laptop: Laptop
) -> None:
    laptop.do(
        SetTerms(
            customer=company.customers["C1"], from_date=company.day, credit_days=60, credit_from="order",
            credit_limit=500_000,
        )
    )  # fmt: skip
    laptop.sync()
    manager = company.laptop("M")
    manager.sync()
    with laptop_app(laptop) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            [(word, about, sentence, _day)] = inbox(pilot)
            assert (word, about) == ("request", "C1")
            assert "limit 5000.00" in sentence
            await pilot.press("t")
            assert "office decides" in " ".join(str(each.message) for each in app._notifications)
    with laptop_app(manager) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await pilot.press("t")
            await until(pilot, lambda: inbox(pilot) == [])
            await synced(pilot)
    with laptop_app(laptop) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await synced(pilot)
            [(word, about, sentence, _day)] = inbox(pilot)
            assert (word, about, sentence) == ("notice", "C1", "C1: the office has done what you asked.")
            await pilot.press("x")
            await until(pilot, lambda: inbox(pilot) == [])
            assert [row[2] for row in outbox(pilot)] == ["notice read"]


async def test_an_unreachable_office_is_one_sentence_and_nothing_is_lost(laptop: Laptop) -> None:
    laptop.sell("C1", "P1", 2)

    class Silent(Wire):
        def exchange(self, request: bytes) -> Iterator[bytes]:  # type: ignore[override]
            raise UnreachableError(N_("{url} cannot be reached: check the network and the address."), url="office")

    laptop.wire = Silent(laptop.company.office, laptop.device)
    with laptop_app(laptop) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await synced(pilot)
            assert "office cannot be reached" in head(pilot)
            assert len(outbox(pilot)) == 1


async def test_what_was_said_of_an_exchange_goes_when_the_next_one_begins(laptop: Laptop) -> None:
    with laptop_app(laptop, "customers") as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await synced(pilot)
            assert "Synced: sent 0" in foot(pilot)
            laptop.wire.exchange = unreachable
            await pilot.press("ctrl+y")
            await synced(pilot)
            assert "cannot be reached" in head(pilot)
            await pilot.press("f3")
            assert "Synced" not in foot(pilot)


def unreachable(_request: bytes) -> Iterator[bytes]:
    raise UnreachableError(N_("{url} cannot be reached: check the network and the address."), url="office")


async def test_the_foot_below_the_help_follows_the_end_of_an_exchange(laptop: Laptop) -> None:
    laptop.sell("C1", "P1", 2)
    with laptop_app(laptop, "customers") as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            line = app.screen.query_one(StatusLine)
            assert line.standing.unsent == 1
            await pilot.press("R", "f1")
            await until(pilot, lambda: app.last_exchange is not None and not app.is_exchanging)
            assert not isinstance(app.screen, CustomersScreen)
            await until(pilot, lambda: line.standing.unsent == 0 and not line.standing.syncing)


async def test_the_exchange_is_one_key_from_the_archive_and_every_other_list(laptop: Laptop) -> None:
    with laptop_app(laptop, "archive") as app:
        async with app.run_test(size=(80, 24)) as pilot:
            assert isinstance(app.screen, ArchiveScreen)
            app.screen.show_customer(laptop.company.customers["C1"])
            await settled(pilot)
            for _tab in range(6):
                await synced(pilot)
                assert "Synced: sent 0" in foot(pilot)
                await pilot.press("]")
                await settled(pilot)
            await pilot.press("f6")
            await settled(pilot)
            await synced(pilot)
            assert "Synced: sent 0" in foot(pilot)


def test_while_nothing_goes_up_the_exchange_says_that_it_receives() -> None:
    assert progress_words(Progress("sending", changes=3)) == "sending… 3 changes"
    assert progress_words(Progress("sending")) == "receiving… asking the office what is new"
    assert progress_words(Progress("sending", documents=6424)) == "receiving… 6,424 documents"


async def test_the_owner_hears_of_a_colleagues_order_that_is_held(company: Company, laptop: Laptop) -> None:
    manager = company.laptop("M")
    manager.sync()
    manager.sell("C1", "P1", 12)
    laptop.sell("C1", "P1", 20)
    manager.sync()
    with laptop_app(laptop) as app:
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot)
            await synced(pilot)
            assert [row[:3] for row in inbox(pilot) if row[0] == "notice"] == [
                ("notice", "C-000001", "C1: a colleague's order is held: over limit.")
            ]
            # Of one's own order the result tells, and nobody is told of it twice.
            assert [row[:2] for row in inbox(pilot) if row[0] == "held"] == [("held", "B-000001")]


async def test_nothing_to_export_is_said_and_no_file_is_asked_for(laptop: Laptop) -> None:
    with laptop_app(laptop) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await pilot.press("e")
            await until(pilot, lambda: "There is nothing here to export." in foot(pilot))
            assert app.screen is exchange_screen(pilot)


def under_a_passphrase(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keep the laptop's key in a file under a passphrase.

    Returns:
        What was given as one, as it comes.
    """
    monkeypatch.setattr(keyring.core, "_keyring_backend", Keyring())
    with laptop.store.use():
        folder, company, device = laptop.store.folder, meta("company"), meta("key_device")
    keep_key(folder, company, device, make_key(), passphrase=lambda: "correct horse")
    return []


def opened_by_passphrase(app: HuokeApp, laptop: Laptop, given: list[str]) -> None:
    """Let the line of the app be had only by whoever knows the passphrase."""

    def line(store: Store, passphrase: Callable[[], str]) -> Wire:
        given.append(passphrase())
        read_key(store.folder, meta("company"), meta("key_device"), passphrase=passphrase)
        return laptop.wire

    app.session.line = line  # type: ignore[assignment]


async def test_the_passphrase_is_asked_until_it_is_right_and_then_never_again(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = under_a_passphrase(laptop, monkeypatch)
    with laptop_app(laptop) as app:
        opened_by_passphrase(app, laptop, given)
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await pilot.press("R")
            await until(pilot, lambda: isinstance(app.screen, AskPassphrase))
            await pilot.press(*"wrong one", "enter")
            await until(pilot, lambda: "not the passphrase" in str(app.screen.query_one(".objection", Static).render()))
            assert app.screen.query_one(Input).value == ""
            await pilot.press(*"correct horse", "enter")
            await until(pilot, lambda: app.last_exchange is not None and not app.is_exchanging)
            laptop.wire.exchange = unreachable
            await synced(pilot)
            assert "cannot be reached" in head(pilot)
            del laptop.wire.exchange
            await synced(pilot)
            assert "Synced" in foot(pilot)
    assert given == ["wrong one", "correct horse", "correct horse"]


async def test_escape_leaves_the_question_for_the_passphrase(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    given = under_a_passphrase(laptop, monkeypatch)
    with laptop_app(laptop) as app:
        opened_by_passphrase(app, laptop, given)
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await pilot.press("R")
            await until(pilot, lambda: isinstance(app.screen, AskPassphrase))
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is exchange_screen(pilot))
            assert (given, app.is_exchanging) == ([], False)


async def test_how_much_this_laptop_may_promise_stands_with_the_customer(laptop: Laptop) -> None:
    customer = laptop.company.customers["C1"]
    with laptop.store.use():
        lent = remaining(customer, meta("device"))
    assert 0 < lent < 100_000
    for size in ((80, 24), (120, 40)):
        with laptop_app(laptop, "order") as app:
            async with app.run_test(size=size) as pilot:
                app.begin_order(customer)
                await until(pilot, lambda: app.screen.query_one(CustomerPanel).facts is not None)
                shown = " ".join(app.screen.query_one(CustomerPanel).render().plain.split())
                assert f"guaranteed up to {grouped(lent)}" in shown


async def test_a_laptop_that_holds_nothing_yet_says_which_key_asks_for_it(company: Company) -> None:
    with laptop_app(company.laptop("A"), "customers") as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            assert "R asks the office" in str(app.screen.query_one(PagedTable).empty_text)
            await synced(pilot)
            assert app.screen.query_one(PagedTable).total == 3


async def test_a_revoked_laptop_closes_with_a_sentence(laptop: Laptop) -> None:
    folder = laptop.store.folder

    class Barred(Wire):
        def exchange(self, request: bytes) -> Iterator[bytes]:  # type: ignore[override]
            raise Revoked(N_("The office has revoked this device."))

    laptop.wire = Barred(laptop.company.office, laptop.device)
    with laptop_app(laptop) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await pilot.press("R")
            await until(pilot, lambda: bool(app.farewell))
    assert app.farewell.startswith("The office has revoked this device. Everything")
    assert not list(folder.glob("store*.db"))


async def test_a_store_of_its_own_says_how_to_join(tmp_path: Path) -> None:
    app = HuokeApp(open_store(tmp_path / "my own", create=True), first_mode="sync")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: exchange_screen(pilot).query_one("#no-office").display)
        said = str(exchange_screen(pilot).query_one("#no-office Static").render())
        assert "has joined no office" in said
        assert "huoke join https://OFFICE:8787 CODE --ca ca.pem --store NEW-FOLDER" in said
        assert f"huoke server adopt '{tmp_path / 'my own'}' --store SERVER-FOLDER" in said
        await pilot.press("f3", "R")
        assert "joined no office" in " ".join(str(each.message) for each in app._notifications)
        assert not app.is_exchanging


async def test_marks_say_what_the_office_has_not_got_and_what_it_will_say(laptop: Laptop) -> None:
    laptop.sell("C1", "P1", 2)
    laptop.sell("C1", "P1", 7)
    laptop.sell("C1", "P1", 9)
    with laptop_app(laptop, "archive") as app:
        async with app.run_test(size=(120, 40)) as pilot:
            assert isinstance(app.screen, ArchiveScreen)
            app.screen.show_customer(laptop.company.customers["C1"])
            await settled(pilot)
            orders = app.screen.query_one("#orders", PagedTable)
            await until(pilot, lambda: orders.total == 3)
            await settled(pilot)
            states = [str(row.cells[2]) for index in range(3) if (row := orders._pages.row(index)) is not None]
            assert states == ["↑held", "↑provisional", "↑guaranteed"]
            assert "↑provisional" in orders.render_line(2).text
            await synced(pilot)
            row = orders._pages.row(2)
            assert row is not None
            assert str(row.cells[2]) == "confirmed"


async def test_of_a_card_only_that_is_said(laptop: Laptop) -> None:
    with laptop_app(laptop, "customers") as app:
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot)
            table = app.screen.query_one(PagedTable)
            row = table._pages.row(1)
            assert row is not None
            assert (str(row.cells[0]), str(row.cells[1])) == ("◇", "C2")
            await pilot.press("j", "enter")
            await until(pilot, lambda: isinstance(app.screen, ArchiveScreen))
            await settled(pilot)
            assert "only the card is on this laptop" in app.screen.query_one("ArchiveHead").render().plain  # type: ignore[union-attr]


async def test_of_a_card_no_figure_of_documents_is_shown_while_an_order_is_typed_or_money_received(
    laptop: Laptop,
) -> None:
    customer = laptop.company.customers["C2"]
    with laptop_app(laptop, "order") as app:
        async with app.run_test(size=(80, 24)) as pilot:
            app.begin_order(customer)
            await until(pilot, lambda: app.screen.query_one(CustomerPanel).facts is not None)
            shown = app.screen.query_one(CustomerPanel).render().plain
            assert shown.startswith("card only")
            assert "limit –" in shown
            assert "used –" in shown
            assert "left 1,000.00" in shown
            assert "last order –" in shown
            assert "usual: –" in shown
            app.receive_money(customer)
            await until(pilot, lambda: isinstance(app.screen, ReceiptForm) and bool(app.screen.query(".bills")))
            await settled(pilot)
            await until(pilot, lambda: "balance –" in str(app.screen.query_one(".standing", Static).render()))
            app.screen.query_one("#amount", Input).value = "5"
            await until(pilot, lambda: "the office settles" in str(app.screen.query_one(".bills", Static).render()))
            await pilot.press("f10")
            await until(pilot, lambda: "balance –" in foot(pilot))


async def test_of_a_card_nobody_is_called_inactive_for_what_is_not_here(laptop: Laptop) -> None:
    month = FIRST_DAY.isoformat()[:7]
    someone = Someone(laptop.company.people["B"], "Person B")
    with laptop_app(laptop, "leaderboard") as app:
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot)
            app.push_screen(InactiveCustomers(Wanted(month, FIRST_DAY, False), someone))
            await settled(pilot)
            await until(pilot, lambda: bool(app.screen.query_one(ShortTable).shown_rows))
            [row] = app.screen.query_one(ShortTable).shown_rows
            assert [str(cell) for cell in row.cells] == ["C2", "Customer C2", "–", "–", "–", "1,000.00"]
            assert "only the card: their trades are not known" in str(app.screen.query_one(Heading).render())


def test_of_a_card_the_search_tells_no_last_trade(laptop: Laptop) -> None:
    with laptop.store.use():
        [found] = find_customers("C2", person=laptop.person, day=FIRST_DAY)
    assert (found.only_card, found.last_trade) == (True, None)


async def test_the_board_of_a_salesperson_has_the_published_figures_of_others(company: Company, laptop: Laptop) -> None:
    laptop.sell("C1", "P1", 2)
    month, moment = FIRST_DAY.isoformat()[:7], f"{FIRST_DAY.isoformat()}T08:00:00+00:00"
    with laptop.store.use(), laptop.store.writing():
        for person, figures in ((b"\0" * 16, (9, 4)), (company.people["B"], (5, 3)), (company.people["A"], (1, 0))):
            execute(
                "INSERT OR REPLACE INTO published_month (month, person_id, responsible, active, orders, amount, cost,"
                " uncosted, as_of) VALUES (?, ?, ?, ?, 3, 30000, 20000, 0, ?)",
                (month, person, *figures, moment),
            )
    with laptop_app(laptop, "leaderboard") as app:
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot)
            face = app.screen.query_one(ActivityFace)
            rows = {str(row.cells[1]): str(row.cells[4]) for row in face.table.shown_rows}
            assert rows["Person A"] == "1/1"
            assert rows["Person B"] == "3/5"
            assert face.query_one(CompanyLine).cells[4] == "4/9"
            assert "as of 2026-11-23 08:00" in str(app.screen.query_one(Note).render())
            await pilot.press("f")
            await settled(pilot)
            assert "300.00" in str(app.screen.query_one("PerformanceFace CompanyLine").cells)  # type: ignore[attr-defined]


def test_the_age_of_what_is_seen_is_honest(company: Company) -> None:
    heard = company.now()
    today = FIRST_DAY
    assert age_text(heard, today) == "09:00"
    assert age_text(heard, today + timedelta(days=1)) == "yesterday 09:00"
    assert age_text(heard, today + timedelta(days=2)) == "2 days ago"
    assert age_text(heard, today + timedelta(days=20)) == "2026-11-23"
    assert [must_sync_text(days) for days in (10, 3, 0)] == ["", "! sync within 3 days", "! sync today"]
    assert "sync now" in must_sync_text(-1)
    assert "never" in must_sync_text(None)


def test_a_joined_laptop_promises_only_what_was_lent(laptop: Laptop) -> None:
    with laptop.store.use():
        customer = laptop.company.customers["C1"]
        lines = [PricedLine("P1", 1_000_000, None)]
        common = {"paid": 0, "reserved": 0, "maker": laptop.person, "day": FIRST_DAY}
        within = verdict_of(customer, lines, total=10_000, **common)
        beyond = verdict_of(customer, lines, total=90_000, **common)
    assert verdict_words(within, joined=True) == "guaranteed"
    assert verdict_words(beyond, joined=True).startswith("provisional")
    assert verdict_words(within) == "ok"
