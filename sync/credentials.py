"""The key of this device: how it signs requests, and where it is kept.

A device proves itself with an Ed25519 key that it made itself; the office knows only the public half. Every request is
signed over what it asks, its body, its time and a word used once, so that none can be altered or sent again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeAlias

import keyring
import keyring.errors
import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from keyring.backend import KeyringBackend

from model.destruction import destroy_store
from model.errors import N_, HuokeError, InputError
from model.sealing import Sealed, seal, seal_under_key, shred, unseal, unseal_with_key, write_private

DEVICE_HEADER = "Huoke-Device"
TIME_HEADER = "Huoke-Time"
NONCE_HEADER = "Huoke-Nonce"
SIGNATURE_HEADER = "Huoke-Signature"
SEED_BYTES = 32
NONCE_BYTES = 12
# How the system's keyring calls what is ours.
SERVICE = "huoke"
RECOMMENDED_PRIORITY = 1
DEVICE_KEY_FILE = "device.key"
PASSPHRASE_VARIABLE = "HUOKE_PASSPHRASE"
SHORTEST_PASSPHRASE_CHARACTERS = 8

# Where a key is kept; under the PIN means under the key of the encrypted store.
Place: TypeAlias = Literal["keyring", "file", "file under the PIN"]


class CredentialError(HuokeError):
    """The key of this device cannot be had; it says what to do."""


class KeyLost(CredentialError):
    """There is no key of this device any more, or none that opens: it joins again with a new code."""


def make_key() -> bytes:
    """A new private key, as its seed of 32 bytes."""
    return secrets.token_bytes(SEED_BYTES)


def public_key(seed: bytes) -> bytes:
    """The public half of a key, 32 bytes, as the office keeps it."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def sign(seed: bytes, method: str, path: str, time_ms: int, nonce: bytes, body_sha256: bytes) -> bytes:
    """The signature of a request, 64 bytes.

    Args:
        path: as it is sent, with its query.
        time_ms: when it is sent, milliseconds since 1970 UTC.
        nonce: 12 bytes never used before.
        body_sha256: the hash of the body as it is sent, 32 bytes.
    """
    return Ed25519PrivateKey.from_private_bytes(seed).sign(_signed_text(method, path, time_ms, nonce, body_sha256))


def verify(
    public: bytes, method: str, path: str, time_ms: int, nonce: bytes, body_sha256: bytes, signature: bytes
) -> bool:
    """Whether a request was signed by the device whose public key this is."""
    text = _signed_text(method, path, time_ms, nonce, body_sha256)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def signed_headers(device: str, seed: bytes, method: str, path: str, body: bytes, now_ms: int) -> dict[str, str]:
    """The headers that a request of this device carries."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    signature = sign(seed, method, path, now_ms, nonce, hashlib.sha256(body).digest())
    return {
        DEVICE_HEADER: device,
        TIME_HEADER: str(now_ms),
        NONCE_HEADER: base64url(nonce),
        SIGNATURE_HEADER: base64url(signature),
    }


def base64url(data: bytes) -> str:
    """Bytes as they stand in a header: base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes | None:
    """The bytes of a header; None where it is not written exactly so, for two texts must not mean the same bytes."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64url(data) == text else None


def _signed_text(method: str, path: str, time_ms: int, nonce: bytes, body_sha256: bytes) -> bytes:
    return f"{method}\n{path}\n{time_ms}\n{base64url(nonce)}\n{body_sha256.hex()}".encode()


# Where the key is kept --------------------------------------------------------------------------


class DeviceKeyFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The key of a device in a file, where the system has no keyring: under a passphrase, or under the store's key."""

    sealed: Sealed
    version: int = 1


Passphrase: TypeAlias = Callable[[], str]


def keep_key(
    folder: Path, company: str, device: str, seed: bytes, *, passphrase: Passphrase, store_key: bytes | None = None
) -> Place:
    """Keep the key of a device: in the system's keyring, else sealed in a file of the store's folder; never plain.

    Args:
        company: its id in hexadecimal.
        passphrase: gives the new passphrase; asked only where there is neither a keyring nor an encrypted store.
        store_key: the key of an encrypted store, whose PIN then opens this one too.

    Returns:
        Where it is kept now.

    Raises:
        InputError: the passphrase is too short.
    """
    path = folder / DEVICE_KEY_FILE
    if _kept_in_keyring(company, device, seed):
        shred(path)
        return "keyring"
    purpose = _purpose(company, device)
    if store_key is not None:
        sealed = seal_under_key(seed, store_key, purpose)
    else:
        sealed = seal(seed, checked_passphrase(passphrase()), purpose)
    write_private(path, msgspec.json.encode(DeviceKeyFile(sealed=sealed)))
    return "file" if store_key is None else "file under the PIN"


