"""A request of which only a part comes to the office: nothing of it is done, and the laptop sends it again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import sync.server.bodies
from model.changes.customers import LogContact
from model.changes.recording import record
from model.errors import UnreachableError
from model.ids import new_id
from model.store import Store, rows
from sync.client import exchange_patiently
from sync.errors import RequestCut
from tests.sync.offices import Company
from tests.sync.over_sockets import exchanged, joined, keep_keys_in_files, line_to, office_of
from tests.sync.server_process import listening

SHORT_SECONDS = 0.05


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_keys_in_files(monkeypatch)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    company = Company(tmp_path)
    company.person("A")
    company.customer("C1", "A")
    yield company
    company.store.close()


class BadLine:
    """A line that brings only the first half of so many requests."""

    def __init__(self, office: ASGIApp) -> None:
        self._office = office
        self.left_to_cut = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/v1/sync" or not self.left_to_cut:
            await self._office(scope, receive, send)
            return
        self.left_to_cut -= 1
        came = False

        async def half() -> Message:
            nonlocal came
            message = await receive()
            while came and message["type"] != "http.disconnect":
                # The rest is on its way until the office has waited long enough.
                message = await receive()
            came = True
            if message["type"] == "http.request":
                message = {**message, "body": message["body"][: len(message["body"]) // 2], "more_body": True}
            return message

        await self._office(scope, half, send)


def log_contact(company: Company, store: Store) -> bytes:
    id_ = new_id()
    with store.use(), store.writing():
        record(
            LogContact(
                id=id_, customer=company.customers["C1"], date=company.day, person=company.people["A"], note="called"
            ),
            person=company.people["A"], on=company.day,
        )  # fmt: skip
    return id_


def at_office(company: Company) -> list[bytes]:
    with company.store.use():
        return [id_ for (id_,) in rows("SELECT id FROM contact_log")]


def test_it_is_sent_again_by_itself(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, waited = BadLine(office_of(company)), list[float]()
    with listening(bad) as url:
        laptop = joined(company, url)
        contact = log_contact(company, laptop)
        monkeypatch.setattr(sync.server.bodies, "LONGEST_BODY_SECONDS", SHORT_SECONDS)
        bad.left_to_cut = 2
        with line_to(laptop, url) as line:
            done = exchange_patiently(laptop, line, tries=3, wait=waited.append)
    assert (done.pushed, len(waited)) == (1, 2)
    assert at_office(company) == [contact]


def test_where_it_never_comes_whole_the_line_is_told_of_and_nothing_is_done_or_lost(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = BadLine(office_of(company))
    with listening(bad) as url:
        laptop = joined(company, url)
        contact = log_contact(company, laptop)
        monkeypatch.setattr(sync.server.bodies, "LONGEST_BODY_SECONDS", SHORT_SECONDS)
        bad.left_to_cut = 2
        with line_to(laptop, url) as line, pytest.raises(RequestCut, match="cut short") as told:
            exchange_patiently(laptop, line, tries=2, wait=lambda _seconds: None)
        # So that a laptop takes it for what it is: an office that it did not reach.
        assert isinstance(told.value, UnreachableError)
        assert (at_office(company), bad.left_to_cut) == ([], 0)
        assert exchanged(company, laptop, url).pushed == 1
    assert at_office(company) == [contact]
