"""A list of any number of records in memory: it sorts, filters and exports itself, and makes rows as they are seen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual import events, work
from textual.message import Message

from model.errors import HuokeError
from tui import keymap
from tui.clock import today
from tui.locale import _, translate_error
from tui.shared.ask import AskText
from tui.shared.columns import Column, Sort
from tui.shared.export import all_rows, free_path, objection_to, write_rows
from tui.shared.paged_table import PagedTable
from tui.shared.pages import PageSource, Row, Tone

NO_FIGURE = "–"
"""Stands where a figure is not defined; it is never zero."""


@dataclass(frozen=True)
class RecordRow(Row):
    """A row with the record that it shows."""

    record: Any = None


@dataclass(frozen=True)
class Figure:
    """A column of a figure table.

    Args:
        column: How it stands in the list.
        value: What a record is sorted by there; None where the figure is not defined.
        cell: The value as text; without it, as it is.
        secret: Only for those who may see cost.
    """

    column: Column
    value: Callable[[Any], Any]
    cell: Callable[[Any], str] = str
    secret: bool = False

    def text(self, record: Any) -> str:
        value = self.value(record)
        return NO_FIGURE if value is None else self.cell(value)


class Arranged:
    """A page source over records: filtered and sorted when it is first asked, in the thread that asks."""

    def __init__(
        self, records: Sequence[Any], row: Callable[[Any], Row], arrange: Callable[[Sequence[Any]], Sequence[Any]]
    ) -> None:
        self._records = records
        self._row = row
        self._arrange = arrange
        self._arranged: Sequence[Any] | None = None

    def count(self) -> int:
        return len(self._now())

    def page(self, offset: int, size: int, after: Any | None, before: Any | None) -> Sequence[Row]:
        return [self._row(record) for record in self._now()[offset : offset + size]]

    def _now(self) -> Sequence[Any]:
        if self._arranged is None:
            self._arranged = self._arrange(self._records)
        return self._arranged


class FigureTable(PagedTable):
    """A list of records under figures. It is empty-handed, not empty, until it is first given some."""

    # Textual sets its own fields on every message, so these dataclasses cannot be frozen.
    @dataclass
    class Filtered(Message):
        """Only rows with a text in them are shown now; all of them when it is empty."""

        table: FigureTable
        text: str

        @property
        def control(self) -> FigureTable:
            return self.table

    @dataclass
    class Exported(Message):
        """The rows were written to a file, or why they were not; a translated sentence."""

        table: FigureTable
        sentence: str

        @property
        def control(self) -> FigureTable:
            return self.table

    def __init__(
        self,
        figures: Sequence[Figure],
        key: Callable[[Any], Hashable],
        *,
        empty_text: str,
        tone: Callable[[Any], Tone] = lambda _record: "",
        file_name: str = "list",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """
        Args:
            key: What a record is, however the list is sorted.
            empty_text: Translated: what to do when there are no records.
            file_name: What an exported file is called.
        """
        super().__init__([figure.column for figure in figures], empty_text=empty_text, id=id, classes=classes)
        self.figures = tuple(figures)
        self.filter_text = ""
        self.file_name = file_name
        self._key = key
        self._tone = tone
        self._records: Sequence[Any] = ()
        self._with_secrets = True
        self._text_when_empty = empty_text
        self._given = False

    def take(self, records: Sequence[Any], *, with_secrets: bool = True, anew: bool = False) -> None:
        """Show these records in this order until another is asked for; the cursor stays on its row.

        Args:
            with_secrets: Whether the person may see cost.
            anew: They are another list's: it begins at its top.
        """
        self._records, self._with_secrets = records, with_secrets
        if anew:
            self._given = False
        self._show_arranged()

    @property
    def record(self) -> Any:
        """What the row under the cursor shows; None without one."""
        row = self.cursor_row
        return row.record if isinstance(row, RecordRow) else None

    def cells_of(self, record: Any) -> tuple[str, ...]:
        """A record's cells; empty, never zero, where it may not be seen."""
        return tuple("" if figure.secret and not self._with_secrets else figure.text(record) for figure in self.figures)

    def _row(self, record: Any) -> RecordRow:
        key = self._key(record)
        return RecordRow(key, key, self.cells_of(record), self._tone(record), record=record)

    def _show_arranged(self) -> None:
        source = Arranged(self._records, self._row, self._arranging())
        empty = _("No row has “{text}” in it: Esc shows all.").format(text=self.filter_text)
        self.empty_text = empty if self.filter_text else self._text_when_empty
        if not self._given:
            self._given = True
            self.show(source, sort=self.sort)
            return
        self._pages.source = source
        self.reload()

    def _arranging(self) -> Callable[[Sequence[Any]], Sequence[Any]]:
        """What filters and sorts the records as is asked now."""
        wanted, sort = self.filter_text.casefold(), self.sort
        words = [figure for figure in self.figures if figure.column.align == "left" and not figure.secret]
        by = None if sort is None else self.figures[[column.key for column in self.columns].index(sort.column)]
        if by is not None and by.secret and not self._with_secrets:
            by = None
        return lambda records: _arranged(records, wanted, words, by, sort is not None and sort.descending)

    def sort_by(self, sort: Sort | None) -> None:
        """Show the records in another order."""
        self.sort = sort
        self._show_arranged()
        self.refresh()

    def on_paged_table_sort_requested(self, message: PagedTable.SortRequested) -> None:
        message.stop()
        self.sort_by(message.sort)

    def on_paged_table_filter_requested(self, message: PagedTable.FilterRequested) -> None:
        message.stop()
        question = AskText(_("Show only rows with which text?"), value=self.filter_text, objection=lambda text: "")

        def answered(text: str | None) -> None:
            if text is not None:
                self.filter_rows(text)

        self.app.push_screen(question, answered)

    def filter_rows(self, text: str) -> None:
        """Show only the rows that have a text in one of their words."""
        self.filter_text = text
        self._show_arranged()
        self.post_message(self.Filtered(self, text))

    def on_key(self, event: events.Key) -> None:
        """Escape first clears the filter; only then it leads back."""
        if self.filter_text and event.key in keymap.keys_of(keymap.ACTION_OF["app.go_back"]):
            event.stop()
            self.filter_rows("")

    def on_paged_table_export_requested(self, message: PagedTable.ExportRequested) -> None:
        message.stop()
        source = self.source
        if source is None or not self.total:
            self.post_message(self.Exported(self, _("There is nothing here to export.")))
            return
        question = _("Write {count} rows to which file?").format(count=f"{self.total:,}")
        name = str(free_path(f"huoke-{self.file_name}-{today().isoformat()}"))

        def chosen(text: str | None) -> None:
            if text:
                self._export(source, Path(text).expanduser())

        self.app.push_screen(AskText(question, value=name, objection=objection_to), chosen)

    @work(thread=True, group="export")
    def _export(self, source: PageSource, path: Path) -> None:
        try:
            written = write_rows(self.columns, all_rows(source), path)
            said = _("{count} rows written to {path}.").format(count=f"{written:,}", path=path)
        except HuokeError as error:
            said = translate_error(error)
        self.post_message(self.Exported(self, said))


def _arranged(
    records: Sequence[Any], wanted: str, words: Collection[Figure], by: Figure | None, descending: bool
) -> Sequence[Any]:
    if wanted:
        records = [each for each in records if any(wanted in figure.text(each).casefold() for figure in words)]
    if by is None:
        return records
    defined = [record for record in records if by.value(record) is not None]
    defined.sort(key=by.value, reverse=descending)
    return [*defined, *(record for record in records if by.value(record) is None)]
