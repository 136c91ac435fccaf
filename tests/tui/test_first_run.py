"""The first start leads to a sample, a company of one's own or one's tables, and leaves nothing half done."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import keyring.core
import pytest
from keyring.backends.null import Keyring
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static
from textual.worker import WorkerCancelled

from model.customers import Customer
from model.people import Salesperson
from model.settings import setting_on
from model.store import meta, open_store
from sync.server.certificates import make_certificates
from sync.shut_out import ShutOut, note_shut_out
from tests.sync.server_process import fresh_server
from tui import locale
from tui.first_run.bad_rows import BadRowsScreen
from tui.first_run.join_form import JoinForm
from tui.first_run.screen import DEMO_FOLDER, FirstRunApp, choose_beginning, holds_store
from tui.shared.ask import AskText
from tui.shared.paged_table import PagedTable

pytestmark = pytest.mark.usefixtures("english")

TODAY = date(2026, 3, 31)


async def settle(pilot: Pilot[Path]) -> None:
    """Wait until no worker runs; the one whose outcome ends the app is cancelled with it."""
    for _round in range(3):
        await pilot.pause()
        with suppress(WorkerCancelled):
            await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def objection(app: FirstRunApp) -> str:
    return str(app.screen.query_one(".objection", Static).content)


async def test_a_folder_whose_office_took_its_store_back_says_so(tmp_path: Path) -> None:
    note_shut_out(tmp_path, ShutOut("Acme", "https://office:8787", date(2026, 3, 30), handed_over=4))
    app = FirstRunApp(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        shown = " ".join(str(text.content) for text in app.screen.query(Static))
        assert "This laptop was shut out by Acme on 2026-03-30" in shown
        assert "huoke join https://office:8787 CODE" in shown


async def test_one_quits_and_nothing_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "huoke"
    app = FirstRunApp(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
        await pilot.pause()
    assert app.return_value is None
    assert not folder.exists()


async def test_the_first_start_is_chinese_throughout_where_that_is_asked_for(tmp_path: Path) -> None:
    locale.use("zh")
    app = FirstRunApp(tmp_path / "huoke")
    async with app.run_test(size=(80, 24)):
        choices = [str(option.prompt) for option in app.screen.query_one(OptionList).options]
    english = ("Look at a sample company", "Start a company", "Import my tables", "Join a company", "Quit")
    assert len(choices) == len(english)
    assert not [choice for choice, text in zip(choices, english, strict=True) if text in choice]


async def test_keys_typed_at_once_go_to_the_fields_of_the_join_form_they_are_for(tmp_path: Path) -> None:
    app = FirstRunApp(tmp_path / "huoke")
    typed = {"url": "https://office:8787", "code": "7K3M", "ca": "", "passphrase": "correct horse", "again": "correct"}
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.push_screen(JoinForm(app.folder))
        for at, text in enumerate(typed.values()):
            if at:
                app.post_message(events.Key("enter" if at % 2 else "down", None))
            for character in text:
                app.post_message(events.Key(character, character))
        await settle(pilot)
        assert {name: app.screen.query_one(f"#{name}", Input).value for name in typed} == typed


@contextmanager
def untrusted_server(folder: Path) -> Iterator[str]:
    """A server whose certificate nobody knows but its own authority; the address is given."""
    made = make_certificates(folder, ["localhost"], datetime.now(UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_an_untrusted_certificate_leads_to_the_field_for_the_offices_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", Keyring())
    app = FirstRunApp(tmp_path / "huoke")
    with untrusted_server(tmp_path / "tls") as url:
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            app.push_screen(JoinForm(app.folder))
            await settle(pilot)
            assert "where huoke was started" in str(app.screen.query_one(".note-ca", Static).content)
            typed = {"url": url, "code": "0000", "passphrase": "correct horse", "again": "correct horse"}
            for name, text in typed.items():
                app.screen.query_one(f"#{name}", Input).value = text
            await pilot.press("f10")
            await settle(pilot)
            assert "give the office's ca.pem in the field “certificate”" in objection(app)
            assert "--ca" not in objection(app)
            assert app.focused is app.screen.query_one("#ca", Input)
    assert not holds_store(app.folder)


async def test_a_company_is_started_by_the_one_who_sits_here(tmp_path: Path) -> None:
    folder = tmp_path / "huoke"
    app = FirstRunApp(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await settle(pilot)
        await pilot.press("f10")
        await settle(pilot)
        assert objection(app) == "Write the name of the company."
        await pilot.press(*"Acme", "enter", *"Wang", "enter", "f10")
        await settle(pilot)
        assert "cannot be a code" in objection(app)
        assert not holds_store(folder)
        await pilot.press(*"S01", "enter")
        await settle(pilot)
    assert app.return_value == folder
    store = open_store(folder)
    with store.use():
        assert setting_on("company_name", TODAY) == "Acme"
        assert (meta("me"), Salesperson.get().role) == ("S01", "admin")
    store.close()


async def test_the_sample_company_is_made_beside_ones_own_folder(tmp_path: Path) -> None:
    folder = tmp_path / "huoke"
    app = FirstRunApp(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await settle(pilot)
    assert app.return_value == tmp_path / DEMO_FOLDER
    assert not holds_store(folder)
    store = open_store(tmp_path / DEMO_FOLDER)
    with store.use():
        assert Customer.select().count() == 600
    store.close()


async def test_tables_are_imported_and_one_says_who_one_is(tmp_path: Path) -> None:
    files = tmp_path / "tables"
    files.mkdir()
    (files / "salespeople.csv").write_text("code,name,role\nS1,Wang,manager\n", encoding="utf-8")
    (files / "customers.csv").write_text("code,name\nC1,Toys\n", encoding="utf-8")
    folder = tmp_path / "huoke"
    app = FirstRunApp(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", *"nowhere", "enter")
        await settle(pilot)
        assert objection(app) == "There is no file or folder nowhere."
        await pilot.press("ctrl+u", *str(files), "enter")
        await settle(pilot)
        assert isinstance(app.screen, AskText)
        await pilot.press(*"wang", "enter")
        await settle(pilot)
    assert app.return_value == folder
    store = open_store(folder)
    with store.use():
        assert [customer.code for customer in Customer.select()] == ["C1"]
        assert meta("me") == "S1"
    store.close()


async def test_bad_rows_are_listed_and_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("code,name\nC1,\nC2,Toys\n", encoding="utf-8")
    folder = tmp_path / "huoke"
    app = FirstRunApp(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", *str(path), "enter")
        await settle(pilot)
        assert isinstance(app.screen, BadRowsScreen)
        line = app.screen.query_one(PagedTable).render_line(1).text
        assert "customers.csv" in line
        await pilot.press("escape")
        await settle(pilot)
        assert app.focused is app.screen.query_one(OptionList)
    assert not holds_store(folder)


def test_a_folder_with_a_company_is_opened_without_a_question(tmp_path: Path) -> None:
    open_store(tmp_path, create=True).close()
    assert choose_beginning(tmp_path) == tmp_path


async def test_a_companys_server_is_joined_and_asked_for_what_this_laptop_may_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUOKE_TODAY")
    # No test may put a key into the keyring of who runs it.
    monkeypatch.setattr(keyring.core, "_keyring_backend", Keyring())
    folder = tmp_path / "huoke"
    with fresh_server(tmp_path / "office") as server:
        app = FirstRunApp(folder)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("4")
            await settle(pilot)
            await pilot.press("f10")
            await settle(pilot)
            assert objection(app).startswith("A passphrase has at least 8 characters")
            typed = {"url": server.url, "code": "0000", "passphrase": "correct horse", "again": "correct horse"}
            for name, text in typed.items():
                app.screen.query_one(f"#{name}", Input).value = text
            await pilot.press("f10")
            await settle(pilot)
            assert "Ask the office for a new one" in objection(app)
            assert not holds_store(folder)
            app.screen.query_one("#code", Input).value = server.code
            await pilot.press("f10")
            await settle(pilot)
    assert app.return_value == folder
    store = open_store(folder)
    with store.use():
        assert meta("server") == server.url
        assert meta("last_exchange")
        assert Salesperson.get().code == meta("me")
    store.close()
