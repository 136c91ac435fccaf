"""One key takes back what was done last; what cannot be is named with its reason, and the one before it is offered."""

from __future__ import annotations

from textual import work

from model.changes.about import named_about
from model.changes.log import Change
from model.changes.taking_back import NotUndone, take_back_last
from model.errors import N_, HuokeError, Refused
from tui.archive.change_words import CHANGE_WORDS
from tui.exchange.exchanging import ExchangingApp
from tui.locale import _, translate_error
from tui.session import StoreScreen
from tui.shared.ask import Confirm
from tui.shared.desk_screen import desk_screen_of

STAYS = N_("{what} cannot be undone. {reason}")


class UndoingApp(ExchangingApp):
    """An app in which the last change can be taken back from anywhere."""

    def action_undo_last(self) -> None:
        """Take back the last thing done here."""
        self._take_back(None)

    @work(thread=True, exclusive=True, group="undo")
    def _take_back(self, before: int | None) -> None:
        try:
            with self.session.store.use():
                outcome = take_back_last(self.session.person_id, self.session.record, before=before)
                what = _words_of(outcome.change)
                earlier = _words_of(outcome.earlier) if isinstance(outcome, NotUndone) and outcome.earlier else ""
        except HuokeError as error:
            self.call_from_thread(self.tell_error, error)
            return
        if isinstance(outcome, NotUndone):
            self.call_from_thread(self._ask_for_the_one_before, outcome, what, earlier)
        else:
            self.call_from_thread(self.tell_undone, what)

    @work
    async def _ask_for_the_one_before(self, stays: NotUndone, what: str, earlier: str) -> None:
        """Say what cannot be taken back and why; what was done before it is taken back only if that is meant."""
        if not earlier:
            self.tell_error(Refused(STAYS, what=what, reason=stays.reason))
            return
        said = _(STAYS).format(what=what, reason=translate_error(stays.reason))
        question = _("Undo the one before it instead: {what}?").format(what=earlier)
        if await self.push_screen_wait(Confirm(said, question)):
            self._take_back(stays.before)

    def tell_undone(self, what: str) -> None:
        """Say on the screen what was taken back."""
        screen = desk_screen_of(self)
        if isinstance(screen, StoreScreen):
            screen.say(_("Undone: {what}.").format(what=what))


def _words_of(change: Change) -> str:
    """A change as a person names it; call it with the store in use."""
    return f"{_(CHANGE_WORDS.get(change.kind, change.kind))} {named_about(change)}".rstrip()
