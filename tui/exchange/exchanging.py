"""The exchange with the office: at most one is under way in the app, in a thread of its own, whatever is typed."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual import work
from textual.message import Message

from model.errors import N_, HuokeError
from model.store import meta
from tui.exchange.device_key import key_place
from tui.exchange.passphrase import AskPassphrase
from tui.exchange.words import exchanged_words, progress_words
from tui.locale import _, translate_error
from tui.session import Session, StoreScreen
from tui.shared.desk_app import DeskApp
from tui.shared.desk_screen import desk_screen_of
from tui.shared.status import StatusLine

if TYPE_CHECKING:
    from pathlib import Path

    from sync.client import Exchanged, Progress
    from tui.session import OfficeLine

PASSPHRASE_VARIABLE = "HUOKE_PASSPHRASE"
SECONDS_BETWEEN_TELLING = 0.1


class Stopped(HuokeError):
    """The person stopped the exchange; what was received of it is kept for the next one."""


@dataclass(frozen=True)
class LastExchange:
    """How the last exchange of this run ended: what it did, or why it did not come to its end."""

    done: Exchanged | None
    failure: str = ""


class ExchangingApp(DeskApp):
    """An app over one store that exchanges with the office."""

    session: Session

    class ExchangeAdvanced(Message):
        """The exchange has come so far."""

        def __init__(self, progress: Progress) -> None:
            super().__init__()
            self.progress = progress

    class ExchangeFinished(Message):
        """The exchange came to its end."""

        def __init__(self, done: Exchanged) -> None:
            super().__init__()
            self.done = done

    class ExchangeFailed(Message):
        """The exchange did not come to its end; what is no error of the business is a defect."""

        def __init__(self, error: Exception, joins_again_at: str = "") -> None:
            """
            Args:
                joins_again_at: the office's address, where only a new code of it helps.
            """
            super().__init__()
            self.error = error
            self.joins_again_at = joins_again_at

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.exchange_progress: Progress | None = None
        self.last_exchange: LastExchange | None = None
        self.farewell = ""
        """Why this store is gone, translated; the app has closed itself then."""
        self._said = ""
        self._passphrase = ""
        self._line: OfficeLine | None = None
        self._stop: threading.Event | None = None

    @property
    def is_exchanging(self) -> bool:
        """Whether an exchange is under way."""
        return self._stop is not None

    def why_not(self, action_id: str) -> str:
        if action_id == "app.sync_now" and not self.session.joined:
            return _("This store has joined no office: “huoke join URL CODE” does it.")
        return super().why_not(action_id)

    def on_unmount(self) -> None:
        if self.is_exchanging:
            self.stop_exchange()
        else:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def stop_exchange(self) -> None:
        """Stop the exchange at its next step; whatever came of it is kept."""
        if self._stop is not None:
            self._stop.set()

    @work(exclusive=True, group="begin_exchange")
    async def action_sync_now(self) -> None:
        """Exchange with the office now, the passphrase of this device's key asked where one opens it."""
        if self.is_exchanging:
            return
        passphrase = self._passphrase or os.environ.get(PASSPHRASE_VARIABLE, "")
        if self._line is None and not passphrase and await asyncio.to_thread(self._key_is_under_passphrase):
            answer = await self.push_screen_wait(AskPassphrase(self._why_not_opened))
            if not answer:
                return
            passphrase = answer
        self._begin(passphrase)

    def _why_not_opened(self, passphrase: str) -> str:
        """Open the line with a passphrase, in a thread; why that is not the one, translated, or nothing.

        Whatever else is wrong the exchange itself says, with what to do about it.
        """
        from sync.credentials import CredentialError, KeyLost

        try:
            self._open_line(passphrase)
        except KeyLost:
            return ""
        except CredentialError as error:
            return translate_error(error)
        except HuokeError:
            return ""
        return ""

    def _open_line(self, passphrase: str) -> OfficeLine:
        """The line to the office, in a thread; what opened its key is kept until Huoke is closed."""
        if self._line is None:
            with self.session.store.use():
                self._line = self.session.line(self.session.store, lambda: passphrase)
            self._passphrase = passphrase
        return self._line

    def _key_is_under_passphrase(self) -> bool:
        with self.session.store.use():
            return key_place(self.session.store) == "file"

    def _begin(self, passphrase: str) -> None:
        stop = self._stop = threading.Event()
        self._unsay()
        self._show_syncing(_("syncing…"))
        # Textual's own threads are waited for at the end of the program, and a silent network can hold one for a
        # minute. An exchange may be cut anywhere, so this one may end with the program.
        threading.Thread(target=self._exchange, args=(passphrase, stop), name="exchange", daemon=True).start()

    def _exchange(self, passphrase: str, stop: threading.Event) -> None:
        from sync.client import exchange_patiently

        told_at, told = 0.0, ""

        def advanced(progress: Progress) -> None:
            nonlocal told_at, told
            if stop.is_set():
                raise Stopped(N_("Syncing was stopped; what came is kept for the next time."))
            # The beginning of something else is always told: it may be long until the next word of it.
            if progress.doing != told or time.monotonic() - told_at >= SECONDS_BETWEEN_TELLING:
                told_at, told = time.monotonic(), progress.doing
                self.post_message(self.ExchangeAdvanced(progress))

        store = self.session.store
        try:
            line = self._open_line(passphrase)
            line.round_trips = line.bytes_up = line.bytes_down = 0
            done = exchange_patiently(store, line, progress=advanced, now=self.session.now, wait=stop.wait)
            with store.use():
                self.session.see_who_sits_here()
        except Exception as error:
            if self._line is None:
                # The key did not open: what opened it before does not any more.
                self._passphrase = ""
            self._hang_up()
            self.post_message(self.ExchangeFailed(error, self._joins_again_at(error)))
        else:
            self.post_message(self.ExchangeFinished(done))

    def _joins_again_at(self, error: Exception) -> str:
        """The address of the office where this laptop must join again; empty where that does not help."""
        from sync.credentials import KeyLost
        from sync.errors import DeviceUnknown, SignatureWrong

        if not isinstance(error, DeviceUnknown | SignatureWrong | KeyLost):
            return ""
        with self.session.store.use():
            return meta("server")

    def on_exchanging_app_exchange_advanced(self, message: ExchangingApp.ExchangeAdvanced) -> None:
        if self.is_exchanging:
            self.exchange_progress = message.progress
            self._show_syncing(progress_words(message.progress))

    def on_exchanging_app_exchange_finished(self, message: ExchangingApp.ExchangeFinished) -> None:
        self.last_exchange = LastExchange(message.done)
        self._ended()
        screen = desk_screen_of(self)
        if isinstance(screen, StoreScreen):
            self._said = exchanged_words(message.done)
            screen.say(self._said)

    def on_exchanging_app_exchange_failed(self, message: ExchangingApp.ExchangeFailed) -> None:
        from sync.errors import Revoked

        error = message.error
        if not isinstance(error, HuokeError):
            raise error
        if isinstance(error, Revoked):
            self._leave_for_good(error)
            return
        self.last_exchange = LastExchange(None, translate_error(error))
        self._ended()
        self.tell_error(error)
        if message.joins_again_at:
            self._offer_to_join_again(message.joins_again_at)

    def _offer_to_join_again(self, url: str) -> None:
        from tui.exchange.join_again import JoinAgainForm

        def joined(folder: Path | None) -> None:
            if folder is not None:
                # The new device has a key of its own.
                self._passphrase = ""
                self._ended()

        self.push_screen(JoinAgainForm(self.session.store, url, self.session.line), joined)

    def _leave_for_good(self, error: HuokeError) -> None:
        """Close: the store was destroyed under the screens."""
        self.farewell = _("{reason} Everything of the company was removed from this laptop.").format(
            reason=translate_error(error)
        )
        self.exit()

    def _ended(self) -> None:
        self._stop = None
        self.exchange_progress = None
        self._show_syncing("")
        # The screens need not wait until the app notices that something was written.
        for screen in self._store_screens():
            screen.store_changed()

    def _unsay(self) -> None:
        """Take back, on every screen, what was said of the exchange before: it is no longer the last one."""
        for screen in self._store_screens():
            if any(self._said and line.standing.said == self._said for line in screen.query(StatusLine)):
                screen.say("")

    def _show_syncing(self, words: str) -> None:
        self.session.syncing = words
        for screen in self._store_screens():
            if screen.is_mounted:
                screen.show_syncing()

    def _store_screens(self) -> list[StoreScreen]:
        return [screen for stack in self._screen_stacks.values() for screen in stack if isinstance(screen, StoreScreen)]
