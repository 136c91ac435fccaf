"""The lock screen asks for the PIN before anything of an encrypted store is opened."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from model.errors import StoreError
from model.pin import set_pin
from model.store import open_store, set_meta
from model.vault import WRONG_BEFORE_WAITING, WrongPin
from tui import locale
from tui.lock.screen import LockApp, open_at_the_lock
from tui.session import StoreWatch

pytest.importorskip("sqlcipher3", reason="encryption needs the extra “encrypted”")

PIN = "202688"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("HUOKE_PIN", raising=False)
    locale.use("en")
    yield
    locale.use("en")


@pytest.fixture(scope="session")
def locked_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locked") / "store"
    open_store(folder, create=True).close()
    set_pin(folder, PIN)
    return folder


@pytest.fixture
def locked(tmp_path: Path, locked_once: Path) -> Path:
    shutil.copytree(locked_once, tmp_path / "store")
    return tmp_path / "store"


async def type_pin(pilot: Pilot[bytes], pin: str) -> None:
    await pilot.press(*pin, "enter")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def objection(app: LockApp) -> str:
    return str(app.screen.query_one(".objection", Static).content)


async def test_the_right_pin_gives_the_key_that_opens_the_store(locked: Path) -> None:
    app = LockApp(locked)
    async with app.run_test(size=(80, 24)) as pilot:
        await type_pin(pilot, PIN)
    assert app.return_value is not None
    open_store(locked, key=app.return_value).close()


async def test_a_wrong_pin_is_told_and_asked_again_without_being_shown(locked: Path) -> None:
    app = LockApp(locked)
    async with app.run_test(size=(80, 24)) as pilot:
        await type_pin(pilot, "123456")
        field = app.screen.query_one(Input)
        assert objection(app) == "That is not the PIN."
        assert (field.value, field.password, field.has_focus) == ("", True, True)
        for _try in range(WRONG_BEFORE_WAITING - 1):
            await type_pin(pilot, "123456")
        assert "try again in" in objection(app)
        await type_pin(pilot, PIN)
        assert "Too many wrong PINs" in objection(app)
        assert app.return_value is None


async def test_one_leaves_at_the_lock(locked: Path) -> None:
    app = LockApp(locked)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "escape")
        await pilot.pause()
    assert app.return_value is None


def test_the_environment_opens_the_lock_for_scripts(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUOKE_PIN", PIN)
    assert open_at_the_lock(locked) is not None
    monkeypatch.setenv("HUOKE_PIN", "wrong one")
    with pytest.raises(WrongPin):
        open_at_the_lock(locked)


def test_a_plain_store_has_no_lock(tmp_path: Path) -> None:
    open_store(tmp_path / "plain", create=True).close()
    assert open_at_the_lock(tmp_path / "plain") is not None
    with pytest.raises(StoreError):
        open_at_the_lock(tmp_path / "none")


def test_an_open_app_sees_what_others_write_to_an_encrypted_store(
    locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUOKE_PIN", PIN)
    store = open_at_the_lock(locked)
    assert store is not None
    watch = StoreWatch(store)
    assert not watch.changed()
    with store.use(), store.writing():
        set_meta("me", "LI")
    assert watch.changed()
    assert not watch.changed()
    watch.close()
