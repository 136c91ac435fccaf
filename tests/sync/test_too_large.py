"""What is too much for the office at once goes up in smaller requests: over real sockets, with limits made small."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

import sync.server.app
import sync.server.bodies
from model.changes.customers import LogContact
from model.changes.recording import record
from model.ids import new_id
from model.store import Store, meta, one
from sync.errors import RequestCut, RequestTooLarge, Revoked
from sync.server.accounts import revoke
from sync.server.quarantine import all_put_aside
from tests.sync.offices import Company
from tests.sync.over_sockets import exchanged, joined, keep_keys_in_files, office_of
from tests.sync.server_process import listening

SMALL_BYTES = 900
CONTACTS = 20
# A note as long as one may be.
LONG_NOTE_BYTES = 999


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_keys_in_files(monkeypatch)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    company = Company(tmp_path)
    company.person("M", "manager")
    company.person("A")
    company.customer("C1", "A")
    yield company
    company.store.close()


class Proxy:
    """What stands before many a server: it takes no large body, and says so in a page of its own."""

    def __init__(self, office: ASGIApp) -> None:
        self._office = office

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = int(dict(scope.get("headers", [])).get(b"content-length", b"0"))
        if length > SMALL_BYTES:
            await HTMLResponse("<h1>413 Request Entity Too Large</h1>", 413)(scope, receive, send)
        else:
            await self._office(scope, receive, send)


def log_contacts(company: Company, store: Store, count: int, note_bytes: int = 60) -> None:
    """So many changes that no compression makes small."""
    with store.use(), store.writing():
        for _contact in range(count):
            record(
                LogContact(
                    id=new_id(), customer=company.customers["C1"], date=company.day, person=company.people["A"],
                    note=secrets.token_hex(note_bytes),
                ),
                person=company.people["A"], on=company.day,
            )  # fmt: skip


def contacts_of(store: Store) -> int:
    with store.use():
        found = one("SELECT COUNT(*) FROM contact_log")
    return found[0] if found else 0


def limit_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync.server.app, "MOST_COMPRESSED_BYTES", SMALL_BYTES)


def limit_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync.server.bodies, "MOST_BODY_BYTES", SMALL_BYTES)


@pytest.mark.parametrize("limit", [limit_packed, limit_unpacked])
def test_a_batch_too_large_for_the_office_goes_up_in_smaller_ones(
    company: Company, monkeypatch: pytest.MonkeyPatch, limit: Callable[[pytest.MonkeyPatch], None]
) -> None:
    with listening(office_of(company)) as url:
        laptop = joined(company, url)
        log_contacts(company, laptop, CONTACTS)
        limit(monkeypatch)
        done = exchanged(company, laptop, url)
    assert (done.pushed, done.refused) == (CONTACTS, 0)
    assert contacts_of(company.store) == contacts_of(laptop) == CONTACTS


def test_a_proxy_that_did_not_wait_for_the_request_is_the_lines_fault(company: Company) -> None:
    """It says so in words of its own."""
    with listening(office_of(company)) as url:
        laptop = joined(company, url)
    log_contacts(company, laptop, 1)
    with listening(HTMLResponse("<h1>408 Request Time-out</h1>", 408)) as url, pytest.raises(RequestCut, match="sync"):
        exchanged(company, laptop, url)


def test_the_limit_of_a_proxy_is_kept_to_as_well(company: Company) -> None:
    with listening(Proxy(office_of(company))) as url:
        laptop = joined(company, url)
        log_contacts(company, laptop, CONTACTS)
        assert exchanged(company, laptop, url).pushed == CONTACTS
    assert contacts_of(company.store) == CONTACTS


def test_one_change_alone_too_large_is_told_and_stays(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(office_of(company)) as url:
        laptop = joined(company, url)
        log_contacts(company, laptop, 2)
        log_contacts(company, laptop, 1, LONG_NOTE_BYTES)
        log_contacts(company, laptop, 1)
        limit_packed(monkeypatch)
        with pytest.raises(RequestTooLarge, match=r"Change 3 .*contact\.log.* alone"):
            exchanged(company, laptop, url)
        monkeypatch.undo()
        exchanged(company, laptop, url)
    assert contacts_of(company.store) == contacts_of(laptop) == 4
    with laptop.use():
        assert meta("acknowledged") == "4"


def test_a_laptop_that_was_shut_out_hands_over_in_smaller_requests_too(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(office_of(company)) as url:
        laptop = joined(company, url)
        log_contacts(company, laptop, CONTACTS)
        with laptop.use():
            device = meta("device")
        with company.store.use():
            revoke(device, company.office.record_here)
        limit_packed(monkeypatch)
        with pytest.raises(Revoked):
            exchanged(company, laptop, url)
    with company.store.use():
        assert len(all_put_aside()) == CONTACTS
    assert not list((company.folder / "laptop").glob("store*.db"))
