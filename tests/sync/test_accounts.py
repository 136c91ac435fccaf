"""Who may come to the office: one-time codes, signed requests, shut-out devices, allowances."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from model.changes.recording import record
from model.errors import InputError, Refused
from model.store import execute, rows
from sync.credentials import DEVICE_HEADER, NONCE_HEADER, SIGNATURE_HEADER, make_key, public_key, signed_headers
from sync.errors import (
    ClockWrong,
    CodeRefused,
    DeviceUnknown,
    NotAdmitted,
    OfficeError,
    RequestRepeated,
    RequestUnreadable,
    SignatureWrong,
    TooManyRequests,
    told_by_office,
)
from sync.server import accounts
from sync.server.accounts import Enrolled, add_person, devices, disable_person, enrol, enrolment_code, revoke
from sync.server.admission import (
    CLOCK_WINDOW_MS,
    DEVICE_ALLOWANCE,
    ENROLMENT_ALLOWANCE,
    NONCE_KEPT_MS,
    TOKEN,
    Device,
    authenticate,
    milliseconds,
    take_token,
)
from sync.server.storage import open_office, retrying

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BODY = b"a body"
PATH = "/v1/sync"


def do(args: object) -> object:
    return record(args, person=None, on=NOW.date())  # type: ignore[arg-type]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[None]:
    store = open_office(f"sqlite:///{tmp_path / 'office'}", create=True)
    with store.use():
        accounts.make_company("测试公司", do)
        add_person("LI", "李伟", "sales", "", do)
        yield
    store.close()


class Laptop:
    """A device with its key, which signs requests at a time."""

    def __init__(self, person: str = "LI") -> None:
        self.seed = make_key()
        self.enrolled: Enrolled = enrol(enrolment_code(person, NOW), public_key(self.seed), NOW)

    def headers(self, at: datetime = NOW, body: bytes = BODY, path: str = PATH) -> dict[str, str]:
        return signed_headers(self.enrolled.device, self.seed, "POST", path, body, milliseconds(at))


def come(headers: dict[str, str], at: datetime = NOW, body: bytes = BODY, path: str = PATH) -> Device:
    return authenticate(headers, "POST", path, hashlib.sha256(body).digest(), at)


@pytest.mark.usefixtures("office")
class TestEnrolment:
    def test_a_code_makes_one_device_that_learns_what_it_joined(self) -> None:
        enrolled = Laptop().enrolled
        assert (enrolled.device, enrolled.company_name, enrolled.person, enrolled.role) == (
            "B",
            "测试公司",
            "LI",
            "sales",
        )
        assert len(enrolled.epoch) == 32
        assert [row.code for row in devices()] == ["B"]

    def test_a_code_is_read_as_a_person_writes_it(self) -> None:
        code = enrolment_code("LI", NOW)
        assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
        written = f"  {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
        assert enrol(written, public_key(make_key()), NOW).device == "B"

    def test_only_the_hash_of_a_code_is_kept(self) -> None:
        code = enrolment_code("LI", NOW)
        [(kept,)] = rows("SELECT code_hash FROM enrolment")
        assert bytes(kept) == hashlib.sha256(code.replace("-", "").encode()).digest()

    def test_a_used_code_opens_nothing_for_another_device(self) -> None:
        code = enrolment_code("LI", NOW)
        enrol(code, public_key(make_key()), NOW)
        with pytest.raises(CodeRefused, match="used by another"):
            enrol(code, public_key(make_key()), NOW)
        assert len(devices()) == 1

    def test_the_same_device_may_ask_again_when_its_answer_was_lost(self) -> None:
        code, key = enrolment_code("LI", NOW), public_key(make_key())
        assert enrol(code, key, NOW) == enrol(code, key, NOW)
        assert len(devices()) == 1

    def test_a_code_ends_after_its_hours(self) -> None:
        code = enrolment_code("LI", NOW, hours=1)
        with pytest.raises(CodeRefused, match="too old"):
            enrol(code, public_key(make_key()), NOW + timedelta(hours=1, seconds=1))

    @pytest.mark.parametrize("code", ["", "ABCD", "0000-0000-0000-0000", "统一码", "'; DROP TABLE device; --"])
    def test_a_wrong_code_opens_nothing(self, code: str) -> None:
        enrolment_code("LI", NOW)
        with pytest.raises(CodeRefused):
            enrol(code, public_key(make_key()), NOW)

    @pytest.mark.parametrize("key", [b"", b"short", b"x" * 33])
    def test_a_key_that_is_none_is_refused(self, key: bytes) -> None:
        with pytest.raises(RequestUnreadable):
            enrol(enrolment_code("LI", NOW), key, NOW)

    def test_who_no_longer_works_here_gets_no_device(self) -> None:
        code = enrolment_code("LI", NOW)
        disable_person("LI", do)
        with pytest.raises(CodeRefused):
            enrol(code, public_key(make_key()), NOW)
        with pytest.raises(Refused, match="no longer works here"):
            enrolment_code("LI", NOW)

    def test_the_codes_of_devices_go_past_the_alphabet_and_leave_out_two(self) -> None:
        given = [Laptop().enrolled.device for _place in range(26)]
        assert given[:3] == ["B", "C", "D"]
        assert "S" not in given
        assert "A" not in given
        assert given[-3:] == ["Z", "AA", "AB"]

    def test_a_company_is_made_once(self) -> None:
        with pytest.raises(Refused, match="测试公司"):
            accounts.make_company("Another", do)


@pytest.mark.usefixtures("office")
class TestAdmission:
    def test_a_signed_request_is_admitted_and_seen(self) -> None:
        laptop = Laptop()
        assert come(laptop.headers()).code == "B"
        assert devices()[0].last_seen == "2026-11-23T09:00:00.000+00:00"

    def test_the_same_request_is_admitted_once(self) -> None:
        headers = Laptop().headers()
        come(headers)
        with pytest.raises(RequestRepeated):
            come(headers)

    def test_a_nonce_is_forgotten_only_when_its_time_is_over(self) -> None:
        laptop = Laptop()
        headers = laptop.headers()
        come(headers)
        later = NOW + timedelta(milliseconds=CLOCK_WINDOW_MS)
        with pytest.raises(RequestRepeated):
            come(headers, later)
        assert NONCE_KEPT_MS > 2 * CLOCK_WINDOW_MS

    @pytest.mark.parametrize("seconds", [-301, 301])
    def test_a_clock_that_is_off_is_told_the_servers_time(self, seconds: int) -> None:
        laptop = Laptop()
        with pytest.raises(ClockWrong) as refused:
            come(laptop.headers(NOW + timedelta(seconds=seconds)))
        assert refused.value.params["time"] == milliseconds(NOW)

    @pytest.mark.parametrize("seconds", [-299, 299])
    def test_a_clock_within_five_minutes_is_good_enough(self, seconds: int) -> None:
        assert come(Laptop().headers(NOW + timedelta(seconds=seconds))).code == "B"

    def test_another_body_or_path_or_device_breaks_the_signature(self) -> None:
        one, other = Laptop(), Laptop()
        with pytest.raises(SignatureWrong):
            come(one.headers(), body=b"another body")
        with pytest.raises(SignatureWrong):
            come(one.headers(), path="/v1/snapshot/all")
        with pytest.raises(SignatureWrong):
            come({**one.headers(), DEVICE_HEADER: other.enrolled.device})

    def test_a_failed_signature_uses_up_no_nonce(self) -> None:
        headers = Laptop().headers()
        with pytest.raises(SignatureWrong):
            come(headers, body=b"another body")
        assert come(headers).code == "B"

    def test_an_unknown_device_is_told_so(self) -> None:
        with pytest.raises(DeviceUnknown):
            come({**Laptop().headers(), DEVICE_HEADER: "ZZ"})

    @pytest.mark.parametrize("name", [DEVICE_HEADER, NONCE_HEADER, SIGNATURE_HEADER, "Huoke-Time"])
    @pytest.mark.parametrize("value", [None, "", "!", "一", "9" * 400, "-1"])
    def test_headers_that_cannot_be_read_admit_nobody(self, name: str, value: str | None) -> None:
        headers = Laptop().headers()
        if value is None:
            del headers[name]
        else:
            headers[name] = value
        with pytest.raises(NotAdmitted):
            come(headers)

    def test_a_revoked_device_is_known_but_barred(self) -> None:
        laptop = Laptop()
        revoke("B", do)
        barred = come(laptop.headers()).barred
        assert barred is not None
        assert barred.code == "revoked"

    def test_revoking_shuts_out_every_incarnation(self) -> None:
        Laptop()
        execute(
            "INSERT INTO device (code, person_id, public_key, status, last_number, chain, enrolled_at, incarnation_of)"
            " SELECT 'B2', person_id, public_key, status, 0, chain, enrolled_at, 'B' FROM device WHERE code = 'B'"
        )
        revoke("B2", do)
        assert {row.status for row in devices()} == {"revoked"}
        with pytest.raises(InputError, match="no device"):
            revoke("Q", do)

    def test_whose_person_no_longer_works_here_is_barred(self) -> None:
        laptop = Laptop()
        disable_person("LI", do)
        barred = come(laptop.headers()).barred
        assert barred is not None
        assert "no longer works here" in str(barred)


@pytest.mark.usefixtures("office")
class TestAllowance:
    def test_a_device_that_asks_too_often_is_told_when_to_come_again(self) -> None:
        burst = DEVICE_ALLOWANCE.burst // TOKEN
        assert all(take_token("B", NOW) is None for _place in range(burst))
        refused = take_token("B", NOW)
        assert isinstance(refused, TooManyRequests)
        assert refused.retry_after_seconds == 1
        assert take_token("C", NOW) is None
        assert take_token("B", NOW + timedelta(seconds=1)) is None

    def test_guessing_codes_is_slow(self) -> None:
        def tries(at: datetime) -> int:
            return sum(take_token("@a", at, allowance=ENROLMENT_ALLOWANCE) is None for _place in range(50))

        assert tries(NOW) == 10
        assert tries(NOW + timedelta(minutes=1)) <= 10

    def test_a_clock_that_goes_back_gives_no_tokens(self) -> None:
        while take_token("B", NOW) is None:
            pass
        assert take_token("B", NOW - timedelta(hours=1)) is not None

    def test_a_refused_request_leaves_its_nonce_unused(self) -> None:
        laptop = Laptop()
        while take_token("B", NOW) is None:
            pass
        headers = laptop.headers()
        with pytest.raises(TooManyRequests):
            come(headers)
        assert come(headers, NOW + timedelta(seconds=2)).code == "B"


def test_a_whole_transaction_only_is_done_again(tmp_path: Path) -> None:
    store = open_office(f"sqlite:///{tmp_path}", create=True)
    with store.use(), store.writing(), pytest.raises(AssertionError):
        retrying(lambda: None)


@pytest.mark.parametrize(
    "error", [ClockWrong("The time is {time}.", time=5), TooManyRequests("Too many.", 7), CodeRefused("No.")]
)
def test_an_error_is_read_back_as_what_it_was(error: OfficeError) -> None:
    import msgspec

    body = msgspec.json.encode({"error": error.code, "message": error.template, "params": error.params})
    read = told_by_office(body, error.retry_after_seconds)
    assert (type(read), str(read), read.params) == (type(error), str(error), error.params)
    assert read.retry_after_seconds == error.retry_after_seconds


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"error": "clock"}', b'{"error":"clock","message":"{0}"}', b"\xff"]
)
def test_an_answer_that_is_not_the_offices_is_told_as_such(body: bytes) -> None:
    assert "cannot be read" in str(told_by_office(body))
