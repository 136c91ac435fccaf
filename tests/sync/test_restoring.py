"""An office is put back from a copy: it says what laptops cannot send again by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends.null import Keyring as NoKeyring

from sync.errors import Revoked
from sync.server.accounts import revoke
from sync.server.backups import back_up_office, restore_office
from tests.sync.offices import Company, Laptop


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop that destroys itself must not look into the keyring of who runs this."""
    monkeypatch.setattr(keyring.core, "_keyring_backend", NoKeyring())


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The office's database."""
    on_postgresql = request.param == "postgresql"
    return str(request.getfixturevalue("postgresql_url")) if on_postgresql else f"sqlite:///{tmp_path / 'office'}"


@pytest.fixture
def company(url: str, tmp_path: Path) -> Iterator[Company]:
    company = Company(tmp_path, url)
    company.person("A")
    company.person("B")
    company.product("P1")
    company.customer("C1", "A", limit=1000)
    yield company
    company.store.close()


def back_up(company: Company, path: Path) -> Path:
    with company.store.use():
        back_up_office(company.store, path, overwrite=True)
    return path


def shut_out(laptop: Laptop) -> None:
    with laptop.company.store.use():
        revoke(laptop.device, laptop.company.office.record_here)
    with pytest.raises(Revoked):
        laptop.sync()


def test_laptops_that_joined_after_the_copy_are_named_with_their_persons(
    company: Company, url: str, tmp_path: Path
) -> None:
    known = company.laptop("A")
    copy = back_up(company, tmp_path / "copy")
    company.laptop("B", "late")
    gone = company.laptop("B", "gone")
    shut_out(gone)
    company.store.close()
    done = restore_office(url, copy)
    assert (known.device, done.unknown, done.lost, done.to_judge) == ("B", (("C", "B"),), 0, 0)


def test_what_a_wiped_laptop_did_after_the_copy_is_counted_judged_or_not(
    company: Company, url: str, tmp_path: Path
) -> None:
    a, b = company.laptop("A"), company.laptop("B")
    for laptop in (a, b):
        laptop.sync()
    a.sell("C1", "P1", 1)
    a.sync()
    copy = back_up(company, tmp_path / "copy")
    a.sell("C1", "P1", 1)
    a.sync()
    a.sell("C1", "P1", 1)
    a.sell("C1", "P1", 1)
    shut_out(a)
    with company.store.use():
        company.office.judge_put_aside(1)
    company.store.close()
    done = restore_office(url, copy)
    assert (done.lost, done.to_judge) == (3, 0)


def test_what_was_judged_after_the_copy_is_to_be_judged_again(company: Company, url: str, tmp_path: Path) -> None:
    a = company.laptop("A")
    a.sync()
    a.sell("C1", "P1", 1)
    a.sell("C1", "P1", 1)
    shut_out(a)
    copy = back_up(company, tmp_path / "copy")
    with company.store.use():
        company.office.judge_put_aside(1)
    company.store.close()
    done = restore_office(url, copy)
    assert (done.lost, done.to_judge, done.unknown) == (0, 1, ())


def test_a_first_office_put_back_lacks_nothing(company: Company, tmp_path: Path) -> None:
    copy = back_up(company, tmp_path / "copy")
    done = restore_office(f"sqlite:///{tmp_path / 'fresh'}", copy)
    assert (done.kept_aside, done.unknown, done.lost, done.to_judge) == (None, (), 0, 0)
