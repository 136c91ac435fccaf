"""The server as laptops meet it: a real process, real sockets, requests that are cut, huge, forged or too many."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import zstandard
from starlette.routing import Route

from model.changes.company import AddSalesperson
from model.changes.kind import canonical
from model.errors import StoreError, UnreachableError
from model.ids import new_id
from sync.connection import OfficeConnection, Truncated
from sync.credentials import base64url, make_key, public_key, signed_headers
from sync.protocol import MOST_BODY_BYTES, MOST_COMPRESSED_BYTES, Answer, ChangeSent, Head
from sync.server.app import Entrances
from sync.server.certificates import make_certificates
from sync.server.exchange import Office
from sync.server.openapi import DOCUMENT
from sync.server.storage import open_office
from tests.sync.server_process import (
    LONGEST_SECONDS,
    ROOT,
    Device,
    Server,
    command,
    environment,
    fresh_server,
    now_ms,
    serving,
)

# Far below the 30 seconds for which the library waits until an idle laptop says farewell.
LONGEST_ENDING_SECONDS = 10


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with fresh_server(tmp_path_factory.mktemp("server") / "office", "--company", "测试公司") as server:
        yield server


@pytest.fixture(scope="module")
def laptop(server: Server) -> Device:
    return server.device()


def a_person(code: str) -> ChangeSent:
    args = AddSalesperson(id=new_id(), code=code, name="王芳")
    return ChangeSent(uid=new_id(), kind="salesperson.add", args=canonical(args), recorded_at=now_ms())


def test_a_fresh_server_makes_a_company_and_one_exchange_takes_and_gives(tmp_path: Path) -> None:
    with fresh_server(tmp_path / "office") as server:
        [answer, *pages, head] = server.device().exchange(a_person("WANG"))
        assert isinstance(answer, Answer)
        assert (answer.standing, answer.acknowledged, answer.person) == ("ok", 1, "ADMIN")
        assert [result.status for result in answer.results] == ["done"]
        assert isinstance(head, Head)
        assert pages
        assert server.end() == 0


def error_of(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"error", "message", "params"}
    body["message"].format(**body["params"])
    return answer.status_code, body["error"]


class TestForgedRequests:
    def test_nobody_enters_without_a_signature(self, server: Server) -> None:
        assert error_of(server.client.post("/v1/sync", content=b"x")) == (401, "unsigned")

    def test_a_body_that_was_altered_on_its_way_is_not_read(self, server: Server, laptop: Device) -> None:
        body = laptop.packed()
        headers = signed_headers(laptop.code, laptop.seed, "POST", "/v1/sync", body, now_ms())
        assert error_of(server.client.post("/v1/sync", content=body + b"x", headers=headers)) == (401, "signature")

    def test_a_path_with_a_query_is_signed_with_it(self, server: Server, laptop: Device) -> None:
        headers = signed_headers(laptop.code, laptop.seed, "POST", "/v1/sync", laptop.packed(), now_ms())
        answer = server.client.post("/v1/sync?more=1", content=laptop.packed(), headers=headers)
        assert error_of(answer) == (401, "signature")

    def test_a_request_that_comes_twice_is_done_once(self, server: Server, laptop: Device) -> None:
        body = laptop.packed()
        headers = signed_headers(laptop.code, laptop.seed, "POST", "/v1/sync", body, now_ms())
        assert server.client.post("/v1/sync", content=body, headers=headers).status_code == 200
        assert error_of(server.client.post("/v1/sync", content=body, headers=headers)) == (401, "nonce")

    def test_a_clock_that_is_off_learns_the_servers(self, laptop: Device) -> None:
        answer = laptop.send(laptop.packed(), at_ms=now_ms() - 3_600_000)
        assert error_of(answer) == (401, "clock")
        assert abs(answer.json()["params"]["time"] - now_ms()) < LONGEST_SECONDS * 1000

    def test_a_request_of_another_device_is_not_taken(self, laptop: Device) -> None:
        assert error_of(laptop.send(laptop.packed(device="ZZ"))) == (400, "request")


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [b"", b"no zstandard", zstandard.compress(b""), zstandard.compress(b"no msgpack"), zstandard.compress(b"\x90"),
         zstandard.compress(b"\x91\xa1x"), zstandard.compress(b"\xc1" * 100),
         zstandard.compress(b"\x9e\x01" + b"\xc0" * 13), zstandard.compress(b"\x91" * 200_000)],
    )  # fmt: skip
    def test_what_cannot_be_read_is_refused_and_nothing_done(self, laptop: Device, body: bytes) -> None:
        assert error_of(laptop.send(body)) == (400, "request")

    def test_half_a_frame_is_refused(self, laptop: Device) -> None:
        body = laptop.packed(a_person("HALF"))
        assert error_of(laptop.send(body[: len(body) // 2])) == (400, "request")

    def test_an_unknown_version_is_told_so(self, laptop: Device) -> None:
        assert error_of(laptop.send(laptop.packed(protocol=99))) == (426, "protocol")
        assert error_of(laptop.send(zstandard.compress(b"\x91\x63"))) == (426, "protocol")

    def test_a_body_that_says_it_is_too_large_is_not_read(self, server: Server) -> None:
        with socket.create_connection((server.client.base_url.host, server.client.base_url.port or 0)) as line:
            line.settimeout(LONGEST_SECONDS)
            line.sendall(
                f"POST /v1/sync HTTP/1.1\r\nHost: h\r\nContent-Length: {MOST_COMPRESSED_BYTES + 1}\r\n\r\n".encode()
            )
            assert line.recv(4096).startswith(b"HTTP/1.1 413")

    def test_a_body_in_pieces_is_read_no_further_than_allowed(self, server: Server) -> None:
        def pieces() -> Iterator[bytes]:
            for _place in range(MOST_COMPRESSED_BYTES // 65_536 + 2):
                yield b"x" * 65_536

        assert error_of(server.client.post("/v1/sync", content=pieces())) == (413, "size")

    @pytest.mark.parametrize("bytes_inside", [MOST_BODY_BYTES + 1, 1 << 30])
    def test_a_bomb_is_not_unpacked(self, laptop: Device, bytes_inside: int) -> None:
        packer = zstandard.ZstdCompressor(level=3).compressobj()
        bomb = b"".join(packer.compress(bytes(1 << 20)) for _place in range(bytes_inside >> 20)) + packer.compress(
            b"\0"
        )
        bomb += packer.flush()
        assert len(bomb) < MOST_COMPRESSED_BYTES
        assert error_of(laptop.send(bomb)) == (413, "size")

    def test_a_cut_body_does_nothing(self, server: Server, laptop: Device) -> None:
        [answer] = [frame for frame in laptop.exchange() if isinstance(frame, Answer)]
        body = laptop.packed(a_person("CUT"), first=answer.acknowledged + 1, chain=answer.chain)
        headers = signed_headers(laptop.code, laptop.seed, "POST", "/v1/sync", body, now_ms())
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        place = (server.client.base_url.host, server.client.base_url.port or 0)
        with socket.create_connection(place) as line:
            line.sendall(f"POST /v1/sync HTTP/1.1\r\nHost: h\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode())
            line.sendall(body[:-5])
        [after] = [frame for frame in laptop.exchange() if isinstance(frame, Answer)]
        assert after.acknowledged == answer.acknowledged

    def test_more_changes_than_allowed_are_refused(self, laptop: Device) -> None:
        change = a_person("MANY")
        assert error_of(laptop.send(laptop.packed(*[change] * 501))) == (400, "request")


class TestEnrolment:
    @pytest.mark.parametrize(
        "body", [b"", b"{}", b"[]", b'{"code": 1, "public_key": ""}', b"\xff", b'{"code":"","public_key":"","x":1}']
    )
    def test_what_cannot_be_read_is_refused(self, tmp_path: Path, body: bytes) -> None:
        with fresh_server(tmp_path / "office") as server:
            assert error_of(server.client.post("/v1/enrol", content=body)) == (400, "request")

    def test_guessing_codes_is_stopped(self, tmp_path: Path) -> None:
        with fresh_server(tmp_path / "office") as server:
            asked = {"code": "0000-0000-0000-0000", "public_key": base64url(public_key(make_key()))}
            answers = [server.client.post("/v1/enrol", json=asked) for _place in range(11)]
            assert [answer.status_code for answer in answers] == [403] * 10 + [429]
            assert int(answers[-1].headers["retry-after"]) >= 1
            server.end()
            assert "0000-0000" not in server.log_text

    def test_a_long_body_is_not_read(self, server: Server) -> None:
        assert error_of(server.client.post("/v1/enrol", content=b"x" * 5000)) == (413, "size")


class TestRevokedDevices:
    def test_what_a_revoked_laptop_still_sends_is_put_aside_and_it_gets_nothing(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'office'}"
        with fresh_server(tmp_path / "office") as server:
            laptop = server.device()
            done = subprocess.run(
                command("server", "revoke", "B", "--database", url, "--format", "json"),
                cwd=ROOT, env=environment(), capture_output=True, timeout=LONGEST_SECONDS, check=False,
            )  # fmt: skip
            assert b'"revoked"' in done.stdout, done.stderr
            assert error_of(laptop.send(laptop.packed(a_person("LATE")))) == (403, "revoked")
            assert error_of(laptop.send(laptop.packed())) == (403, "revoked")
            metrics = server.client.get("/metrics").text
            assert "huoke_quarantined_changes 1" in metrics
            assert 'huoke_devices{status="revoked"} 1' in metrics


class TestOtherEntrances:
    def test_every_entrance_is_described(self, tmp_path: Path) -> None:
        store = open_office(f"sqlite:///{tmp_path}", create=True)
        entrances = Entrances(store, Office(store), None, lambda: pytest.fail("nothing is asked"))
        described = {(path, method.upper()) for path, entrance in DOCUMENT["paths"].items() for method in entrance}
        assert {(path, method) for path, method, _endpoint in entrances.all()} == described
        assert all(Route(path, endpoint).path == path for path, _method, endpoint in entrances.all())

    def test_what_there_is_not_is_told_as_json(self, server: Server) -> None:
        assert error_of(server.client.get("/nothing")) == (404, "nothing")
        assert error_of(server.client.get("/v1/sync")) == (405, "nothing")

    def test_time_health_and_document(self, server: Server) -> None:
        assert abs(server.client.get("/v1/time").json()["time"] - now_ms()) < LONGEST_SECONDS * 1000
        assert server.client.get("/healthz").json() == {"status": "ok"}
        assert server.client.get("/openapi.json").json()["paths"].keys() == DOCUMENT["paths"].keys()

    def test_the_metrics_are_lines_of_prometheus(self, server: Server, laptop: Device) -> None:
        laptop.exchange()
        server.client.get("/%0Ahuoke_forged%201")
        lines = server.client.get("/metrics").text.splitlines()
        form = re.compile(r'(# TYPE huoke_\w+ (counter|gauge)|huoke_\w+(\{(\w+="[^"\n]*",?)+\})? [0-9.]+)')
        assert all(form.fullmatch(line) for line in lines), lines
        assert any(line.startswith('huoke_requests_total{route="/v1/sync",status="200"}') for line in lines)

    def test_a_snapshot_needs_a_signature(self, server: Server, laptop: Device) -> None:
        assert error_of(server.client.get("/v1/snapshot/shared")) == (401, "unsigned")
        assert laptop.send(b"", method="GET", path="/v1/snapshot/no-such-bucket").status_code in (400, 404)


def test_one_line_of_log_for_each_request_and_no_secret_in_any(tmp_path: Path) -> None:
    with fresh_server(tmp_path / "office") as server:
        laptop = server.device()
        body = laptop.packed(a_person("WANG"))
        headers = signed_headers(laptop.code, laptop.seed, "POST", "/v1/sync", body, now_ms())
        server.client.post("/v1/sync", content=body, headers=headers).raise_for_status()
        server.client.get("/v1/time?secret=5")
        server.client.post("/v1/sync", content=b"")
        assert server.end() == 0
        told = [(line["method"], line["path"], line["status"], line["device"], line["error"]) for line in server.log]
        assert told == [
            ("POST", "/v1/enrol", 200, "B", ""), ("POST", "/v1/sync", 200, "B", ""), ("GET", "/v1/time", 200, "", ""),
            ("POST", "/v1/sync", 401, "", "unsigned"),
        ]  # fmt: skip
        assert (server.log[1]["in"], server.log[1]["out"] > 0) == (len(body), True)
        for secret in (server.code, "secret=5", headers["Huoke-Signature"], headers["Huoke-Nonce"], "王芳"):
            assert secret not in server.log_text


def test_the_end_finishes_what_is_under_way(tmp_path: Path) -> None:
    with fresh_server(tmp_path / "office") as server:
        laptop = server.device()
        body = laptop.packed(a_person("WANG"))
        headers = signed_headers(laptop.code, laptop.seed, "POST", "/v1/sync", body, now_ms())
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        place = (server.client.base_url.host, server.client.base_url.port or 0)
        with socket.create_connection(place) as line:
            line.settimeout(LONGEST_SECONDS)
            line.sendall(
                f"POST /v1/sync HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n{head}"
                f"Content-Length: {len(body)}\r\n\r\n".encode()
            )
            assert line.recv(4096).startswith(b"HTTP/1.1 100")
            server.process.terminate()
            line.sendall(body)
            assert line.recv(4096).startswith(b"HTTP/1.1 200")
        assert server.end() == 0


def test_a_second_start_says_no_code_once_a_laptop_joined(tmp_path: Path) -> None:
    with fresh_server(tmp_path / "office") as server:
        server.device()
        assert server.end() == 0
    with serving(f"sqlite:///{tmp_path / 'office'}") as again:
        assert again.client.get("/healthz").status_code == 200
        again.process.terminate()
        assert again.process.communicate(timeout=LONGEST_SECONDS)[0] == "The server has stopped.\n"


def test_over_tls_with_an_authority_of_its_own(tmp_path: Path) -> None:
    made = subprocess.run(
        command("server", "certificate", "localhost", "127.0.0.1", "--folder", tmp_path / "tls"),
        cwd=ROOT, env=environment(), capture_output=True, timeout=LONGEST_SECONDS, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "tls" / "server-key.pem").stat().st_mode & 0o077 == 0
    trusted = ssl.create_default_context(cafile=tmp_path / "tls" / "ca.pem")
    files = ("--tls-cert", tmp_path / "tls" / "server.pem", "--tls-key", tmp_path / "tls" / "server-key.pem")
    with fresh_server(tmp_path / "office", "--host", "0.0.0.0", *files, verify=trusted) as server:
        assert server.url.startswith("https://0.0.0.0:")
        port = server.client.base_url.port
        with httpx.Client(verify=trusted, trust_env=False) as client:
            assert client.get(f"https://localhost:{port}/healthz").status_code == 200
        with httpx.Client(trust_env=False) as stranger, pytest.raises(httpx.ConnectError):
            stranger.get(f"https://localhost:{port}/healthz")
        plain = f"http://127.0.0.1:{port}"
        with OfficeConnection(plain) as line, pytest.raises(UnreachableError) as told:
            line.enrol(server.code, b"")
        assert not isinstance(told.value, Truncated)
        assert str(told.value).startswith(f"{plain} speaks only TLS: use https://127.0.0.1:{port}, with --ca")


def test_an_authority_whose_key_is_elsewhere_is_never_replaced(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    made = make_certificates(tmp_path, ["localhost"], now)
    authority = made.authority.read_bytes()
    key = (tmp_path / "ca-key.pem").rename(tmp_path / "in-the-safe.pem")
    with pytest.raises(StoreError, match=r"put ca-key\.pem back"):
        make_certificates(tmp_path, ["localhost"], now)
    key.rename(tmp_path / "ca-key.pem")
    make_certificates(tmp_path, ["localhost"], now)
    assert made.authority.read_bytes() == authority


def test_a_server_ends_soon_although_a_laptop_keeps_its_line_open(tmp_path: Path) -> None:
    made = make_certificates(tmp_path / "tls", ["127.0.0.1"], datetime.now(UTC))
    trusted = ssl.create_default_context(cafile=made.authority)
    files = ("--tls-cert", made.certificate, "--tls-key", made.key)
    with fresh_server(tmp_path / "office", *files, verify=trusted) as server:
        assert server.client.get("/healthz").status_code == 200
        began = time.monotonic()
        assert server.end() == 0
        assert time.monotonic() - began < LONGEST_ENDING_SECONDS


def test_a_plain_server_that_is_asked_by_tls_is_named_with_its_remedy(tmp_path: Path) -> None:
    with fresh_server(tmp_path / "office") as server:
        secure = server.url.replace("http://", "https://")
        with OfficeConnection(secure) as line, pytest.raises(UnreachableError) as told:
            line.enrol(server.code, b"")
        assert str(told.value).startswith(f"{secure} does not speak TLS: check the port")
        assert server.url in str(told.value)


@pytest.mark.parametrize(
    ("words", "named", "status"),
    [
        (("--host", "0.0.0.0"), "--tls-cert", 1),
        (("--host", "example.org"), "--tls-cert", 1),
        (("--tls-cert", "nothing.pem"), "--tls-key", 2),
        (("--tls-cert", "nothing.pem", "--tls-key", "nothing.pem"), "nothing.pem", 2),
        (("--port", "99999"), "65535", 2),
        (("--database", "mysql://user:secret@host/name"), "postgresql://", 2),
    ],
)
def test_a_server_that_cannot_be_says_why_in_one_sentence(
    tmp_path: Path, words: tuple[str, ...], named: str, status: int
) -> None:
    done = subprocess.run(
        command("serve", "--port", 0, "--store", tmp_path, *words),
        cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (status, "")
    [sentence] = done.stderr.splitlines()
    assert named in sentence
    assert "secret" not in sentence


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            command("serve", "--port", port, "--store", tmp_path),
            cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert str(port) in done.stderr
