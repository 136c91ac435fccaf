"""Joining a company's server: its address, the one-time code, and the first exchange."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message
from textual.widgets import Input, Static

from model.errors import N_, InputError, UnreachableError
from model.store import Store
from tui.cli.desk import nothing_left_behind
from tui.clock import today
from tui.entry_form import Entries, EntryForm, FormField
from tui.exchange.device_key import asks_passphrase
from tui.exchange.words import progress_with_bytes
from tui.locale import _
from tui.session import LineFactory, line_to_office
from tui.shared.columns import printable

if TYPE_CHECKING:
    from sync.client import Progress

# What OpenSSL says where the chain of a certificate leads to no authority that is trusted here.
UNTRUSTED = frozenset({18, 19, 20, 21})
Join = Callable[[Path, str, str, "Path | None", str], Store]


def join_office(
    folder: Path, url: str, code: str, ca: Path | None, passphrase: str, store_key: bytes | None = None
) -> Store:
    """Make a folder the store of a laptop of the office; call it in a thread."""
    from sync.client import join

    def given() -> str:
        if not passphrase:
            raise InputError(N_("Write a passphrase: it keeps the key of this device."))
        return passphrase

    return join(folder, url, code, ca=ca, passphrase=given, store_key=store_key)


def _is_untrusted(error: BaseException) -> bool:
    """Whether the server's certificate was refused because nobody this machine trusts signed it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_code in UNTRUSTED
        cause = cause.__cause__ or cause.__context__
    return False


class JoinForm(EntryForm[Path]):
    """Joins a company's server and fetches what this laptop may hold; dismisses with the folder.

    Where the first exchange does not come to its end, the laptop has joined all the same: recording again goes on
    where it stopped.
    """

    class Advanced(Message, bubble=False):
        """The work has come so far; a translated sentence."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    def __init__(self, folder: Path, join: Join = join_office, line: LineFactory = line_to_office) -> None:
        """
        Args:
            folder: where the store will be.
            join: how a store joins.
            line: how a line to the office is made.
        """
        super().__init__()
        self.folder = folder
        self._join = join
        self._line = line
        self._joined: Store | None = None

    def title_text(self) -> str:
        return _("Join a company's server")

    def fields(self) -> Sequence[FormField]:
        return [
            FormField("url", _("server"), hint=_("its address, such as https://office:8787")),
            FormField("code", _("one-time code"), hint=_("given by the office, once, such as 7K3M-…")),
            FormField("ca", _("certificate"), hint=_("the office's ca.pem, where it gave you one")),
            FormField("passphrase", _("passphrase"), hint=_("8 characters or more, for this device's key")),
            FormField("again", _("the same again")),
        ]

    def on_mount(self) -> None:
        self.note("ca", _("a relative path counts from where huoke was started"))
        for name in ("passphrase", "again"):
            field = self.control(name)
            if isinstance(field, Input):
                field.password = True

    def load(self) -> bool:
        return asks_passphrase(self.folder)

    def begin_with(self, begins_with: bool) -> None:
        if not begins_with:
            self.note("passphrase", _("The system's keyring keeps the key of this device: leave both empty."))

    def today(self) -> date:
        return today()

    def reading_store(self) -> AbstractContextManager[object]:
        # There is none yet: joining makes it.
        return nullcontext()

    def writing_store(self) -> AbstractContextManager[object]:
        return nullcontext()

    def record(self, entries: Entries) -> Path:
        from sync.client import exchange

        passphrase = self._checked_passphrase(entries)
        if self._joined is None:
            self._joined = self._join_by(entries, passphrase)
        self.post_message(self.Advanced(_("Joined: asking the office…")))
        store = self._joined
        with store.use():
            line = self._line(store, lambda: passphrase)
        with closing(line):
            exchange(store, line, progress=self._tell)
        store.close()
        return self.folder

    def _checked_passphrase(self, entries: Entries) -> str:
        from sync.credentials import checked_passphrase

        passphrase, again = entries["passphrase"], entries["again"]
        entries.reading = "passphrase"
        if passphrase or asks_passphrase(self.folder):
            # Asked before the code is spent: a code opens once.
            checked_passphrase(passphrase)
        if passphrase != again:
            entries.reading = "again"
            raise InputError(N_("The two are not the same: try again."))
        entries.reading = ""
        return passphrase

    def _join_by(self, entries: Entries, passphrase: str) -> Store:
        url, code, ca = entries.text("url"), entries.text("code"), entries.text("ca")
        if not url:
            entries.reading = "url"
            raise InputError(N_("Write the address of the server: the office knows it."))
        if not code:
            entries.reading = "code"
            raise InputError(N_("Write the code: the office makes one for you with “huoke server enrol”."))
        entries.reading = ""
        with nothing_left_behind(self.folder):
            try:
                return self._join(self.folder, url, code, Path(ca).expanduser() if ca else None, passphrase)
            except UnreachableError as error:
                if ca or not _is_untrusted(error):
                    raise
                entries.reading = "ca"
                raise InputError(
                    N_(
                        "This machine does not trust the certificate of {url}: give the office's ca.pem in the field"
                        " “certificate”. A relative path counts from {folder}, where huoke was started."
                    ),
                    url=url,
                    folder=str(Path.cwd()),
                ) from error

    def _tell(self, progress: Progress) -> None:
        self.post_message(self.Advanced(progress_with_bytes(progress)))

    def on_join_form_advanced(self, message: JoinForm.Advanced) -> None:
        self.query_one(".keys", Static).update(printable(message.sentence))

    def object_with(self, sentence: str) -> None:
        super().object_with(sentence)
        self.query_one(".keys", Static).update(self.keys_line())
