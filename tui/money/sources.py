"""Where the lists of money get their rows: a list of the model, read whole when it is asked for anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from model.money_lists import Listed
from model.store import Store
from tui.archive.sources import RecordRow
from tui.shared.pages import Row

Record = TypeVar("Record")


class MoneyList(Generic[Record]):
    """A page source that keeps what it read until `read_again`; rows are made as they come into sight.

    Attributes:
        listed: what was read last; None before.
    """

    def __init__(self, store: Store, read: Callable[[], Listed[Record]], row: Callable[[Record], RecordRow]) -> None:
        self.listed: Listed[Record] | None = None
        self._store = store
        self._read = read
        self._row = row
        self._is_outdated = True

    def read_again(self) -> None:
        """Take the rows from the store when they are asked for next."""
        self._is_outdated = True

    def count(self) -> int:
        return len(self._now().rows)

    def page(self, offset: int, size: int, after: Any | None, before: Any | None) -> Sequence[Row]:
        return [self._row(record) for record in self._now().rows[offset : offset + size]]

    def _now(self) -> Listed[Record]:
        if self._is_outdated or self.listed is None:
            # Whoever asks for another reading while this one lasts gets it.
            self._is_outdated = False
            with self._store.use():
                self.listed = self._read()
        return self.listed
