"""The errors of the business.

HuokeError                 anything that is told to a person in one sentence
├── InputError             what was given cannot be read: it names the thing and the remedy
│   └── ImportRefused      files with bad rows; carries every one of them
├── Refused                a business rule says no
├── StoreError             the store itself: missing, locked, damaged, newer than this program
└── UnreachableError       the other side of the network does not answer
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "marked, translated later"
    """Mark a text for the catalogue; it is translated where it is shown."""
    return text


class HuokeError(Exception):
    """Something a person is told in one sentence.

    The English template is kept apart from its values so that a screen can translate it.
    """

    def __init__(self, template: str, **params: Any) -> None:
        self.template = template
        self.params = params
        shown = {name: _listed(value) for name, value in params.items()}
        super().__init__(template.format(**shown) if shown else template)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuilt, (type(self), self.template, self.params))


def _listed(value: Any) -> Any:
    """Several names as one text; a screen translates each by itself."""
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else value


def _rebuilt(kind: type[HuokeError], template: str, params: dict[str, Any]) -> HuokeError:
    return kind(template, **params)


class InputError(HuokeError):
    """What was given cannot be read or names nothing known."""


class Refused(HuokeError):
    """A business rule says no; the reason names who or what could change it."""


class StoreError(HuokeError):
    """The store cannot be opened, written or trusted."""


class UnreachableError(HuokeError):
    """The other side of the network does not answer."""


@dataclass(frozen=True)
class BadRow:
    """One fault in an imported file. `row` counts from 2: the header is row 1; 0 speaks of the whole file."""

    file: str
    row: int
    column: str
    error: InputError


class ImportRefused(InputError):
    """Files with bad rows: nothing was written."""

    def __init__(self, bad_rows: Sequence[BadRow]) -> None:
        self.bad_rows = tuple(bad_rows)
        super().__init__(
            N_("Rows that cannot be imported: {count}. Nothing was written: mend them and import again."),
            count=len(self.bad_rows),
        )
