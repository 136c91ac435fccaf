"""The command line encrypts a store under a PIN, asks for it, and takes it away again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from model.store import meta, open_store, present_database, set_meta
from model.vault import is_sealed, key_behind
from sync.credentials import keep_key, make_key, read_key
from tests.tui.cli.conftest import Run

pytest.importorskip("sqlcipher3", reason="encryption needs the extra “encrypted”")

PIN = "202688"


@pytest.fixture(autouse=True)
def no_pin_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUOKE_PIN", raising=False)
    monkeypatch.delenv("HUOKE_NEW_PIN", raising=False)


def test_the_command_line_sets_changes_and_removes_the_pin(
    company: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = company("salesperson", "list", "--format", "json").rows
    monkeypatch.setenv("HUOKE_NEW_PIN", PIN)
    assert company("pin", "set").status == 0
    assert is_sealed(present_database(folder))
    assert company("pin", "set").is_one_sentence("already")
    assert company("salesperson", "list").is_one_sentence("HUOKE_PIN")

    monkeypatch.setenv("HUOKE_PIN", "123456")
    assert company("salesperson", "list").is_one_sentence("not the PIN")
    monkeypatch.setenv("HUOKE_PIN", PIN)
    assert company("salesperson", "list", "--format", "json").rows == before
    assert company("customer", "terms", "C1", "--days", "45", "--limit", "1000", "--from", "2026-02-01").status == 0
    assert company("order", "add", "--customer", "C1", "--line", "P1:1").status == 0
    assert company("undo").status == 0

    monkeypatch.setenv("HUOKE_NEW_PIN", "another pin")
    assert company("pin", "change").status == 0
    assert company("salesperson", "list").is_one_sentence("not the PIN")
    monkeypatch.setenv("HUOKE_PIN", "another pin")
    assert company("pin", "remove").status == 0
    monkeypatch.delenv("HUOKE_PIN")
    assert company("salesperson", "list", "--format", "json").rows == before
    assert company("pin", "remove").is_one_sentence("no PIN")
    assert company("pin", "change").is_one_sentence("no PIN")


def test_the_command_line_backs_an_encrypted_store_up_and_puts_it_back(
    company: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "copy.db"
    monkeypatch.setenv("HUOKE_NEW_PIN", PIN)
    assert company("pin", "set").status == 0
    monkeypatch.setenv("HUOKE_PIN", PIN)
    assert company("backup", target).status == 0
    assert is_sealed(target)
    assert company("restore", target).status == 0
    assert company("check").status == 0
    monkeypatch.setenv("HUOKE_PIN", "wrong one")
    assert company("restore", target).is_one_sentence("not the PIN of copy.db")


def test_a_short_pin_is_not_taken(company: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUOKE_NEW_PIN", "12345")
    assert company("pin", "set").is_one_sentence("at least 6")
    assert not is_sealed(present_database(folder))


@pytest.fixture
def no_ring() -> Iterator[None]:
    former = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    yield
    keyring.set_keyring(former)


@pytest.mark.usefixtures("no_ring")
def test_the_pin_of_a_laptop_takes_the_place_of_its_passphrase_and_gives_it_back(
    company: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed, words, pin = make_key(), "correct horse", {"HUOKE_PIN": PIN, "HUOKE_NEW_PIN": PIN}
    store = open_store(folder)
    with store.use():
        id_, device = meta("company"), meta("device")
        set_meta("server", "https://office.example")
    store.close()
    keep_key(folder, id_, device, seed, passphrase=lambda: words)
    for name, value in pin.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HUOKE_PASSPHRASE", "not the words")
    assert company("pin", "set").is_one_sentence("passphrase")
    assert not is_sealed(present_database(folder))

    monkeypatch.setenv("HUOKE_PASSPHRASE", words)
    assert company("pin", "set").status == 0
    key = key_behind(present_database(folder), PIN)
    assert read_key(folder, id_, device, passphrase=lambda: "", store_key=key) == seed

    assert company("pin", "remove").status == 0
    assert read_key(folder, id_, device, passphrase=lambda: words) == seed
