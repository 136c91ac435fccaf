"""Small secrets kept in files: sealed under a word that a person remembers, or under another key.

A word becomes a key by argon2id and the secret is encrypted by AES-GCM, whose tag says whether the word was the right
one. What a secret is for is sealed with it, so that one file cannot be put in the place of another.
"""

from __future__ import annotations

import os
import secrets
import unicodedata
from pathlib import Path

import msgspec

# Argon2id as RFC 9106 recommends second, where memory is limited: about 0.1 seconds for each word that is tried.
MEMORY_KIB = 65_536
PASSES = 3
LANES = 4
# What a file may ask for at most; a forged one must not take all the memory there is.
MOST_MEMORY_KIB = 1_048_576
MOST_PASSES = 20
MOST_LANES = 16
SALT_BYTES = 16
NONCE_BYTES = 12
KEY_BYTES = 32
OWNER_ONLY = 0o600
UNFINISHED_ENDING = ".unfinished"


class Derivation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a word becomes a key by argon2id."""

    salt: bytes
    memory_kib: int
    passes: int
    lanes: int


class Sealed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A secret that can lie in a file. Without a derivation it is sealed under a key and not under a word."""

    nonce: bytes
    content: bytes
    derivation: Derivation | None = None


def make_secret_key() -> bytes:
    """A new random key of 32 bytes."""
    return secrets.token_bytes(KEY_BYTES)


def seal(secret: bytes, word: str, purpose: bytes) -> Sealed:
    """Seal a secret under a word."""
    derivation = Derivation(
        salt=secrets.token_bytes(SALT_BYTES), memory_kib=MEMORY_KIB, passes=PASSES, lanes=LANES
    )  # fmt: skip
    sealed = seal_under_key(secret, _derived(word, derivation), purpose)
    return Sealed(nonce=sealed.nonce, content=sealed.content, derivation=derivation)


def seal_under_key(secret: bytes, key: bytes, purpose: bytes) -> Sealed:
    """Seal a secret under a key of 32 bytes."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(NONCE_BYTES)
    return Sealed(nonce=nonce, content=AESGCM(key).encrypt(nonce, secret, purpose))


def unseal(sealed: Sealed, word: str, purpose: bytes) -> bytes | None:
    """The secret behind a word; None where the word is not the one, or the file was altered."""
    derivation = sealed.derivation
    if derivation is None or not _bearable(derivation):
        return None
    return unseal_with_key(sealed, _derived(word, derivation), purpose)


def unseal_with_key(sealed: Sealed, key: bytes, purpose: bytes) -> bytes | None:
    """The secret behind a key; None where the key is not the one, or the file was altered."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed.nonce, sealed.content, purpose)
    except (InvalidTag, ValueError):
        return None


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all, and let the disk have it before going on."""
    unfinished = path.with_name(path.name + UNFINISHED_ENDING)
    unfinished.unlink(missing_ok=True)
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def shred(path: Path) -> None:
    """Overwrite a small file and take it away. A solid-state disk may keep the old cells; what it held was sealed."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def _derived(word: str, derivation: Derivation) -> bytes:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    # Full-width digits of an input method mean the same as plain ones.
    spelled = unicodedata.normalize("NFKC", word).encode()
    return Argon2id(
        salt=derivation.salt,
        length=KEY_BYTES,
        iterations=derivation.passes,
        lanes=derivation.lanes,
        memory_cost=derivation.memory_kib,
    ).derive(spelled)


def _bearable(derivation: Derivation) -> bool:
    """Whether a file asks for no more than it may, and for no less than argon2 takes."""
    return (
        len(derivation.salt) >= SALT_BYTES
        and 1 <= derivation.passes <= MOST_PASSES
        and 1 <= derivation.lanes <= MOST_LANES
        and 8 * derivation.lanes <= derivation.memory_kib <= MOST_MEMORY_KIB
    )