def read_key(
    folder: Path, company: str, device: str, *, passphrase: Passphrase, store_key: bytes | None = None
) -> bytes:
    """The key of a device, from wherever it is kept.

    Args:
        passphrase: gives the passphrase; asked only where one opens the key.

    Raises:
        CredentialError: there is none, it cannot be opened, or the passphrase is not the one.
    """
    path = folder / DEVICE_KEY_FILE
    if not path.exists():
        return _from_keyring(company, device)
    try:
        sealed = msgspec.json.decode(path.read_bytes(), type=DeviceKeyFile).sealed
    except (OSError, msgspec.MsgspecError) as error:
        raise KeyLost(
            N_("The key of this device in {path} cannot be read ({reason}): ask the office for a new code and join."),
            path=path,
            reason=str(error),
        ) from error
    purpose = _purpose(company, device)
    if sealed.derivation is not None:
        seed = unseal(sealed, passphrase(), purpose)
        if seed is None:
            raise CredentialError(N_("That is not the passphrase of this device's key."))
        return seed
    seed = None if store_key is None else unseal_with_key(sealed, store_key, purpose)
    if seed is None:
        raise KeyLost(
            N_("The key of this device belongs to another copy of this store: ask the office for a new code and join.")
        )
    return seed


def forget_key(folder: Path, company: str, device: str) -> None:
    """Take the key of a device away, from wherever it is kept.

    Raises:
        CredentialError: the system's keyring does not let go of it.
    """
    shred(folder / DEVICE_KEY_FILE)
    ring = usable_keyring()
    if ring is None:
        return
    user = _user(company, device)
    try:
        if ring.get_password(SERVICE, user) is not None:
            ring.delete_password(SERVICE, user)
    except keyring.errors.KeyringError as error:
        raise _keyring_refused(error) from error


def destroy(folder: Path, company: str, device: str) -> None:
    """Leave nothing of a store whose device the office revoked: first what opens it, then all that is in its folder.

    Raises:
        StoreError: something of it could not be taken away.
    """
    try:
        forget_key(folder, company, device)
    finally:
        destroy_store(folder)


def checked_passphrase(passphrase: str) -> str:
    """A passphrase that is long enough to be one.

    Raises:
        InputError: it is too short.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE_CHARACTERS:
        raise InputError(
            N_("A passphrase has at least {count} characters: several words are best."),
            count=SHORTEST_PASSPHRASE_CHARACTERS,
        )
    return passphrase


def passphrase_given() -> str:
    """The passphrase that the environment gives, for scripts.

    Raises:
        CredentialError: it gives none.
    """
    given = os.environ.get(PASSPHRASE_VARIABLE, "")
    if not given:
        raise CredentialError(
            N_("This device's key is under a passphrase: run this in a terminal, or give it in {variable}."),
            variable=PASSPHRASE_VARIABLE,
        )
    return given


def usable_keyring() -> KeyringBackend | None:
    """The system's keyring; None where there is none that keeps secrets secret.

    The library gives a priority below one to what it does not recommend: to a missing keyring and to plain files.
    """
    ring = keyring.get_keyring()
    return ring if ring.priority >= RECOMMENDED_PRIORITY else None


def _kept_in_keyring(company: str, device: str, seed: bytes) -> bool:
    ring = usable_keyring()
    if ring is None:
        return False
    try:
        ring.set_password(SERVICE, _user(company, device), base64url(seed))
    except keyring.errors.KeyringError:
        # Locked, or nobody there to unlock it: the file under a passphrase does as well.
        return False
    return True


def _from_keyring(company: str, device: str) -> bytes:
    ring = usable_keyring()
    try:
        kept = None if ring is None else ring.get_password(SERVICE, _user(company, device))
    except keyring.errors.KeyringError as error:
        raise _keyring_refused(error) from error
    seed = None if kept is None else from_base64url(kept)
    if seed is None or len(seed) != SEED_BYTES:
        raise KeyLost(N_("This device has no key any more: ask the office for a new code and join again."))
    return seed


def _keyring_refused(error: Exception) -> CredentialError:
    return CredentialError(
        N_("The system's keyring does not open ({reason}): unlock it and try again."), reason=str(error)
    )


def _user(company: str, device: str) -> str:
    return f"{company}/{device}"


def _purpose(company: str, device: str) -> bytes:
    return f"huoke device key\n{company}\n{device}".encode()
