"""What the lists of the office have in common: what each shows, and what is done in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from tui.leaderboard.short_table import Entry, ShortTable
from tui.locale import N_, _
from tui.shared.columns import Column
from tui.shared.paged_table import PagedTable

if TYPE_CHECKING:
    from tui.office.desk import OfficeDesk

NOT_KNOWN = "–"


def nothing_hinders() -> str:
    """A deed that can be done with any row."""
    return ""


@dataclass(frozen=True)
class Deed:
    """Something that is done in a list.

    Attributes:
        do: does it, asking what it must know.
        right: that it needs; empty where anybody may.
        needs_row: there must be a row under the cursor.
        hindrance: says, translated, why it cannot be done with this row; empty when it can.
        label: marked text, what its key does here, where the registry's own word is a general one.
    """

    do: Callable[[OfficeDesk], Awaitable[None]]
    right: str = ""
    needs_row: bool = True
    hindrance: Callable[[], str] = nothing_hinders
    label: str = ""


@dataclass(frozen=True)
class FaceRead:
    """What a list shows.

    Attributes:
        records: what each of the rows stands for.
        summary: a line above the rows, translated.
        about: what else a deed must know of what was read.
    """

    entries: Sequence[Entry]
    records: Sequence[Any]
    summary: str
    about: Any = None


class OfficeFace(PagedTable):
    """One list of the office."""

    TITLE: ClassVar[str] = ""
    """Marked text, a word or two: it stands among all the others."""
    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    EMPTY: ClassVar[str] = ""
    """Marked text."""
    MARKABLE: ClassVar[bool] = False
    ENTER: ClassVar[str] = ""
    """The deed that Enter does."""

    summary: str = ""

    @property
    def deeds(self) -> Mapping[str, Deed]:
        """What can be done here, by the verb of its key, the most usual first."""
        return {}

    def fill_from(self, desk: OfficeDesk, *, turned_to: bool) -> None:
        """Read what the list shows.

        Args:
            turned_to: the person came to the list; else something was written while it is shown.
        """
        raise NotImplementedError

    @property
    def has_row(self) -> bool:
        """Whether there is a row under the cursor."""
        return self.cursor_row is not None

    @property
    def customer(self) -> bytes | None:
        """The customer of the row under the cursor."""
        return None

    def open_archive(self) -> Deed:
        """The deed that shows the customer's archive."""

        async def shown(desk: OfficeDesk) -> None:
            if self.customer is not None:
                desk.app.open_customer(self.customer)  # type: ignore[attr-defined]

        return Deed(shown)


class ListFace(ShortTable, OfficeFace):
    """A list that is read whole, in a thread."""

    def __init__(self, **more: Any) -> None:
        super().__init__(self.COLUMNS, empty_text=_(self.EMPTY), markable=self.MARKABLE, **more)
        self._records: dict[Hashable, Any] = {}
        self.about: Any = None
        self.is_being_read = False
        self.is_outdated = False

    def read(self, day: date, *, turned_to: bool) -> FaceRead:
        """Read the list; in a thread, with the store in use."""
        raise NotImplementedError

    def fill_from(self, desk: OfficeDesk, *, turned_to: bool) -> None:
        if not self.summary:
            self.summary = _("This is being read…")
        desk.read_list(self, turned_to=turned_to)

    def fill(self, read: FaceRead) -> None:
        """Show what was read."""
        self._records = {entry.row.key: record for entry, record in zip(read.entries, read.records, strict=True)}
        self.summary, self.about = read.summary, read.about
        self.take(read.entries)

    @property
    def has_row(self) -> bool:
        return self.record is not None

    @property
    def record(self) -> Any:
        """What the row under the cursor stands for; None where there is none."""
        row = self.cursor_row
        return None if row is None else self._records.get(row.key)

    @property
    def meant(self) -> list[Any]:
        """What the marked rows stand for, in their order; without marks, the row under the cursor."""
        marked = set(self.selected)
        found = [record for key, record in self._records.items() if key in marked]
        return found or [each for each in (self.record,) if each is not None]


NO_ROW = N_("There is no row here.")
