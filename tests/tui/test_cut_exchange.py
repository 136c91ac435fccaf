"""An exchange that breaks off on the line is tried again by itself, on the screen as on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import sync.client
from sync.errors import RequestCut
from tests.sync.offices import FIRST_DAY, Company, Laptop, Wire
from tests.tui.exchange_desk import company_of_two, foot, head, laptop_app, outbox, settled, synced
from tests.tui.waiting import until
from tui import locale

# Longer than any test waits.
LONG_SECONDS = 3_600.0


class BadWire(Wire):
    """A line on which so many requests break off."""

    left_to_cut = 0

    def exchange(self, request: bytes) -> Iterator[bytes]:
        if self.left_to_cut:
            self.left_to_cut -= 1
            raise RequestCut("The request was cut short: nothing of it was done.")
        return super().exchange(request)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HUOKE_TODAY", FIRST_DAY.isoformat())
    monkeypatch.setattr(RequestCut, "retry_after_seconds", 0)
    locale.use("en")
    yield
    locale.use("en")


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    company = Company(tmp_path)
    company_of_two(company)
    laptop = company.laptop("A")
    laptop.sync()
    laptop.wire = BadWire(company.office, laptop.device)
    laptop.sell("C1", "P1", 2)
    return laptop


async def test_what_breaks_off_is_sent_again_by_the_same_key(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync.client, "FIRST_PAUSE_SECONDS", 0.0)
    laptop.wire.left_to_cut = 2
    with laptop_app(laptop) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await synced(pilot)
            assert "sent 1, confirmed 1" in foot(pilot)
            assert (outbox(pilot), laptop.wire.left_to_cut) == ([], 0)


async def test_where_it_breaks_off_each_time_that_is_said(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync.client, "FIRST_PAUSE_SECONDS", 0.0)
    laptop.wire.left_to_cut = sync.client.EXCHANGE_TRIES
    with laptop_app(laptop) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await synced(pilot)
            assert "was cut short" in head(pilot)
            assert (len(outbox(pilot)), laptop.wire.left_to_cut) == (1, 0)


async def test_the_pause_before_the_next_try_is_told_and_can_be_stopped(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync.client, "FIRST_PAUSE_SECONDS", LONG_SECONDS)
    laptop.wire.left_to_cut = 1
    with laptop_app(laptop) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await pilot.press("R")
            await until(pilot, lambda: "trying again" in head(pilot))
            await pilot.press("c")
            await until(pilot, lambda: not app.is_exchanging)
            assert "was stopped" in head(pilot)
            assert len(outbox(pilot)) == 1
