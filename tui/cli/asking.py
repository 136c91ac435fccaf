"""Secrets that the command line needs: asked in the terminal without showing them, or given by the environment."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from model.errors import N_, InputError, StoreError
from tui.cli.output import sentence, tell
from tui.locale import _

PIN_VARIABLE = "HUOKE_PIN"
NEW_PIN_VARIABLE = "HUOKE_NEW_PIN"
PASSPHRASE_VARIABLE = "HUOKE_PASSPHRASE"
TRIES = 3


def key_of_store(folder: Path) -> bytes | None:
    """The key of a folder's store, its PIN asked for; None where it is not encrypted.

    Raises:
        StoreError: the PIN is wrong, or there is nobody to ask.
    """
    from model.store import present_database
    from model.vault import is_sealed, unlock

    database = present_database(folder.expanduser())
    if not is_sealed(database):
        return None
    return unlock(database, asked_pin(), now_s())


def now_s() -> int:
    """The time in seconds since 1970 UTC, by which tries are slowed."""
    return int(time.time())


def asked_pin() -> str:
    """The PIN of a store or of a backup."""
    return _asked(_("PIN: "), PIN_VARIABLE)


def asked_new_pin() -> str:
    """A PIN to be, asked twice and long enough."""
    from model.vault import SHORTEST_PIN_CHARACTERS, checked_pin

    prompt = _("New PIN, {count} characters or more: ").format(count=SHORTEST_PIN_CHARACTERS)
    return _asked_twice(prompt, NEW_PIN_VARIABLE, checked_pin)


def asked_passphrase() -> str:
    """The passphrase of this device's key."""
    return _asked(_("Passphrase: "), PASSPHRASE_VARIABLE)


def asked_new_passphrase() -> str:
    """A passphrase to be, asked twice and long enough."""
    from sync.credentials import SHORTEST_PASSPHRASE_CHARACTERS, checked_passphrase

    prompt = _("New passphrase for this device's key, {count} characters or more: ")
    return _asked_twice(prompt.format(count=SHORTEST_PASSPHRASE_CHARACTERS), PASSPHRASE_VARIABLE, checked_passphrase)


def _asked_twice(prompt: str, variable: str, checked: Callable[[str], str]) -> str:
    """A secret to be; what is too short or not the same the second time is asked again.

    Raises:
        InputError: what the environment gives is too short, or none came about after three tries.
    """
    if os.environ.get(variable, ""):
        return checked(_asked(prompt, variable))
    for _try in range(TRIES):
        try:
            first = checked(_asked(prompt, variable))
        except InputError as too_short:
            tell(sentence(too_short))
            continue
        if _asked(_("The same again: "), variable) == first:
            return first
        tell(_("The two are not the same."))
    raise InputError(N_("Nothing was set after {count} tries: run the command again."), count=TRIES)


def _asked(prompt: str, variable: str) -> str:
    if given := os.environ.get(variable, ""):
        return given
    if not sys.stdin.isatty():
        raise StoreError(N_("There is no terminal to ask for a secret in: give it in {variable}."), variable=variable)
    from getpass import getpass

    try:
        return getpass(prompt)
    except EOFError:
        raise StoreError(
            N_("There is no terminal to ask for a secret in: give it in {variable}."), variable=variable
        ) from None
