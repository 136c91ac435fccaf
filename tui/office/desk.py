"""What every deed of the office needs: asking a person, writing what they decided, and reading the lists again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from textual import on, work
from textual.message import Message
from textual.screen import Screen
from textual.worker import get_current_worker

from model.changes.kind import Args
from model.conflicts import Requested
from model.errors import HuokeError
from tui.locale import _, translate_error
from tui.office.face import FaceRead, ListFace
from tui.session import StoreScreen

Answer = TypeVar("Answer")


class OfficeDesk(StoreScreen):
    """The part of the office's screen on which its lists act."""

    class FaceCame(Message):
        """A list came from the store."""

        def __init__(self, face: ListFace, read: FaceRead) -> None:
            self.face, self.read = face, read
            super().__init__()

    class Decided(Message):
        """Something was decided; the translated sentence says what."""

        def __init__(self, sentence: str) -> None:
            self.sentence = sentence
            super().__init__()

    # Asking -----------------------------------------------------------------------------------

    async def ask(self, question: Screen[Answer]) -> Answer:
        """What a person answers."""
        return await self.app.push_screen_wait(question)

    # Reading ----------------------------------------------------------------------------------

    def read_list(self, face: ListFace, *, turned_to: bool) -> None:
        """Read a list in a thread; what is written meanwhile makes it be read once more, not twice at a time."""
        if face.is_being_read:
            face.is_outdated = True
            return
        face.is_being_read = True
        self.run_worker(partial(self._read, face, turned_to), thread=True, group="face")

    def _read(self, face: ListFace, turned_to: bool) -> None:
        try:
            with self.session.store.use():
                read = face.read(self.session.today(), turned_to=turned_to)
        except HuokeError as error:
            read = FaceRead((), (), translate_error(error))
        if not get_current_worker().is_cancelled:
            self.post_message(self.FaceCame(face, read))

    @on(FaceCame)
    def _fill(self, message: FaceCame) -> None:
        message.face.is_being_read = False
        message.face.fill(message.read)
        self.show_standing()
        if message.face.is_outdated:
            message.face.is_outdated = False
            self.read_list(message.face, turned_to=False)

    def show_standing(self) -> None:
        """Say again what the list that is shown comes to."""

    # Deciding ---------------------------------------------------------------------------------

    @work(thread=True, group="decide")
    def decide(self, deeds: Sequence[Args], said: str) -> None:
        """Do what was decided, one after the other; where one is refused the others are done all the same.

        Args:
            said: translated, what to say of those that were done; `{count}` stands for how many.
        """
        done, asked, refused = 0, 0, ""
        for args in deeds:
            try:
                with self.session.store.use():
                    outcome = self.session.record(args)
                asked += isinstance(outcome, Requested)
                done += not isinstance(outcome, Requested)
            except HuokeError as error:
                refused = translate_error(error)
        parts = (
            said.format(count=done) if done else "",
            _("The office was asked: it decides.") if asked else "",
            refused,
        )
        self.post_message(self.Decided(" ".join(part for part in parts if part)))

    @on(Decided)
    def _decided(self, message: Decided) -> None:
        self.done(message.sentence)

    def done(self, sentence: str) -> None:
        """Say what was done, and show what has become of it."""
        self.say(sentence)
        self.store_changed()
