"""What is left in the folder of a laptop that was shut out says so to whoever opens Huoke there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import keyring
import pytest
from keyring.backends.null import Keyring as NoKeyring

from model.store import open_store
from sync.errors import Revoked
from sync.server.accounts import revoke
from sync.shut_out import CA_FILE, SHUT_OUT_FILE, ShutOut, forget_shut_out, note_shut_out, told_of_shut_out
from tests.sync.offices import FIRST_DAY, Company

NOTE = ShutOut("Test Trading", "https://office:8787", date(2026, 11, 23), 2)


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop that destroys itself must not look into the keyring of who runs this."""
    monkeypatch.setattr(keyring.core, "_keyring_backend", NoKeyring())


def test_a_laptop_that_is_shut_out_says_how_many_changes_it_gave_and_leaves_a_note(empty_company: Company) -> None:
    company = empty_company
    company.person("A")
    company.product("P1")
    company.customer("C1", "A", limit=1000)
    laptop = company.laptop("A")
    laptop.sync()
    laptop.sell("C1", "P1", 1)
    laptop.sell("C1", "P1", 2)
    folder = laptop.store.folder
    with company.store.use():
        revoke(laptop.device, company.office.record_here)
    with pytest.raises(Revoked, match=r"revoked this device\. Unsent changes that were handed over: 2"):
        laptop.sync()
    told = told_of_shut_out(folder)
    assert told is not None
    assert str(told) == (
        f"This laptop was shut out by Test Trading on {FIRST_DAY}; unsent changes that were handed over: 2. To use it"
        f" again ask for a code: huoke join https://office.invalid CODE --store {folder}"
    )
    written = (folder / SHUT_OUT_FILE).read_text()
    assert "C1" not in written
    assert {path.suffix for path in folder.iterdir()} == {".json", ".lock"}


def test_the_note_names_the_certificate_that_the_laptop_pinned(tmp_path: Path) -> None:
    note_shut_out(tmp_path, NOTE)
    (tmp_path / CA_FILE).write_text("a certificate")
    assert f"CODE --ca {tmp_path / CA_FILE} --store {tmp_path}" in str(told_of_shut_out(tmp_path))


def test_a_folder_without_a_note_or_with_a_store_again_is_not_shut_out(tmp_path: Path) -> None:
    assert told_of_shut_out(tmp_path) is None
    (tmp_path / SHUT_OUT_FILE).write_text("something else")
    assert told_of_shut_out(tmp_path) is None
    note_shut_out(tmp_path, NOTE)
    assert told_of_shut_out(tmp_path) is not None
    open_store(tmp_path, create=True).close()
    assert told_of_shut_out(tmp_path) is None
    forget_shut_out(tmp_path)
    assert not (tmp_path / SHUT_OUT_FILE).exists()
