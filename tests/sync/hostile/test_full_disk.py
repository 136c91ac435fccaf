"""A server whose disk takes no more: it says so, does nothing by halves, and goes on when there is room again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from model.store import DATABASE_FILE
from sync.protocol import Answer
from sync.server.storage import open_office
from tests.sync.hostile.intruders import sent
from tests.sync.hostile.standing import Standing, a_customer, standing_server

if sys.platform != "linux":
    pytest.skip("only Linux limits the files of a running process", allow_module_level=True)

import resource

ROOM_BYTES = 4_096


@contextmanager
def full(standing: Standing) -> Iterator[None]:
    """The server may let no file grow by more than a page: what it had room for before is all there is."""
    folder = Path(standing.store.folder)
    largest = max(path.stat().st_size for path in folder.glob(f"{DATABASE_FILE}*"))
    process, (_soft, hard) = standing.server.process.pid, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (largest + ROOM_BYTES, hard))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (hard, hard))


@pytest.fixture
def standing(tmp_path: Path) -> Iterator[Standing]:
    with standing_server(tmp_path) as found:
        yield found


def test_a_full_disk_is_told_and_loses_nothing(standing: Standing) -> None:
    laptop, known = standing.laptop, standing.answer()
    assert isinstance(known, Answer)
    changes = [sent(a_customer(f"FULL{place}")) for place in range(200)]
    body = laptop.packed(*changes, first=known.acknowledged + 1, chain=known.chain, pull=False)
    before = standing.kept()
    with full(standing):
        for _attempt in range(3):
            answer = laptop.send(body)
            assert (answer.status_code, answer.json()["error"]) == (507, "full"), answer.text
            assert int(answer.headers["retry-after"]) > 0
        assert standing.server.client.get("/v1/time").status_code == 200
    assert standing.kept() == before
    # The laptop has kept them all; when there is room again the same request is done, and once.
    [again] = laptop.exchange(*changes, first=known.acknowledged + 1, chain=known.chain, pull=False)
    assert isinstance(again, Answer)
    assert again.acknowledged == known.acknowledged + len(changes)
    assert {result.status for result in again.results} == {"done"}
    assert len(standing.kept()["customer"]) == len(before["customer"]) + len(changes)
    # Beside it nothing was left that another server, begun on the same folder, would stumble over.
    other = open_office(f"sqlite:///{standing.store.folder}")
    other.close()


def test_a_new_laptop_is_told_of_a_full_disk(standing: Standing) -> None:
    with full(standing):
        told = {standing.laptop.send(b"", method="GET", path="/v1/snapshot/view").status_code for _ in range(30)}
    assert told <= {200, 507}
    assert standing.laptop.send(b"", method="GET", path="/v1/snapshot/view").status_code == 200
