"""Arbitrary bytes, and right requests bent in every way: the server answers each, and none is a defect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from sync.protocol import encode_request
from sync.server.openapi import DOCUMENT
from tests.sync.hostile.intruders import sent
from tests.sync.hostile.standing import Standing, a_customer, standing_server
from tests.sync.server_process import Server

NO_ANSWER_OF_A_DEFECT = (200, 400, 413, 426)
PLAIN: SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(), st.text(max_size=20),
        st.binary(max_size=40), st.just(b"\xc1" * 5), st.just("x" * 70_000),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=8,
)  # fmt: skip


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_server(tmp_path_factory.mktemp("server")) as found:
        yield found


def _packed(value: Any) -> bytes:
    return zstandard.compress(msgspec.msgpack.encode(value))


def _answered(standing: Standing, body: bytes) -> None:
    """Send a body, signed: it is a request and done, or none and nothing is changed."""
    before = standing.kept()
    answer = standing.laptop.send(body)
    assert answer.status_code in NO_ANSWER_OF_A_DEFECT, answer.text
    if answer.status_code != 200:
        told = answer.json()
        told["message"].format(**told["params"])
        assert standing.kept() == before
        return
    # One change at most was in it, and whatever was bent in it, it stands in its device's past once.
    after = standing.kept()
    assert len(after["change"]) - len(before["change"]) in (0, 1)
    assert len(after["customer"]) - len(before["customer"]) in (0, 1)


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(zstandard.compress), PLAIN.map(_packed)))
def test_any_bytes_are_answered(standing: Standing, body: bytes) -> None:
    _answered(standing, body)


@given(data=st.data())
def test_a_right_request_with_anything_in_one_place_is_answered(standing: Standing, data: st.DataObject) -> None:
    plain: Any = msgspec.msgpack.decode(encode_request(standing.request(sent(a_customer("BENT")))))
    place = data.draw(st.integers(0, len(plain) - 1))
    if data.draw(st.booleans()):
        plain[place] = data.draw(PLAIN)
    else:
        change = plain[10][0]
        change[data.draw(st.integers(0, len(change) - 1))] = data.draw(PLAIN)
    _answered(standing, zstandard.compress(msgspec.msgpack.encode(plain)))


BITS = st.lists(st.integers(0, 8 * 1_000), max_size=4)


@given(packed_bits=BITS, body_bits=st.lists(st.integers(0, 8 * 1_000), max_size=1), cut=st.integers(0, 600))
def test_a_right_request_with_flipped_and_missing_bits_is_answered(
    standing: Standing, packed_bits: list[int], body_bits: list[int], cut: int
) -> None:
    packed = encode_request(standing.request(sent(a_customer("FLIP"))))
    body = zstandard.compress(_flipped(packed, packed_bits)[: len(packed) if cut > len(packed) else cut])
    _answered(standing, _flipped(body, body_bits))


def _flipped(text: bytes, bits: list[int]) -> bytes:
    flipped = bytearray(text)
    for bit in bits:
        flipped[bit // 8 % len(flipped)] ^= 1 << bit % 8
    return bytes(flipped)


@given(data=st.data())
def test_the_arguments_of_a_change_may_be_anything(standing: Standing, data: st.DataObject) -> None:
    right = sent(a_customer("ARGS"))
    args = bytearray(right.args)
    args[data.draw(st.integers(0, 999)) % len(args)] = data.draw(st.integers(0, 255))
    bent = data.draw(st.one_of(st.just(bytes(args)), st.binary(max_size=60), PLAIN.map(msgspec.msgpack.encode)))
    kind = data.draw(st.sampled_from(["customer.add", "order.record", "change.undo", "lease.lend", "import.batch"]))
    _answered(standing, zstandard.compress(encode_request(standing.request(
        msgspec.structs.replace(right, kind=kind, args=bent)
    ))))  # fmt: skip


ENTRANCES = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]
HEADERS = st.dictionaries(
    st.sampled_from(["Huoke-Device", "Huoke-Time", "Huoke-Nonce", "Huoke-Signature", "Content-Type", "Accept"]),
    st.one_of(st.sampled_from(["B", "0", "", "-1", "9" * 400, "AAAA", "é"]), st.text("09AZaz-_=", max_size=90)),
)
JSON: SearchStrategy[bytes] = st.one_of(
    st.binary(max_size=200),
    PLAIN.map(lambda value: msgspec.json.encode(value, enc_hook=str)),
    st.builds(
        lambda code, key: msgspec.json.encode({"code": code, "public_key": key}),
        st.one_of(st.text(max_size=30), st.just("0000-0000-0000-0000")), st.one_of(st.text(max_size=50), st.integers()),
    ),
    st.just(b'{"code":"\\ud800","public_key":"\\ud800"}'), st.just(b"[" * 4_000),
)  # fmt: skip


@pytest.mark.parametrize(("path", "method"), ENTRANCES)
def test_every_entrance_answers_as_its_document_says(standing: Standing, path: str, method: str) -> None:
    documented = DOCUMENT["paths"][path][method]["responses"]

    @given(body=JSON, headers=HEADERS, filled=st.text("abz09-.:~", min_size=1, max_size=40))
    def answered(body: bytes, headers: dict[str, str], filled: str) -> None:
        standing.kept()
        where = path.replace("{bucket}", filled).replace("{chunk}", filled)
        raw = {name: value.encode("latin-1") for name, value in headers.items()}
        answer = standing.server.client.request(method.upper(), where, content=body, headers=raw)
        assert str(answer.status_code) in documented, (answer.status_code, answer.text)
        described = documented[str(answer.status_code)]["content"]
        assert answer.headers["content-type"].partition(";")[0] in described
        if answer.status_code >= 400:
            told = answer.json()
            assert set(told) == {"error", "message", "params"}
            told["message"].format(**told["params"])

    before = standing.kept()
    answered()
    assert standing.kept() == before


@given(
    path=st.text(st.characters(codec="utf-8"), max_size=30), method=st.sampled_from(["GET", "PUT", "DELETE", "PATCH"])
)
def test_what_is_no_entrance_says_so(standing: Standing, path: str, method: str) -> None:
    server: Server = standing.server
    answer = server.client.request(method, httpx_path(path))
    assert answer.status_code in (200, 401, 404, 405, 307), answer.text
    assert answer.status_code != 200 or f"/{path}" in DOCUMENT["paths"]


def httpx_path(path: str) -> str:
    return "/" + "".join(f"%{byte:02x}" for byte in path.encode())
