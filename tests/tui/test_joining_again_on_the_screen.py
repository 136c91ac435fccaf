"""A laptop whose key is lost joins again on the screen, and what it had not sent reaches the office."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import keyring
import pytest
from keyring.backends.null import Keyring
from textual.widgets import Input

from model.changes.customers import AddCustomer
from model.changes.recording import record
from model.ids import new_id
from model.laptop import unsent_count
from model.people import salesperson_by_code
from model.store import meta, rows
from sync.client import exchange, join, line_of
from sync.credentials import DEVICE_KEY_FILE
from sync.server.accounts import enrolment_code
from sync.server.storage import open_office
from tests.sync.server_process import fresh_server
from tests.tui.exchange_desk import settled
from tests.tui.waiting import until
from tui.app import HuokeApp
from tui.exchange.join_again import JoinAgainForm

WORDS = "correct horse"


async def test_a_lost_key_opens_the_form_that_joins_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUOKE_TODAY", raising=False)
    # No test may put a key into the keyring of who runs it.
    monkeypatch.setattr(keyring.core, "_keyring_backend", Keyring())
    today = datetime.now(UTC).date()
    with fresh_server(tmp_path / "office") as server:
        store = join(tmp_path / "laptop", server.url, server.code, ca=None, passphrase=lambda: WORDS)
        with store.use():
            line = line_of(store, passphrase=lambda: WORDS)
        exchange(store, line)
        line.close()
        with store.use():
            person = salesperson_by_code(meta("me"))
            record(
                AddCustomer(id=new_id(), code="UNSENT", date=today, card={"name": "Unsent"}), person=person.id, on=today
            )
            former = meta("device")
        (tmp_path / "laptop" / DEVICE_KEY_FILE).unlink()
        office = open_office(f"sqlite:///{tmp_path / 'office'}")
        with office.use():
            code = enrolment_code(person.code, datetime.now(UTC))
        app = HuokeApp(store, first_mode="sync")
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await pilot.press("R")
            await until(pilot, lambda: isinstance(app.screen, JoinAgainForm) and bool(app.screen.query("#url")))
            form = app.screen
            assert form.query_one("#url", Input).value == server.url
            for name, text in {"code": code, "passphrase": WORDS, "again": WORDS}.items():
                form.query_one(f"#{name}", Input).value = text
            await pilot.press("f10")
            await until(pilot, lambda: not isinstance(app.screen, JoinAgainForm))
            await settled(pilot)
        with store.use():
            assert unsent_count() == 0
            assert meta("device") == former
        with office.use():
            assert rows("SELECT code FROM customer") == [("UNSENT",)]
        office.close()
