"""Requests that no laptop makes, to a real server: each has its answer, and none does half of anything."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import zstandard

from model.changes.company import AddProduct, AddSalesperson
from model.changes.kind import Args, canonical
from model.ids import new_id
from model.store import rows
from sync.credentials import signed_headers
from sync.protocol import MOST_BODY_BYTES, Answer, Position, Returned, SyncRequest, encode_request
from sync.server.accounts import enrolment_code
from tests.sync.hostile.intruders import sent
from tests.sync.hostile.standing import Standing, a_customer, standing_server
from tests.sync.offices import FIRST_DAY
from tests.sync.server_process import now_ms


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_server(tmp_path_factory.mktemp("server")) as found:
        yield found


def fields_of(request: SyncRequest) -> list[Any]:
    """A request as plain values, to be made into one that is none."""
    plain: list[Any] = msgspec.msgpack.decode(encode_request(request))
    return plain


def changed(place: int, value: Any) -> Callable[[SyncRequest], bytes]:
    def change(request: SyncRequest) -> bytes:
        plain = fields_of(request)
        plain[place] = value
        return msgspec.msgpack.encode(plain)

    return change


PLACE = {name: place for place, name in enumerate(SyncRequest.__struct_fields__)}
# What is wrong with a request, and how it becomes so. Each is answered 400.
UNREADABLE: dict[str, Callable[[SyncRequest], bytes]] = {
    "one field more": lambda request: msgspec.msgpack.encode([*fields_of(request), 1]),
    "one field less": lambda request: msgspec.msgpack.encode(fields_of(request)[:-1]),
    "a map instead of a list": lambda request: msgspec.msgpack.encode({"protocol": 1, "owner": "me"}),
    "a list in its place": lambda request: msgspec.msgpack.encode([fields_of(request)]),
    "something after it": lambda request: encode_request(request) + b"\x01",
    "a device that is a number": changed(PLACE["device"], 5),
    "a schema of nothing": changed(PLACE["schema"], 0),
    "a schema far below zero": changed(PLACE["schema"], -(2**62)),
    "a schema beyond the database": changed(PLACE["schema"], 2**63),
    "an epoch of a megabyte": changed(PLACE["epoch"], bytes(1 << 20)),
    "a view with a NUL": changed(PLACE["view"], "a\0b"),
    "a position beyond the database": changed(PLACE["position"], [2**63, "", b""]),
    "a position below zero": changed(PLACE["position"], [-1, "", b""]),
    "a position of a kind with a NUL": changed(PLACE["position"], [1, "\0", b""]),
    "a cursor beyond the database": changed(PLACE["cursor"], 2**64 - 1),
    "a cursor below zero": changed(PLACE["cursor"], -1),
    "a cursor that is a fraction": changed(PLACE["cursor"], 1.5),
    "a chain of a megabyte": changed(PLACE["chain"], bytes(1 << 20)),
    "a first number of nothing": changed(PLACE["first"], 0),
    "a first number beyond the database": changed(PLACE["first"], 2**64 - 1),
    "more unsent than there can be": changed(PLACE["unsent"], 2**63),
    "fewer unsent than none": changed(PLACE["unsent"], -1),
    "changes that are nil": changed(PLACE["changes"], None),
    "a change with an owner": changed(PLACE["changes"], [[new_id(), "customer.add", b"\x80", 0, "owner"]]),
    "a change without an id": changed(PLACE["changes"], [[b"", "customer.add", b"\x80", 0]]),
    "a change whose id is text": changed(PLACE["changes"], [["x" * 16, "customer.add", b"\x80", 0]]),
    "a change of a kind with a NUL": changed(PLACE["changes"], [[new_id(), "customer.add\0", b"\x80", 0]]),
    "a change of a kind of a line": changed(PLACE["changes"], [[new_id(), "a.b\nc", b"\x80", 0]]),
    "a change of no kind": changed(PLACE["changes"], [[new_id(), "", b"\x80", 0]]),
    "a change of too long a kind": changed(PLACE["changes"], [[new_id(), "a" * 41, b"\x80", 0]]),
    "a change whose arguments are text": changed(PLACE["changes"], [[new_id(), "customer.add", "x", 0]]),
    "a change of a time that is text": changed(PLACE["changes"], [[new_id(), "customer.add", b"\x80", "now"]]),
    "a lease of nobody": changed(PLACE["returned"], [[b"", 1]]),
    "a lease below zero": changed(PLACE["returned"], [[bytes(16), -1]]),
    "a lease beyond the database": changed(PLACE["returned"], [[bytes(16), 2**63]]),
    "text that is no UTF-8": lambda request: encode_request(request).replace(b"\xa1B", b"\xa1\xff", 1),
    "nesting without end": lambda request: b"\x9e\x01\x01" + b"\x91" * 100_000,
    "five hundred and one changes": lambda request: msgspec.msgpack.encode(
        [*fields_of(request)[: PLACE["changes"]], [[new_id(), "a.b", b"", 0]] * 501, [], 501, False]
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_request_that_is_none_is_refused_and_nothing_is_done(standing: Standing, case: str) -> None:
    packed = UNREADABLE[case](standing.request(sent(a_customer("NONE"))))
    before = standing.kept()
    answer = standing.laptop.send(zstandard.compress(packed))
    assert (answer.status_code, answer.json()["error"]) == (400, "request"), answer.text
    assert answer.json()["message"].format(**answer.json()["params"])
    assert len(answer.content) < 2_000
    assert standing.kept() == before


def test_numbers_as_large_as_may_be_are_answered(standing: Standing) -> None:
    most = 1 << 53
    request = standing.request(
        sent(a_customer("CLOCK")), cursor=most, unsent=most, clock=2**63, position=Position(most, "order", bytes(256)),
        returned=[Returned(new_id(), most)], pull=True,
    )  # fmt: skip
    strange = msgspec.structs.replace(request.changes[0], recorded_at=2**63)
    answer = standing.laptop.send(
        zstandard.compress(encode_request(msgspec.structs.replace(request, changes=[strange])))
    )
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("level", [1, 19])
def test_a_frame_of_frames_is_unpacked_once_and_a_bomb_not_at_all(standing: Standing, level: int) -> None:
    packed = encode_request(standing.request())
    before = standing.kept()
    assert standing.laptop.send(zstandard.compress(zstandard.compress(packed))).status_code == 400
    bomb = zstandard.compress(bytes(MOST_BODY_BYTES + 1), level)
    assert standing.laptop.send(bomb).status_code == 413
    assert standing.kept() == before


def test_a_batch_cut_anywhere_does_nothing(standing: Standing) -> None:
    packed = encode_request(standing.request(*(sent(a_customer(f"CUT{place}")) for place in range(3))))
    body, before = zstandard.compress(packed), standing.kept()
    for length in range(0, len(packed), max(1, len(packed) // 20)):
        assert standing.laptop.send(zstandard.compress(packed[:length])).status_code == 400
    for length in range(0, len(body), max(1, len(body) // 20)):
        assert standing.laptop.send(body[:length]).status_code == 400
    assert standing.kept() == before


def test_a_line_cut_in_the_middle_of_the_body_does_nothing(standing: Standing) -> None:
    body = zstandard.compress(encode_request(standing.request(sent(a_customer("LINE")))))
    before, server = standing.kept(), standing.server
    headers = signed_headers(standing.laptop.code, standing.laptop.seed, "POST", "/v1/sync", body, now_ms())
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    for length in (0, 1, len(body) // 2, len(body) - 1):
        with socket.create_connection((server.client.base_url.host, server.client.base_url.port or 0)) as cut:
            cut.sendall(f"POST /v1/sync HTTP/1.1\r\nHost: h\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode())
            cut.sendall(body[:length])
    assert standing.kept() == before


def test_the_same_changes_again_are_answered_and_not_done_again(standing: Standing) -> None:
    request = standing.request(sent(a_customer("AGAIN")), pull=False)
    body = zstandard.compress(encode_request(request))
    assert standing.laptop.send(body).status_code == 200
    before = standing.kept()
    # Signed anew, as after an answer that was lost; the same signed request is not even read.
    assert standing.laptop.send(body).status_code == 200
    headers = signed_headers(standing.laptop.code, standing.laptop.seed, "POST", "/v1/sync", body, now_ms())
    assert standing.server.client.post("/v1/sync", content=body, headers=headers).status_code == 200
    answer = standing.server.client.post("/v1/sync", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "nonce")
    assert standing.kept() == before


@pytest.mark.parametrize("what", ["a change under a known number", "a chain before it", "nothing before the first"])
def test_a_changed_past_is_a_fork_and_does_nothing_in_the_devices_name(standing: Standing, what: str) -> None:
    known = standing.request(sent(a_customer(f"PAST{len(what)}")))
    standing.laptop.send(zstandard.compress(encode_request(known)))
    forged = {
        "a change under a known number": msgspec.structs.replace(known, changes=[sent(a_customer("OTHER"))]),
        "a chain before it": msgspec.structs.replace(known, first=known.first + 1, chain=bytes(16)),
        "nothing before the first": msgspec.structs.replace(known, first=1, chain=bytes(16)),
    }[what]
    before = standing.kept()
    [answer] = standing.laptop.exchange(*forged.changes, first=forged.first, chain=forged.chain, pull=False)
    assert isinstance(answer, Answer)
    assert answer.standing == "fork"
    assert (answer.device.startswith(standing.laptop.code), answer.acknowledged) == (True, 0)
    after = standing.kept()
    # Its past of a name of its own is all that was made, and that once however often it asks.
    assert [device for device in after.pop("device") if device in before["device"]] == before.pop("device")
    assert after == before


def test_changes_that_skip_some_are_asked_for(standing: Standing) -> None:
    request = standing.request(sent(a_customer("SKIP")))
    before = standing.kept()
    [answer] = standing.laptop.exchange(*request.changes, first=request.first + 7, chain=request.chain, pull=False)
    assert isinstance(answer, Answer)
    assert (answer.standing, answer.acknowledged) == ("need", request.first - 1)
    assert standing.kept() == before


@pytest.mark.parametrize(
    "path",
    ["/v1/snapshot/shared", "/v1/snapshot/all", "/v1/snapshot/office", "/v1/snapshot/person:00",
     "/v1/snapshot/device:C",
     "/v1/snapshot/view/" + "0" * 32 + "-0", "/v1/snapshot/view/" + "g" * 32 + "-0", "/v1/snapshot/view/x",
     "/v1/snapshot/view/" + "0" * 32 + "-" + "9" * 400, "/v1/snapshot/view/%00", "/v1/snapshot/%F0%28"],
)  # fmt: skip
def test_a_laptop_gets_no_bucket_and_no_chunk_by_its_name(standing: Standing, path: str) -> None:
    answer = standing.laptop.send(b"", method="GET", path=path)
    assert (answer.status_code, answer.json()["error"]) == (404, "nothing")


def test_a_salesperson_is_refused_over_the_wire_too_and_its_neighbours_are_done(standing: Standing) -> None:
    admin = standing.laptop
    code, person = f"S{len(standing.kept()['salesperson'])}", new_id()
    admin.send(
        zstandard.compress(encode_request(standing.request(sent(AddSalesperson(id=person, code=code, name="李")))))
    )
    with standing.store.use():
        words = enrolment_code(code, datetime.now(UTC))
    sales = standing.server.device(words)
    own, price = a_customer("SALES"), AddProduct(id=new_id(), code="Q", name="Q", date=FIRST_DAY, floor_e4=0)
    wanted: list[Args] = [price, own]
    [answer] = sales.exchange(*(sent(args) for args in wanted), pull=False)
    assert isinstance(answer, Answer)
    assert [result.status for result in answer.results] == ["refused", "done"]
    with standing.store.use():
        assert rows("SELECT 1 FROM product") == []
        assert canonical(own) in [
            bytes(row[0]) for row in rows("SELECT args FROM change WHERE device = ?", (sales.code,))
        ]
