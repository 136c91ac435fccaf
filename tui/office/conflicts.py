"""What waits for the office's decision: a field that two people changed, and what a salesperson asks for.

Likely duplicates have a list of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, cast

from tui import keymap
from tui.exchange.deciding import decision, why_not_decide
from tui.exchange.reading import InboxEntry, open_conflicts
from tui.leaderboard.short_table import Entry
from tui.locale import N_, _
from tui.office.face import Deed, FaceRead, ListFace
from tui.shared.ask import Choice, Choose
from tui.shared.columns import Column
from tui.shared.pages import Row

if TYPE_CHECKING:
    from tui.office.desk import OfficeDesk

KINDS_HERE = ("field", "request")
TAKE, KEEP, LOOK = "take", "keep", "look"


class ConflictsFace(ListFace):
    """Everything of the inbox that somebody must decide, the oldest first."""

    TITLE = N_("Conflicts")
    ENTER = "open_row"
    EMPTY = N_("Nothing waits for a decision.")
    COLUMNS = (
        Column("what", N_("Kind"), 9, priority=9),
        Column("about", N_("Concerns"), 9, priority=8),
        Column("sentence", N_("What there is to say"), 30, grow=True, priority=9),
        Column("day", N_("Date"), 10, priority=5),
    )

    def read(self, day: date, *, turned_to: bool) -> FaceRead:
        session = cast("OfficeDesk", self.screen).session
        found = sorted(open_conflicts(session.person_id, KINDS_HERE), key=_place)
        said = _("{count} wait for a decision").format(count=len(found))
        return FaceRead([_entry(each) for each in found], found, said)

    @property
    def customer(self) -> bytes | None:
        return self.record.customer if isinstance(self.record, InboxEntry) else None

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "take_wanted": Deed(self._take, hindrance=self._not_mine),
            "keep_apart": Deed(self._keep, hindrance=self._not_mine, label=N_("keep theirs")),
            "open_archive": self.open_archive(),
            "open_row": Deed(self._open),
        }

    def _not_mine(self) -> str:
        """Why the person who sits here does not decide this one."""
        entry: InboxEntry = self.record
        person = cast("OfficeDesk", self.screen).session.person
        if entry.conflict is None:
            return ""
        return why_not_decide(entry.conflict, "" if person is None else person.role)

    async def _take(self, desk: OfficeDesk) -> None:
        self._decide(desk, take=True)

    async def _keep(self, desk: OfficeDesk) -> None:
        self._decide(desk, take=False)

    def _decide(self, desk: OfficeDesk, *, take: bool) -> None:
        entry: InboxEntry = self.record
        if entry.conflict is not None:
            args, said = decision(entry.conflict, take=take)
            desk.decide([args], said)

    async def _open(self, desk: OfficeDesk) -> None:
        """Say in full what each side wants, and ask what is to be done."""
        entry: InboxEntry = self.record
        choices = [Choice(LOOK, _("open the archive"))]
        if not self._not_mine():
            # The keys by which the lines above call them.
            take, keep = (keymap.ACTION_OF[f"exchange.{verb}"].keys[0] for verb in ("take_mine", "keep_theirs"))
            choices = [Choice(TAKE, _("take the wish"), take), Choice(KEEP, _("keep theirs"), keep), *choices]
        chosen = await desk.ask(Choose(entry.sentence, choices, "\n".join(entry.details), at=None))
        if chosen == LOOK and entry.customer is not None:
            desk.app.open_customer(entry.customer)  # type: ignore[attr-defined]
        elif chosen in (TAKE, KEEP) and entry.conflict is not None:
            args, said = decision(entry.conflict, take=chosen == TAKE)
            desk.decide([args], said)


def _entry(entry: InboxEntry) -> Entry:
    cells = (entry.word, entry.about, entry.sentence, entry.day)
    return Entry(Row(entry.id, _place(entry), cells, "warning"), cells)


def _place(entry: InboxEntry) -> tuple[str, str, str, bytes]:
    """The oldest first; of one day, what two people changed before what is asked for."""
    return (entry.day, "" if entry.conflict is None else entry.conflict.kind, entry.about, entry.id)
