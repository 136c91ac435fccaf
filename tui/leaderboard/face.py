"""What the faces of the leaderboard have in common: they read in a thread, and show what was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from textual.containers import Vertical

from tui.leaderboard.short_table import ShortTable
from tui.locale import _
from tui.session import Session


@dataclass(frozen=True)
class Wanted:
    """What the board is asked for.

    Attributes:
        month: `YYYY-MM`.
        as_of: the business date.
        without_blacklisted: the company's rate leaves blacklisted customers out.
    """

    month: str
    as_of: date
    without_blacklisted: bool = False

    @property
    def is_present(self) -> bool:
        """Whether the month still lasts."""
        return self.as_of.isoformat()[:7] == self.month


def published_words(published: str | None) -> str:
    """That all but one's own row are the office's figures, and of when; empty where everything is counted here.

    Args:
        published: when the office counted, ISO; empty where it published nothing of the month.
    """
    if published is None:
        return ""
    if not published:
        return _("the office has published nothing of this month: only your own row is known here")
    moment = datetime.fromisoformat(published)
    shown = f"{moment.astimezone():%Y-%m-%d %H:%M}" if "T" in published else published
    return _("others and company: published by the office as of {time}").format(time=shown)


@dataclass(frozen=True)
class Someone:
    """A salesperson of the board; without an id, the orders that are nobody's."""

    id: bytes | None
    name: str


class Face(Vertical):
    """One face of the leaderboard."""

    TITLE: ClassVar[str] = ""
    """Marked text."""

    def read(self, session: Session, wanted: Wanted) -> Any:
        """Read what is shown; in a thread, with the store in use."""
        raise NotImplementedError

    def show(self, read: Any) -> None:
        """Show what was read."""
        raise NotImplementedError

    @property
    def note(self) -> str:
        """A line that says what the figures mean."""
        return ""

    @property
    def table(self) -> ShortTable:
        """The list that has the cursor when the face is turned to."""
        return self.query(ShortTable).first()

    @property
    def highlighted(self) -> Someone | None:
        """The salesperson under the cursor."""
        row = self.table.cursor_row
        return row.key if row is not None and isinstance(row.key, Someone) else None
