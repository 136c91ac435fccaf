"""A list of any length: it holds a few pages of rows and reads the others when they come into sight."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style
from textual.worker import get_current_worker

from model.errors import HuokeError
from tui import keymap
from tui.locale import _, translate_error
from tui.shared.columns import Column, PlacedColumn, Sort, fit, lay_out, printable, whole_cells
from tui.shared.pages import PAGE_ROWS, Cell, Errand, Fetched, Pages, PageSource, Row, run_errand

__all__ = ["Column", "PageSource", "PagedTable", "Row", "Sort"]

GUTTER_CELLS = 2
"""Left of each row: a sign for the cursor and one for the mark, so that neither needs colour."""
LOADING_SIGN = "·"
ASCENDING_SIGN, DESCENDING_SIGN = "▴", "▾"


class PagedTable(ScrollView, can_focus=True):
    """A list over a `PageSource`, with a cursor, marks and a frozen head.

    The screen gives it columns once and a source whenever the filter or the sorting changes.
    Rows are fetched in a thread; moves never wait for them.
    """

    DEFAULT_CSS = """
    PagedTable {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        & > .paged-table--header { color: $text-muted; text-style: bold; background: $surface; }
        & > .paged-table--cursor { background: $primary 35%; text-style: bold; }
        & > .paged-table--cursor-away { background: $primary 12%; }
        & > .paged-table--marked { color: $text-accent; }
        & > .paged-table--quiet { color: $text-disabled; }
        & > .paged-table--muted { color: $text-muted; }
        & > .paged-table--good { color: $text-success; }
        & > .paged-table--warning { color: $text-warning; }
        & > .paged-table--error { color: $text-error; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "paged-table--header",
        "paged-table--cursor",
        "paged-table--cursor-away",
        "paged-table--marked",
        "paged-table--quiet",
        "paged-table--muted",
        "paged-table--good",
        "paged-table--warning",
        "paged-table--error",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        *keymap.bindings("list"),
        *keymap.bindings("list.sorting"),
        *keymap.bindings("list.marks"),
    ]
    ALLOW_SELECT = False

    # Textual sets its own fields on every message, so these dataclasses cannot be frozen.
    @dataclass
    class RowHighlighted(Message):
        """The cursor came to a row, or another row came under it."""

        table: PagedTable
        index: int
        row: Row

        @property
        def control(self) -> PagedTable:
            return self.table

    @dataclass
    class RowChosen(Message):
        """Enter was pressed on a row."""

        table: PagedTable
        index: int
        row: Row

        @property
        def control(self) -> PagedTable:
            return self.table

    @dataclass
    class SelectionChanged(Message):
        """Rows were marked or unmarked; `keys` are all that are marked now."""

        table: PagedTable
        keys: tuple[Hashable, ...]

        @property
        def control(self) -> PagedTable:
            return self.table

    @dataclass
    class SortRequested(Message):
        """Another order of the rows was asked for; the screen answers with `show`."""

        table: PagedTable
        sort: Sort

        @property
        def control(self) -> PagedTable:
            return self.table

    @dataclass
    class FilterRequested(Message):
        """The filter key was pressed."""

        table: PagedTable

        @property
        def control(self) -> PagedTable:
            return self.table

    @dataclass
    class ExportRequested(Message):
        """What is shown is to be written to a file."""

        table: PagedTable

        @property
        def control(self) -> PagedTable:
            return self.table

    @dataclass
    class Loaded(Message):
        """Rows came from the source; `total` counts all rows of the list."""

        table: PagedTable
        total: int

        @property
        def control(self) -> PagedTable:
            return self.table

    @dataclass
    class _RowsFetched(Message, bubble=False):
        fetched: Fetched

    @dataclass
    class _FetchRefused(Message, bubble=False):
        generation: int
        error: HuokeError

    def __init__(
        self,
        columns: Sequence[Column],
        source: PageSource | None = None,
        *,
        sort: Sort | None = None,
        empty_text: str = "",
        markable: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """
        Args:
            columns: All columns; those that do not fit are hidden by priority.
            source: Where the rows come from; none yet shows an empty list.
            sort: What the source sorts by, for the sign in the head.
            empty_text: Translated: what to do when there are no rows.
            markable: Whether several rows can be marked, to do something with all of them.
        """
        super().__init__(id=id, classes=classes)
        self.columns = tuple(columns)
        self.sort = sort
        self.empty_text = empty_text
        self.markable = markable
        self.cursor = 0
        self._marked: dict[Hashable, None] = {}
        self._pages = Pages()
        self._placed: tuple[PlacedColumn, ...] = ()
        self._whole_cells: dict[str, int] = {}
        self._errand_under_way = False
        self._failure = ""
        self._highlighted: Hashable | None = None
        self._cursor_key: Hashable | None = None
        if source is not None:
            self._pages.replace(source)

    # What a screen asks -----------------------------------------------------------------------

    @property
    def source(self) -> PageSource | None:
        """Where the rows come from."""
        return self._pages.source

    @property
    def total(self) -> int:
        """How many rows the list has, as far as is known."""
        return self._pages.total or 0

    @property
    def is_loading(self) -> bool:
        """Whether rows in sight are still on their way."""
        return self._errand_under_way or self._pages.errand(self._wanted_pages()) is not None

    @property
    def rows_in_memory(self) -> int:
        """How many rows are held now."""
        return self._pages.rows_in_memory

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor, if there is one and it has come."""
        return self._pages.row(self.cursor) if self.cursor < self.total else None

    @property
    def selected(self) -> tuple[Hashable, ...]:
        """The keys of the marked rows, in the order of marking."""
        return tuple(self._marked)

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """The columns that fit now."""
        return tuple(placed.column for placed in self._placed)

    def show(
        self,
        source: PageSource,
        *,
        sort: Sort | None = None,
        empty_text: str | None = None,
        keep_marks: bool = False,
    ) -> None:
        """Show another list from its top; the old rows stay in sight until the new ones come."""
        self.sort = sort
        if empty_text is not None:
            self.empty_text = empty_text
        if not keep_marks:
            self.clear_marks()
        self.cursor = 0
        self._cursor_key = None
        self._highlighted = None
        self.scroll_to(y=0, animate=False)
        self._pages.replace(source)
        self._failure = ""
        self._whole_cells = {}
        self._fetch_missing()
        self.refresh()

    def reload(self, keep_cursor: bool = True) -> None:
        """Read the rows anew after the data changed, without moving anything that need not move.

        Args:
            keep_cursor: The cursor follows its row where it still is near; else it goes to the top.
        """
        row = self.cursor_row
        self._cursor_key = row.key if keep_cursor and row is not None else None
        if not keep_cursor:
            self.move_to(0)
        self._pages.invalidate()
        self._failure = ""
        self._fetch_missing()

    def move_to(self, index: int) -> None:
        """Put the cursor on a row by its index."""
        self._cursor_key = None
        before = self.cursor
        self.cursor = max(0, min(index, self.total - 1))
        self._show_cursor()
        if self.cursor != before:
            self._refresh_row(before)
            self._refresh_row(self.cursor)
        self._fetch_missing()
        self._tell_highlighted()

    def clear_marks(self) -> None:
        """Unmark every row."""
        if self._marked:
            self._marked.clear()
            self.refresh()
            self.post_message(self.SelectionChanged(self, ()))

    # Fetching ---------------------------------------------------------------------------------

    def _wanted_pages(self) -> list[int]:
        """The pages in sight, then the ones next to them, within the list."""
        top = round(self.scroll_y)
        first, last = top // PAGE_ROWS, (top + self._rows_in_sight) // PAGE_ROWS
        numbers = [*range(first, last + 1), self.cursor // PAGE_ROWS]
        end = max(1, self.total) if self._pages.total is not None else 1
        return [number for number in dict.fromkeys(numbers) if number == 0 or number * PAGE_ROWS < end]

    def _fetch_missing(self) -> None:
        """Start one errand for what is missing; when it is back, this looks again."""
        if self._errand_under_way or self._failure or not self.is_mounted:
            return
        errand = self._pages.errand(self._wanted_pages())
        if errand is not None:
            self._errand_under_way = True
            self.run_worker(lambda: self._fetch(errand), group="pages", thread=True, exit_on_error=True)

    def _fetch(self, errand: Errand) -> None:
        """Read rows, in a thread."""
        try:
            fetched = run_errand(errand)
        except HuokeError as error:
            self.post_message(self._FetchRefused(errand.generation, error))
            return
        if not get_current_worker().is_cancelled:
            self.post_message(self._RowsFetched(fetched))

    def on_paged_table__rows_fetched(self, message: PagedTable._RowsFetched) -> None:
        """Show what came, then fetch what came into sight meanwhile."""
        self._errand_under_way = False
        if self._pages.take(message.fetched, self._wanted_pages()):
            self._make_room_for(message.fetched.pages.values())
            self._follow_cursor_row()
            self._take_total()
            self.refresh()
            self.post_message(self.Loaded(self, self.total))
        self._fetch_missing()
        self._tell_highlighted()

    def on_paged_table__fetch_refused(self, message: PagedTable._FetchRefused) -> None:
        """Say why there are no rows."""
        self._errand_under_way = False
        if message.generation == self._pages.generation:
            self._failure = translate_error(message.error)
            self.refresh()
        else:
            self._fetch_missing()

    def _follow_cursor_row(self) -> None:
        """After a reload, keep the cursor's row at its height of the screen; the first row shows what is new."""
        if self._cursor_key is None:
            return
        index = self._pages.index_of(self._cursor_key)
        self._cursor_key = None
        if index is not None and index != self.cursor:
            # Whoever stands on the first row looks at the top of the list: what arrives there is to be seen.
            top = 0 if self.cursor == 0 else round(self.scroll_y) + index - self.cursor
            self.cursor = index
            self.virtual_size = Size(self._width, self.total + 1)
            self.scroll_to(y=max(0, top), animate=False)

    def _take_total(self) -> None:
        self.cursor = max(0, min(self.cursor, self.total - 1))
        self.virtual_size = Size(self._width, self.total + 1)
        self._show_cursor()

    def _tell_highlighted(self) -> None:
        row = self.cursor_row
        if row is not None and row.key != self._highlighted:
            self._highlighted = row.key
            self.post_message(self.RowHighlighted(self, self.cursor, row))

    # Moving -----------------------------------------------------------------------------------

    @property
    def _width(self) -> int:
        """Cells of a line, beside the scrollbar's."""
        return self.scrollable_content_region.width

    @property
    def _rows_in_sight(self) -> int:
        return max(1, self.scrollable_content_region.height - 1)

    def _show_cursor(self) -> None:
        top = round(self.scroll_y)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + self._rows_in_sight:
            self.scroll_to(y=self.cursor - self._rows_in_sight + 1, animate=False)

    def _refresh_row(self, index: int) -> None:
        # The head covers the first line, so row 0 is the second line of what scrolls.
        self.refresh_line(index + 1)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._fetch_missing()

    def on_mount(self) -> None:
        self._fetch_missing()

    def on_resize(self) -> None:
        self._lay_out()
        self._take_total()
        self._fetch_missing()

    def _lay_out(self) -> None:
        self._placed = lay_out(self.columns, self._width - GUTTER_CELLS, self._whole_cells)

    def _make_room_for(self, pages: Iterable[Sequence[Row]]) -> None:
        """Widen the columns that are not to be cut to the longest text that came; while one scrolls none shrinks."""
        came = whole_cells(self.columns, (row.cells for rows in pages for row in rows))
        self._whole_cells |= {key: max(cells, self._whole_cells.get(key, 0)) for key, cells in came.items()}
        self._lay_out()

    def on_focus(self) -> None:
        self._refresh_row(self.cursor)

    def on_blur(self) -> None:
        self._refresh_row(self.cursor)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Sorting and marking are keys of those lists only that can be sorted or marked."""
        if action in ("sort_next", "sort_reverse"):
            return any(column.sortable for column in self.columns)
        return self.markable if action in ("mark_row", "clear_marks") else True

    def action_move_down(self) -> None:
        self.move_to(self.cursor + 1)

    def action_move_up(self) -> None:
        self.move_to(self.cursor - 1)

    def action_page_down(self) -> None:
        self.move_to(self.cursor + self._rows_in_sight)

    def action_page_up(self) -> None:
        self.move_to(self.cursor - self._rows_in_sight)

    def action_move_top(self) -> None:
        self.move_to(0)

    def action_move_bottom(self) -> None:
        self.move_to(self.total - 1)

    def action_choose_row(self) -> None:
        if (row := self.cursor_row) is not None:
            self.post_message(self.RowChosen(self, self.cursor, row))

    def action_mark_row(self) -> None:
        """Mark the row or take the mark away, and go on to the next."""
        if (row := self.cursor_row) is None:
            return
        if row.key in self._marked:
            del self._marked[row.key]
        else:
            self._marked[row.key] = None
        self._refresh_row(self.cursor)
        self.post_message(self.SelectionChanged(self, self.selected))
        self.move_to(self.cursor + 1)

    def action_clear_marks(self) -> None:
        self.clear_marks()

    def action_filter_rows(self) -> None:
        self.post_message(self.FilterRequested(self))

    def action_export_rows(self) -> None:
        self.post_message(self.ExportRequested(self))

    def action_sort_next(self) -> None:
        """Ask for the next column that can be sorted by."""
        keys = [placed.column.key for placed in self._placed if placed.column.sortable]
        if keys:
            at = keys.index(self.sort.column) if self.sort is not None and self.sort.column in keys else -1
            self.post_message(self.SortRequested(self, Sort(keys[(at + 1) % len(keys)])))

    def action_sort_reverse(self) -> None:
        if self.sort is not None:
            self.post_message(self.SortRequested(self, Sort(self.sort.column, not self.sort.descending)))

    def action_copy_row(self) -> None:
        if (row := self.cursor_row) is not None:
            self._copy("\t".join(_plain(cell) for cell in row.cells))

    def action_copy_first(self) -> None:
        if (row := self.cursor_row) is not None:
            # A column without a head holds a sign or a bar.
            first = next(at for at, column in enumerate(self.columns) if column.label)
            self._copy(_plain(row.cells[first]))

    def _copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)
        self.notify(_("Copied: {text}").format(text=printable(text)), markup=False, timeout=2)

    def on_click(self, event: events.Click) -> None:
        """The mouse does what keys do: head sorts, a row takes the cursor, a second click opens it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y == 0:
            self._sort_by_column_at(offset.x - GUTTER_CELLS)
            return
        index = round(self.scroll_y) + offset.y - 1
        if index >= self.total:
            return
        if index == self.cursor and event.chain > 1:
            self.action_choose_row()
        self.move_to(index)

    def _sort_by_column_at(self, x: int) -> None:
        for placed in self._placed:
            if placed.start <= x < placed.start + placed.cells and placed.column.sortable:
                again = self.sort is not None and self.sort.column == placed.column.key
                descending = again and self.sort is not None and not self.sort.descending
                self.post_message(self.SortRequested(self, Sort(placed.column.key, descending)))

    # Drawing ----------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One line of the widget: the head, a row, or what is said instead of rows."""
        width = self._width
        if y == 0:
            segments = self._head()
        elif self._failure or self._pages.total == 0 or self._pages.source is None:
            text = self._failure or (self.empty_text if self._pages.total == 0 else "")
            style = self.get_visual_style("paged-table--error" if self._failure else "paged-table--quiet")
            segments = [Segment(fit("  " + text if y == 2 else "", width), style.rich_style)]
        else:
            segments = list(self._row_line(round(self.scroll_y) + y - 1))
        background = self.get_visual_style().rich_style
        return Strip(segments).adjust_cell_length(width, background)

    def _head(self) -> list[Segment]:
        style = self.get_visual_style("paged-table--header").rich_style
        parts = [" " * GUTTER_CELLS]
        for placed in self._placed:
            parts.append(self._head_cell(placed))
        return [Segment(fit("".join(parts).rstrip(), self._width), style)]

    def _head_cell(self, placed: PlacedColumn) -> str:
        """A column's head and the gap behind it, in which the sign of the sorting stands where the head is full."""
        label, cells, align = _(placed.column.label), placed.cells, placed.column.align
        if self.sort is None or self.sort.column != placed.column.key:
            return fit(label, cells, align) + " "
        sign = DESCENDING_SIGN if self.sort.descending else ASCENDING_SIGN
        if align == "left":
            return fit(label + sign, cells + 1)
        return fit(sign + label, cells, align) + " " if cell_len(sign + label) <= cells else fit(label, cells) + sign

    def _row_line(self, index: int) -> Iterator[Segment]:
        if self._pages.total is None:
            if index == 0:
                yield Segment(" " * GUTTER_CELLS + LOADING_SIGN, self.get_visual_style("paged-table--quiet").rich_style)
            return
        if index >= self._pages.total:
            return
        row = self._pages.row(index)
        style = self._row_style(index, row)
        yield Segment(self._gutter(index, row), style.rich_style)
        for at, placed in enumerate(self._placed):
            if at:
                yield Segment(" ", style.rich_style)
            cell: Cell = LOADING_SIGN if row is None else row.cells[placed.index]
            yield from _cell_segments(cell, placed, style)
        # The last column may end before the edge; the cursor's bar goes on to it.
        end = GUTTER_CELLS + (self._placed[-1].start + self._placed[-1].cells if self._placed else 0)
        yield Segment(" " * max(0, self._width - end), style.rich_style)

    def _gutter(self, index: int, row: Row | None) -> str:
        cursor = ">" if index == self.cursor and self.has_focus else " "
        return cursor + ("*" if row is not None and row.key in self._marked else " ")

    def _row_style(self, index: int, row: Row | None) -> Style:
        classes = []
        if row is None:
            classes.append("paged-table--quiet")
        elif row.tone:
            classes.append(f"paged-table--{row.tone}")
        if row is not None and row.key in self._marked:
            classes.append("paged-table--marked")
        if index == self.cursor:
            classes.append("paged-table--cursor" if self.has_focus else "paged-table--cursor-away")
        return self.get_visual_style(*classes)


def _cell_segments(cell: Cell, placed: PlacedColumn, style: Style) -> Iterator[Segment]:
    if isinstance(cell, str):
        yield Segment(fit(cell, placed.cells, placed.column.align), style.rich_style)
        return
    if not cell.plain.isprintable():
        cell = Content(printable(cell.plain), list(cell.spans), strip_control_codes=False)
    length = cell.cell_length
    if length > placed.cells and placed.column.align == "right":
        yield Segment("#" * placed.cells, style.rich_style)
        return
    shown = cell.truncate(placed.cells, ellipsis=True)
    blank = Segment(" " * max(0, placed.cells - length), style.rich_style)
    if placed.column.align == "right":
        yield blank
    yield from shown.render_segments(style)
    if placed.column.align == "left":
        yield blank


def _plain(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.plain
