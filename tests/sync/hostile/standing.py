"""A server of its own process, a laptop that it knows, and its store as seen from beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from model.changes.customers import AddCustomer
from model.ids import new_id
from model.store import Store, execute, rows
from sync.protocol import Answer, ChangeSent, SyncRequest
from sync.server.checking import faults
from sync.server.storage import open_office
from tests.sync.hostile.intruders import KEPT_TABLES, sent
from tests.sync.offices import FIRST_DAY
from tests.sync.server_process import Device, Server, fresh_server

SECRET = "王芳的秘密"
# None of a defect.
ANSWERS = {200, 307, 400, 401, 403, 404, 405, 408, 413, 426, 429, 507}


@dataclass
class Standing:
    """A server, a laptop that is known to it, and its store as seen from beside it."""

    server: Server
    laptop: Device
    store: Store

    def kept(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every business row, the log of changes, the devices' pasts."""
        with self.store.use():
            found = {name: sorted(rows(f"SELECT * FROM {name}"), key=repr) for name in (*KEPT_TABLES, "change")}
            found["device"] = rows("SELECT code, last_number, chain FROM device ORDER BY code")
            # However many requests a test makes, it is not what is looked at here.
            execute("DELETE FROM rate")
        return found

    def answer(self) -> Answer:
        """What the server says of a laptop that asks for nothing."""
        answer, *_rest = self.laptop.exchange(pull=False)
        assert isinstance(answer, Answer)
        return answer

    def request(self, *changes: ChangeSent, **other: Any) -> SyncRequest:
        """A request that would be right."""
        known = self.answer()
        return self.laptop.request(
            *changes, **{"first": known.acknowledged + 1, "chain": known.chain, "pull": False, **other}
        )


@contextmanager
def standing_server(folder: Path) -> Iterator[Standing]:
    """A server in a folder; in the end its store is sound and its log holds one line a request and no secret."""
    with fresh_server(folder, "--company", "测试公司") as server:
        found = Standing(server, server.device(), open_office(f"sqlite:///{folder}"))
        found.laptop.exchange(sent(a_customer("FIRST")))
        yield found
        with found.store.use():
            assert list(faults(date.today())) == []
        assert server.end() == 0
        assert {line["status"] for line in server.log} <= ANSWERS
        assert SECRET not in server.log_text
        found.store.close()


def a_customer(code: str) -> AddCustomer:
    return AddCustomer(id=new_id(), code=code, date=FIRST_DAY, card={"name": f"{code} {SECRET}"})
