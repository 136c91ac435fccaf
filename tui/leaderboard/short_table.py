"""A list short enough to be in memory wholly, which sorts and filters itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual import events, work
from textual.message import Message

from model.errors import HuokeError
from tui.clock import today
from tui.locale import _, translate_error
from tui.shared.ask import AskText
from tui.shared.columns import Column
from tui.shared.export import free_path, objection_to, write_rows
from tui.shared.paged_table import PagedTable, Row


@dataclass(frozen=True)
class Entry:
    """A row, and what each of its columns is sorted by; None stands for a figure that is not defined."""

    row: Row
    values: tuple[Any, ...]


class ShortList:
    """Rows in memory, as a source of pages."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.rows = tuple(entry.row for entry in entries)

    def count(self) -> int:
        return len(self.rows)

    def page(self, offset: int, size: int, after: Any | None, before: Any | None) -> Sequence[Row]:
        return self.rows[offset : offset + size]


class ShortTable(PagedTable):
    """A list of at most some thousand rows.

    It is empty-handed, not empty, until it is first given rows.
    """

    @dataclass
    class Filtered(Message):
        """Only rows with a text in them are shown now; all of them when it is empty."""

        table: ShortTable
        text: str

        @property
        def control(self) -> ShortTable:
            return self.table

    @dataclass
    class Exported(Message):
        """The rows were written to a file, or why they were not; a translated sentence."""

        table: ShortTable
        sentence: str

        @property
        def control(self) -> ShortTable:
            return self.table

    def __init__(
        self, columns: Sequence[Column], *, empty_text: str, markable: bool = False, id: str | None = None
    ) -> None:
        super().__init__(columns, empty_text=empty_text, markable=markable, id=id)
        self.filter_text = ""
        self._entries: tuple[Entry, ...] = ()
        self._text_when_empty = empty_text
        self._given = False

    def lay_out_as(self, columns: Sequence[Column]) -> None:
        """Show these columns from now on; the entries have a cell for each."""
        self.columns = tuple(columns)
        self._lay_out()
        self.refresh()

    def take(self, entries: Sequence[Entry]) -> None:
        """Show these rows; the cursor stays on its row where it is still there."""
        self._entries = tuple(entries)
        self._arrange(keep_cursor=True)

    @property
    def shown_rows(self) -> tuple[Row, ...]:
        """The rows as they are sorted and filtered now."""
        return tuple(entry.row for entry in self._arranged())

    def _arrange(self, keep_cursor: bool) -> None:
        self.empty_text = (
            _("No row has “{text}” in it: Esc shows all.").format(text=self.filter_text)
            if self.filter_text
            else self._text_when_empty
        )
        source = ShortList(self._arranged())
        if not self._given:
            self._given = True
            self.show(source, sort=self.sort)
            return
        self._pages.source = source
        self.reload(keep_cursor=keep_cursor)

    def _arranged(self) -> list[Entry]:
        wanted = self.filter_text.casefold()
        kept = [entry for entry in self._entries if wanted in " ".join(map(str, entry.row.cells)).casefold()]
        if self.sort is None:
            return kept
        at = [column.key for column in self.columns].index(self.sort.column)
        defined = [entry for entry in kept if entry.values[at] is not None]
        defined.sort(key=lambda entry: entry.values[at], reverse=self.sort.descending)
        return [*defined, *(entry for entry in kept if entry.values[at] is None)]

    def on_paged_table_sort_requested(self, message: PagedTable.SortRequested) -> None:
        message.stop()
        self.sort = message.sort
        self._arrange(keep_cursor=True)
        self.refresh()

    def on_paged_table_filter_requested(self, message: PagedTable.FilterRequested) -> None:
        message.stop()
        question = AskText(_("Show only rows with which text?"), value=self.filter_text, objection=lambda text: "")

        def answered(text: str | None) -> None:
            if text is not None:
                self.filter_rows(text)

        self.app.push_screen(question, answered)

    def filter_rows(self, text: str) -> None:
        """Show only the rows that have a text in one of their cells."""
        self.filter_text = text
        self._arrange(keep_cursor=True)
        self.post_message(self.Filtered(self, text))

    def on_key(self, event: events.Key) -> None:
        """Escape first clears the filter; only then it leads back."""
        if event.key == "escape" and self.filter_text:
            event.stop()
            self.filter_rows("")

    def on_paged_table_export_requested(self, message: PagedTable.ExportRequested) -> None:
        message.stop()
        rows = self.shown_rows
        if not rows:
            self.post_message(self.Exported(self, _("There is nothing here to export.")))
            return
        question = _("Write {count} rows to which file?").format(count=len(rows))
        name = str(free_path(f"huoke-{today().isoformat()}"))
        self.app.push_screen(
            AskText(question, value=name, objection=objection_to),
            lambda text: self._answered(rows, text),
        )

    def _answered(self, rows: Sequence[Row], text: str | None) -> None:
        if text is not None:
            self._export(rows, Path(text).expanduser())

    @work(thread=True, group="export")
    def _export(self, rows: Sequence[Row], path: Path) -> None:
        try:
            write_rows(self.columns, rows, path)
            said = _("{count} rows written to {path}.").format(count=len(rows), path=path)
        except HuokeError as error:
            said = translate_error(error)
        self.post_message(self.Exported(self, said))
