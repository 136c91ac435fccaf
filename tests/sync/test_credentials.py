"""A device signs what it asks, and its key is kept where nobody else reads it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringLocked, PasswordDeleteError

from model.errors import InputError
from model.sealing import make_secret_key
from model.store import open_store
from sync.credentials import (
    DEVICE_KEY_FILE,
    CredentialError,
    base64url,
    destroy,
    forget_key,
    from_base64url,
    keep_key,
    make_key,
    passphrase_given,
    public_key,
    read_key,
    sign,
    signed_headers,
    verify,
)

COMPANY = "0190aa00"
WORDS = "correct horse battery"


class RingInMemory(KeyringBackend):
    """A system's keyring as the library knows one."""

    priority: ClassVar[float] = 5

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise PasswordDeleteError("not found")
        del self.kept[service, username]


class PlainFileRing(RingInMemory):
    """One that the library does not recommend, as those which keep plain files."""

    priority: ClassVar[float] = 0.5


class LockedRing(RingInMemory):
    """One that nobody unlocks."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked("locked")


@pytest.fixture
def ring() -> Iterator[RingInMemory]:
    former, ring = keyring.get_keyring(), RingInMemory()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(former)


@pytest.fixture
def no_ring() -> Iterator[None]:
    former = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    yield
    keyring.set_keyring(former)


def given_words() -> str:
    return WORDS


def asks_nothing() -> str:
    raise AssertionError("no passphrase is needed here")


# Signatures -------------------------------------------------------------------------------------


def test_a_request_is_known_by_its_signature() -> None:
    seed, body = make_key(), b"changes"
    headers = signed_headers("B", seed, "POST", "/v1/exchange?x=1", body, 1_774_915_200_000)
    nonce, signature = from_base64url(headers["Huoke-Nonce"]), from_base64url(headers["Huoke-Signature"])
    assert nonce is not None
    assert signature is not None
    assert (headers["Huoke-Device"], headers["Huoke-Time"], len(nonce)) == ("B", "1774915200000", 12)
    digest = hashlib.sha256(body).digest()
    assert verify(public_key(seed), "POST", "/v1/exchange?x=1", 1_774_915_200_000, nonce, digest, signature)


def test_nothing_of_a_signed_request_can_be_changed() -> None:
    seed, nonce, digest = make_key(), b"n" * 12, hashlib.sha256(b"body").digest()
    public = public_key(seed)
    signature = sign(seed, "POST", "/v1/exchange", 1000, nonce, digest)
    assert verify(public, "POST", "/v1/exchange", 1000, nonce, digest, signature)
    for altered in (
        verify(public, "GET", "/v1/exchange", 1000, nonce, digest, signature),
        verify(public, "POST", "/v1/exchangE", 1000, nonce, digest, signature),
        verify(public, "POST", "/v1/exchange", 1001, nonce, digest, signature),
        verify(public, "POST", "/v1/exchange", 1000, b"m" * 12, digest, signature),
        verify(public, "POST", "/v1/exchange", 1000, nonce, hashlib.sha256(b"other").digest(), signature),
        verify(public, "POST", "/v1/exchange", 1000, nonce, digest, signature[:-1] + bytes([signature[-1] ^ 1])),
        verify(public_key(make_key()), "POST", "/v1/exchange", 1000, nonce, digest, signature),
        verify(b"no key", "POST", "/v1/exchange", 1000, nonce, digest, signature),
        verify(public, "POST", "/v1/exchange", 1000, nonce, digest, b""),
    ):
        assert not altered


def test_the_signature_is_over_exactly_the_agreed_text() -> None:
    seed, nonce, digest = bytes(range(32)), bytes(range(12)), hashlib.sha256(b"").digest()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    text = b"POST\n/v1/join\n5\nAAECAwQFBgcICQoL\n" + hashlib.sha256(b"").hexdigest().encode()
    Ed25519PublicKey.from_public_bytes(public_key(seed)).verify(sign(seed, "POST", "/v1/join", 5, nonce, digest), text)


@given(st.binary(max_size=64))
def test_bytes_in_a_header_are_read_back(data: bytes) -> None:
    assert from_base64url(base64url(data)) == data


@pytest.mark.parametrize("text", ["AA==", "A", "AB", "a b", "a+b/", "中文", "AAAA\n"])
def test_bytes_written_in_another_way_are_not_taken(text: str) -> None:
    assert from_base64url(text) is None


# Where the key is kept --------------------------------------------------------------------------


def test_the_key_is_kept_in_the_systems_keyring_and_nowhere_else(tmp_path: Path, ring: RingInMemory) -> None:
    seed = make_key()
    assert keep_key(tmp_path, COMPANY, "B", seed, passphrase=asks_nothing) == "keyring"
    assert list(tmp_path.iterdir()) == []
    assert read_key(tmp_path, COMPANY, "B", passphrase=asks_nothing) == seed
    forget_key(tmp_path, COMPANY, "B")
    assert ring.kept == {}
    with pytest.raises(CredentialError, match="no key any more"):
        read_key(tmp_path, COMPANY, "B", passphrase=asks_nothing)


@pytest.mark.parametrize("other", [NoKeyring, PlainFileRing, LockedRing])
def test_without_a_keyring_that_holds_it_the_key_lies_sealed_in_a_file(
    tmp_path: Path, ring: RingInMemory, other: type[KeyringBackend]
) -> None:
    keyring.set_keyring(other())
    seed = make_key()
    assert keep_key(tmp_path, COMPANY, "B", seed, passphrase=given_words) == "file"
    path = tmp_path / DEVICE_KEY_FILE
    content = path.read_bytes()
    assert seed not in content
    assert base64url(seed).encode() not in content
    assert seed.hex().encode() not in content
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key(tmp_path, COMPANY, "B", passphrase=given_words) == seed


@pytest.mark.usefixtures("no_ring")
def test_a_wrong_passphrase_or_another_devices_file_opens_nothing(tmp_path: Path) -> None:
    keep_key(tmp_path, COMPANY, "B", make_key(), passphrase=given_words)
    with pytest.raises(CredentialError, match="not the passphrase"):
        read_key(tmp_path, COMPANY, "B", passphrase=lambda: "another word")
    with pytest.raises(CredentialError, match="not the passphrase"):
        read_key(tmp_path, COMPANY, "C", passphrase=given_words)
    with pytest.raises(InputError, match="at least 8 characters"):
        keep_key(tmp_path, COMPANY, "B", make_key(), passphrase=lambda: "short")


@pytest.mark.usefixtures("no_ring")
@pytest.mark.parametrize("content", [b"", b"{}", b'{"sealed":{"nonce":"","content":""},"more":1}', b"\xff\xfe"])
def test_a_damaged_key_file_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / DEVICE_KEY_FILE).write_bytes(content)
    with pytest.raises(CredentialError, match="cannot be read"):
        read_key(tmp_path, COMPANY, "B", passphrase=given_words)


@pytest.mark.usefixtures("no_ring")
def test_a_file_that_asks_for_all_the_memory_is_not_obeyed(tmp_path: Path) -> None:
    keep_key(tmp_path, COMPANY, "B", make_key(), passphrase=given_words)
    path = tmp_path / DEVICE_KEY_FILE
    path.write_text(path.read_text().replace('"memory_kib":65536', '"memory_kib":4000000000'))
    with pytest.raises(CredentialError, match="not the passphrase"):
        read_key(tmp_path, COMPANY, "B", passphrase=given_words)


@pytest.mark.usefixtures("no_ring")
def test_the_pin_of_a_store_opens_its_devices_key_too(tmp_path: Path) -> None:
    seed, store_key = make_key(), make_secret_key()
    place = keep_key(tmp_path, COMPANY, "B", seed, passphrase=asks_nothing, store_key=store_key)
    assert place == "file under the PIN"
    assert read_key(tmp_path, COMPANY, "B", passphrase=asks_nothing, store_key=store_key) == seed
    for other in (None, make_secret_key()):
        with pytest.raises(CredentialError, match="another copy"):
            read_key(tmp_path, COMPANY, "B", passphrase=asks_nothing, store_key=other)


def test_a_key_that_came_into_the_keyring_leaves_its_file(tmp_path: Path, ring: RingInMemory) -> None:
    seed = make_key()
    keyring.set_keyring(NoKeyring())
    keep_key(tmp_path, COMPANY, "B", seed, passphrase=given_words)
    keyring.set_keyring(ring)
    keep_key(tmp_path, COMPANY, "B", seed, passphrase=asks_nothing)
    assert not (tmp_path / DEVICE_KEY_FILE).exists()


def test_a_locked_keyring_is_told(tmp_path: Path, ring: RingInMemory) -> None:
    keyring.set_keyring(LockedRing())
    with pytest.raises(CredentialError, match="unlock it"):
        read_key(tmp_path, COMPANY, "B", passphrase=asks_nothing)


def test_the_environment_gives_the_passphrase_to_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUOKE_PASSPHRASE", raising=False)
    with pytest.raises(CredentialError, match="HUOKE_PASSPHRASE"):
        passphrase_given()
    monkeypatch.setenv("HUOKE_PASSPHRASE", WORDS)
    assert passphrase_given() == WORDS


def test_of_a_revoked_store_nothing_is_left_but_empty_locks(tmp_path: Path, ring: RingInMemory) -> None:
    folder = tmp_path / "store"
    open_store(folder, create=True).close()
    keep_key(folder, COMPANY, "B", make_key(), passphrase=asks_nothing)
    destroy(folder, COMPANY, "B")
    assert ring.kept == {}
    left = list(folder.iterdir())
    assert all(path.suffix == ".lock" for path in left)
    assert all(path.read_bytes() == b"" for path in left)
