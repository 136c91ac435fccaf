"""Rows of a long list in pages: a few are kept, the rest stays in the database."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from textual.content import Content

Cell = Content | str
Tone = Literal["", "muted", "good", "warning", "error"]

PAGE_ROWS = 100
PAGES_KEPT = 12
"""At most this many pages stay in memory: a screen of 100 lines with its neighbours, several times over."""


@dataclass(frozen=True)
class Row:
    """A row of a list.

    Args:
        key: What the row is, however the list is sorted.
        sort_key: Where the row stands; it must tell any two rows apart, so it ends in the key.
        cells: One for each column of the list, hidden ones too.
        tone: Colours the row; what it says must also stand in a cell as a word or a sign.
    """

    key: Hashable
    sort_key: Any
    cells: tuple[Cell, ...]
    tone: Tone = ""


class PageSource(Protocol):
    """Where a list gets its rows. It is called in a thread, so it enters its own store."""

    def count(self) -> int:
        """How many rows there are."""
        ...

    def page(self, offset: int, size: int, after: Any | None, before: Any | None) -> Sequence[Row]:
        """The rows from an offset on.

        Args:
            offset: How many rows come before the first one wanted.
            size: How many rows are wanted at most.
            after: The sort key of the row just before the first one wanted, if it is known.
            before: The sort key of the row just behind the last one wanted, if it is known.
        """
        ...


@dataclass(frozen=True)
class Errand:
    """What is to be fetched in one go: pages by number and, where wanted, the count."""

    source: PageSource
    generation: int
    numbers: tuple[int, ...]
    edges: Mapping[int, tuple[Any, Any]]
    with_count: bool


@dataclass(frozen=True)
class Fetched:
    """What came back from an errand."""

    generation: int
    pages: Mapping[int, tuple[Row, ...]]
    total: int | None


def run_errand(errand: Errand) -> Fetched:
    """Fetch pages by the key of a known neighbour where there is one, else by offset."""
    edges = dict(errand.edges)
    pages: dict[int, tuple[Row, ...]] = {}
    for number in sorted(errand.numbers):
        after = edges[number - 1][1] if number - 1 in edges else None
        before = edges[number + 1][0] if after is None and number + 1 in edges else None
        rows = tuple(errand.source.page(number * PAGE_ROWS, PAGE_ROWS, after, before))
        pages[number] = rows
        if len(rows) == PAGE_ROWS:
            edges[number] = (rows[0].sort_key, rows[-1].sort_key)
    total = errand.source.count() if errand.with_count else None
    return Fetched(errand.generation, pages, total)


@dataclass
class Pages:
    """The pages of one list that are in memory, at most `PAGES_KEPT`.

    After `invalidate` the old rows stay readable until new ones come, so that a list never blinks.
    """

    source: PageSource | None = None
    total: int | None = None
    generation: int = 0
    _kept: OrderedDict[int, tuple[Row, ...]] = field(default_factory=OrderedDict)
    _fresh: set[int] = field(default_factory=set)
    _count_is_fresh: bool = False

    def replace(self, source: PageSource) -> None:
        """Take the rows from another source from now on."""
        self.source = source
        self.invalidate()

    def invalidate(self) -> None:
        """Fetch everything anew; what is on its way is no longer wanted."""
        self.generation += 1
        self._fresh.clear()
        self._count_is_fresh = False

    def row(self, index: int) -> Row | None:
        """The row at an index, if it is in memory."""
        number, place = divmod(index, PAGE_ROWS)
        rows = self._kept.get(number)
        return rows[place] if rows is not None and place < len(rows) else None

    def index_of(self, key: Hashable) -> int | None:
        """Where the row with a key is, if it is in memory and fresh."""
        for number in self._fresh:
            for place, row in enumerate(self._kept[number]):
                if row.key == key:
                    return number * PAGE_ROWS + place
        return None

    @property
    def rows_in_memory(self) -> int:
        """How many rows are held."""
        return sum(map(len, self._kept.values()))

    def errand(self, wanted: Iterable[int]) -> Errand | None:
        """What has to be fetched so that the wanted pages are here; None when nothing has to."""
        if self.source is None:
            return None
        numbers = tuple(number for number in wanted if number not in self._fresh)
        if not numbers and self._count_is_fresh:
            return None
        edges = {
            number: (rows[0].sort_key, rows[-1].sort_key)
            for number in self._fresh
            if len(rows := self._kept[number]) == PAGE_ROWS
        }
        return Errand(self.source, self.generation, numbers, edges, not self._count_is_fresh)

    def take(self, fetched: Fetched, wanted: Iterable[int]) -> bool:
        """Keep what came back, unless it is of an older generation.

        Args:
            fetched: What came back.
            wanted: The pages on screen now; they are the last to be dropped.
        """
        if fetched.generation != self.generation:
            return False
        for number, rows in fetched.pages.items():
            self._kept[number] = rows
            self._fresh.add(number)
        if fetched.total is not None:
            self.total = fetched.total
            self._count_is_fresh = True
            self._forget_beyond_the_end(fetched.total)
        for number in (*fetched.pages, *wanted):
            if number in self._kept:
                self._kept.move_to_end(number)
        while len(self._kept) > PAGES_KEPT:
            dropped, _rows = self._kept.popitem(last=False)
            self._fresh.discard(dropped)
        return True

    def _forget_beyond_the_end(self, total: int) -> None:
        for number in [number for number in self._kept if number * PAGE_ROWS >= total]:
            del self._kept[number]
            self._fresh.discard(number)
