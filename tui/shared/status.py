"""The foot of every screen: whose desk it is, how old what is seen is, and the few keys to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui import keymap
from tui.keymap import Action
from tui.locale import _
from tui.shared.columns import fit, printable
from tui.shared.desk_screen import DeskScreen, desk_screen_of, reason_against

SEPARATOR = " · "
GAP_CELLS = 2
"""Blank cells between two keys."""
DAYS_SAID_IN_WORDS = 6
WARNING_DAYS = 3
"""From so many days before a laptop may record no more without an exchange, the status line says so."""


@dataclass(frozen=True)
class Standing:
    """What the status line says.

    Args:
        company: The company's name.
        person: The person's name.
        date: The business date as text.
        as_of: When the office was last heard of, as text; empty on a store of its own.
        unsent: Changes that the office has not got yet.
        held: One's own orders that are held.
        said: A sentence about what was just done, translated; it stands in the middle.
        must_sync: That this laptop must sync soon or now, as text; empty while there is time.
        syncing: What the exchange under way is doing, as text; it stands in the place of `as_of`.
    """

    company: str = ""
    person: str = ""
    date: str = ""
    as_of: str = ""
    unsent: int = 0
    held: int = 0
    said: str = ""
    must_sync: str = ""
    syncing: str = ""


class StatusLine(Widget):
    """Two lines: the standing, and below it the keys of the screen."""

    DEFAULT_CSS = """
    StatusLine {
        dock: bottom; height: 2; width: 1fr; background: $panel; color: $text-muted;
    }
    """
    ALLOW_SELECT = False

    standing: reactive[Standing] = reactive(Standing())

    def render(self) -> Content:
        width = self.size.width
        keys = key_line(
            [
                (keymap.short_key(action), _(action.foot_label), not reason_against(self.app, action))
                for action in self._actions()
            ],
            width,
        )
        return Content(standing_line(self.standing, width) + "\n") + keys

    def _actions(self) -> list[Action]:
        screen = desk_screen_of(self.app)
        return screen.foot_actions() if isinstance(screen, DeskScreen) else keymap.footer_actions("app")


def standing_line(standing: Standing, width: int) -> str:
    """The standing in so many cells: who and when to the left, what is unsent to the right.

    What is unsent or held is never cut; the company's name gives way first.
    """
    said_right = []
    if standing.syncing:
        said_right.append(standing.syncing)
    elif standing.as_of:
        said_right.append(_("as of {time}").format(time=standing.as_of))
    if standing.unsent:
        said_right.append(_("{count} unsent").format(count=standing.unsent))
    if standing.held:
        said_right.append(_("{count} held").format(count=f"{standing.held:,}"))
    if standing.must_sync and not standing.syncing:
        said_right.append(standing.must_sync)
    right = SEPARATOR.join(said_right)
    room = max(0, width - cell_len(right) - (1 if right else 0))
    who = [standing.company, standing.person, standing.date]
    left = SEPARATOR.join(printable(part) for part in who if part)
    if standing.said:
        whole = f"{left}  {printable(standing.said)}"
        left = whole if cell_len(whole) <= room else printable(standing.said)
    gap = " " if right else ""
    return fit(fit(left, room) + gap + right, width)


def age_text(heard: datetime | None, today: date) -> str:
    """How old what is seen is: a time only for today, for any other day its age or its date.

    Args:
        heard: When the office was last heard of; None before the first exchange.
    """
    if heard is None:
        return ""
    local = heard.astimezone()
    days = (today - local.date()).days
    if days <= 0:
        return f"{local:%H:%M}"
    if days == 1:
        return _("yesterday {time}").format(time=f"{local:%H:%M}")
    return _("{days} days ago").format(days=days) if days <= DAYS_SAID_IN_WORDS else local.date().isoformat()


def must_sync_text(days_left: int | None) -> str:
    """That this laptop must sync before it can go on recording; empty while there is time.

    Args:
        days_left: For how many more days it may record; below zero it may not any more; None before the first
            exchange.
    """
    if days_left is None:
        return _("! never synced")
    if days_left > WARNING_DAYS:
        return ""
    if days_left < 0:
        return _("! sync now: nothing is recorded before")
    return _("! sync today") if days_left == 0 else _("! sync within {days} days").format(days=days_left)


def key_line(keys: Sequence[tuple[str, str, bool]], width: int) -> Content:
    """The keys that fit, each with what it does; the last two (the palette and the help) always stay.

    Args:
        keys: The key, its label and whether it can act now.
        width: In cells.
    """
    kept = list(keys)
    while len(kept) > 2 and sum(map(_key_cells, kept)) - GAP_CELLS > width:
        del kept[-3]
    parts = []
    for key, label, can_act in kept:
        parts.append(Content.styled(key, "bold" if can_act else "dim"))
        parts.append(Content.styled(f" {label}{' ' * GAP_CELLS}", "" if can_act else "dim"))
    return Content("").join(parts)


def _key_cells(key: tuple[str, str, bool]) -> int:
    return cell_len(key[0]) + 1 + cell_len(key[1]) + GAP_CELLS
