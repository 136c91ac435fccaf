"""What was put aside is listed and judged on the server's own machine."""

from __future__ import annotations

from pathlib import Path

import keyring
import pytest
from keyring.backends.null import Keyring as NoKeyring

from sync.errors import Revoked
from sync.protocol import ChangeSent
from sync.server.storage import open_office
from tests.sync.offices import Company, Laptop
from tests.tui.cli.conftest import Run

KEYS = ["place", "received_at", "device", "person", "number", "kind", "reason", "status"]


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop that destroys itself must not look into the keyring of who runs this."""
    monkeypatch.setattr(keyring.core, "_keyring_backend", NoKeyring())


@pytest.fixture
def office(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A company whose laptop was shut out with an order and a payment unsent; the order is larger than the limit."""
    company = Company(tmp_path)
    monkeypatch.setenv("HUOKE_TODAY", company.day.isoformat())
    monkeypatch.setenv("HUOKE_DATABASE", f"sqlite:///{tmp_path / 'office'}")
    company.person("A")
    company.product("P1")
    company.customer("C1", "A", limit=100)
    laptop: Laptop = company.laptop("A")
    laptop.sync()
    laptop.sell("C1", "P1", 2)
    laptop.receive("C1", 50)
    assert run("server", "revoke", laptop.device).status == 0
    with pytest.raises(Revoked):
        laptop.sync()
    company.store.close()
    return run


def put_aside_for_good(folder: Path) -> None:
    """A change that no Huoke of this version can read."""
    from sync.protocol import PROTOCOL, Position, SyncRequest
    from sync.server.exchange import Office

    store = open_office(f"sqlite:///{folder / 'office'}")
    request = SyncRequest(
        protocol=PROTOCOL, schema=1, device="B", epoch=b"", view="", position=Position(), cursor=0, clock=0, chain=b"",
        first=9, changes=[ChangeSent(b"\x07" * 16, "order.unheard_of", b"\xc0", 0)], returned=[], unsent=1, pull=False,
        reads=1,
    )  # fmt: skip
    with pytest.raises(Revoked):
        list(Office(store).exchange("B", request))
    store.close()


def test_what_was_put_aside_is_listed_as_a_table_and_for_programs(office: Run) -> None:
    found = office("server", "quarantine", "list", "--format", "json").rows
    assert [list(row) for row in found] == [KEYS, KEYS]
    assert [(row["place"], row["device"], row["person"], row["number"], row["kind"]) for row in found] == [
        (1, "B", "A", 1, "order.record"), (2, "B", "A", 2, "receipt.record"),
    ]  # fmt: skip
    assert {(row["reason"], row["status"]) for row in found} == {("revoked device", "quarantined")}
    assert office("server", "quarantine", "list", "--format", "csv").out.splitlines()[0] == ",".join(KEYS)
    table = office("server", "quarantine", "list").out
    assert "order.record" in table
    assert "set aside" in table


def test_one_is_judged_and_one_sentence_says_how(office: Run) -> None:
    judged = office("server", "quarantine", "judge", 1)
    assert judged.status == 0
    assert judged.is_one_sentence("order.record of B was judged now: held", "is held")
    again = office("server", "quarantine", "judge", 1)
    assert again.status == 1
    assert again.is_one_sentence("judged since")
    assert [row["status"] for row in office("server", "quarantine", "list", "--format", "json").rows] == [
        "held", "quarantined",
    ]  # fmt: skip
    [row] = office("server", "quarantine", "judge", 2, "--format", "json").rows
    assert (row["place"], row["status"]) == (2, "done")
    assert office("server", "check").status == 0


def test_all_are_judged_and_what_cannot_be_stays_with_status_1(office: Run, tmp_path: Path) -> None:
    put_aside_for_good(tmp_path)
    judged = office("server", "quarantine", "judge", "--all")
    assert judged.status == 1
    assert "still cannot be judged" in judged.err
    assert judged.err.splitlines()[-1] == "Judged now: 2 changes; 1 stay put aside."
    statuses = [row["status"] for row in office("server", "quarantine", "list", "--format", "json").rows]
    assert statuses == ["held", "done", "quarantined"]


def test_all_of_nothing_is_nothing(run: Run) -> None:
    assert run("server", "company", "Test").status == 0
    assert run("server", "quarantine", "list", "--format", "json").rows == []
    assert run("server", "quarantine", "judge", "--all").is_one_sentence("0 changes")


@pytest.mark.parametrize(
    "words", [("judge",), ("judge", "1", "--all"), ("judge", "one"), ("judge", "-1"), ("judge", "77")]
)
def test_what_names_no_change_is_wrong_use(office: Run, words: tuple[str, ...]) -> None:
    assert office("server", "quarantine", *words).status == 2


def test_a_database_that_was_never_begun_says_how_to(run: Run) -> None:
    assert run("server", "quarantine", "list").is_one_sentence("huoke serve")
