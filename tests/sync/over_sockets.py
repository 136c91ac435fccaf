"""Laptops that speak with an office of this process over real sockets."""

from __future__ import annotations

from datetime import UTC, datetime

import keyring
import pytest
from keyring.backends.null import Keyring as NoKeyring
from starlette.types import ASGIApp

from model.store import Store, set_meta
from sync.client import exchange, join, line_of
from sync.connection import OfficeConnection
from sync.exchanging import Exchanged
from sync.server.accounts import enrolment_code
from sync.server.app import make_app
from tests.sync.offices import Company

SECRET = "a passphrase"


def keep_keys_in_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's keyring is touched."""
    monkeypatch.setattr(keyring.core, "_keyring_backend", NoKeyring())


def office_of(company: Company) -> ASGIApp:
    return make_app(company.store, company.office)


def joined(company: Company, url: str) -> Store:
    """A's laptop, after its first exchange."""
    with company.store.use():
        code = enrolment_code("A", datetime.now(UTC))
    store = join(company.folder / "laptop", url, code, ca=None, passphrase=lambda: SECRET)
    exchanged(company, store, url)
    return store


def line_to(store: Store, url: str) -> OfficeConnection:
    """A laptop's connection to the office at this address; close it."""
    with store.use(), store.writing():
        set_meta("server", url)
    with store.use():
        return line_of(store, passphrase=lambda: SECRET)


def exchanged(company: Company, store: Store, url: str) -> Exchanged:
    with line_to(store, url) as line:
        return exchange(store, line, now=company.now)
