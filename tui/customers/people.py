"""Whom a person means by a code or a name typed into a form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model.errors import N_, InputError
from model.store import rows
from tui.locale import _

POOL_WORDS = ("-", "公海", "pool")
SHOWN_AT_MOST = 6


@dataclass(frozen=True)
class Colleague:
    """Someone who works here now."""

    id: bytes
    code: str
    name: str

    @property
    def shown(self) -> str:
        return f"{self.code} {self.name}"


def colleagues() -> tuple[Colleague, ...]:
    """Everyone who works here, those who sell first, by code; read inside the store."""
    found = rows(
        "SELECT id, code, name FROM salesperson WHERE active <> 0"
        " ORDER BY CASE WHEN role = 'sales' THEN 0 ELSE 1 END, code"
    )
    return tuple(Colleague(bytes(id_), code, name) for id_, code, name in found)


def meant_by(text: str, people: Sequence[Colleague]) -> list[Colleague]:
    """Those whom a text may mean: the one with this code or name, else all whose code or name has it."""
    typed = text.strip().lower()
    exact = [one for one in people if typed in (one.code.lower(), one.name.lower())]
    return exact or [one for one in people if one.code.lower().startswith(typed) or typed in one.name.lower()]


def means_pool(text: str) -> bool:
    """Whether a text means the pool."""
    return text.strip().lower() in POOL_WORDS


def colleague_meant(text: str, people: Sequence[Colleague]) -> Colleague:
    """The one person a text means.

    Raises:
        InputError: nobody, or several.
    """
    found = meant_by(text, people) if text.strip() else []
    if len(found) == 1:
        return found[0]
    if not found:
        raise InputError(N_("Nobody here is called “{value}”: write a code or a name."), value=text[:40])
    raise InputError(
        N_("“{value}” can be {names}: write the code."),
        value=text[:40],
        names=[one.shown for one in found[:SHOWN_AT_MOST]],
    )


def some_of(people: Sequence[Colleague]) -> str:
    """The first of those one can choose from, and how many more there are."""
    shown = [one.shown for one in people[:SHOWN_AT_MOST]]
    more = [f"+{len(people) - len(shown)}"] if len(people) > len(shown) else []
    return "  ".join([*shown, *more])


def meant_words(text: str, people: Sequence[Colleague], *, pool: bool) -> str:
    """What is said below the field while a text is typed."""
    if not text.strip():
        return ""
    if pool and means_pool(text):
        return _("the pool")
    found = meant_by(text, people)
    return some_of(found) or _("nobody")
