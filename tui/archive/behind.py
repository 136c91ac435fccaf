"""What stands behind a figure of a customer: why it is so in words, the rows it came from, and what it means."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from model.archive import DocumentRef
from model.margin import may_see_cost
from tui import keymap
from tui.archive.documents import DocumentScreen
from tui.archive.sources import Desk
from tui.locale import _
from tui.session import StoreScreen
from tui.shared.columns import printable
from tui.shared.figure_table import Figure, FigureTable
from tui.shared.paged_table import PagedTable
from tui.shared.status import StatusLine


@dataclass(frozen=True)
class Behind:
    """The rows behind a figure.

    Args:
        title: Translated: the figure and what it says.
        figures: The columns.
        key: What tells two records apart.
        read: The records, read in a thread with the store in use.
        meaning: Translated: what the figure means.
        why: Translated lines: what it was reckoned from.
        opens: What Enter opens on a record: its document, or the rows behind it.
        empty: Translated: said where there are no rows.
        file_name: What an exported file is called.
    """

    title: str
    figures: tuple[Figure, ...]
    key: Callable[[Any], Hashable]
    read: Callable[[], Sequence[Any]]
    meaning: str
    why: tuple[str, ...] = ()
    opens: Callable[[Any], Opened] = lambda _record: None
    empty: str = ""
    file_name: str = "rows"


Opened: TypeAlias = DocumentRef | Behind | None


class BehindFigure(StoreScreen):
    """The rows behind a figure, over the archive; Esc leads back."""

    DESK = "archive_rows"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("archive_rows")]
    DEFAULT_CSS = """
    BehindFigure {
        & .title { height: 1; width: 1fr; padding: 0 1; text-style: bold; background: $surface; }
        & .why { height: auto; max-height: 7; width: 1fr; padding: 0 1; }
        & .meaning {
            height: auto; max-height: 6; width: 1fr; padding: 0 1; color: $text-muted;
            border-top: solid $primary 40%;
        }
        & FigureTable { height: 1fr; }
    }
    """

    class RowsRead(Message):
        """The rows came from the store."""

        def __init__(self, records: Sequence[Any], sees_cost: bool) -> None:
            self.records, self.sees_cost = records, sees_cost
            super().__init__()

    def __init__(self, desk: Desk, behind: Behind) -> None:
        super().__init__()
        self.desk, self.behind = desk, behind

    def compose(self) -> ComposeResult:
        behind = self.behind
        yield Static(printable(behind.title), classes="title", markup=False)
        if behind.why:
            yield Static(Content("\n".join(printable(line) for line in behind.why)), classes="why")
        yield FigureTable(behind.figures, behind.key, empty_text=behind.empty, file_name=behind.file_name)
        yield Static(printable(behind.meaning), classes="meaning", markup=False)
        yield StatusLine()

    def on_mount(self) -> None:
        self.query_one(FigureTable).focus()
        self.refresh_data()

    def refresh_data(self) -> None:
        self._read_rows()

    @work(thread=True, exclusive=True, group="rows")
    def _read_rows(self) -> None:
        worker = get_current_worker()
        with self.desk.store.use():
            records, sees_cost = self.behind.read(), may_see_cost(self.desk.person, self.desk.today)
        if not worker.is_cancelled:
            self.post_message(self.RowsRead(records, sees_cost))

    def on_behind_figure_rows_read(self, message: BehindFigure.RowsRead) -> None:
        self.query_one(FigureTable).take(message.records, with_secrets=message.sees_cost)

    @on(PagedTable.RowHighlighted)
    def _cursor_moved(self) -> None:
        self.query_one(StatusLine).refresh()

    @on(FigureTable.Exported)
    def _tell_exported(self, message: FigureTable.Exported) -> None:
        self.say(message.sentence)

    def _opened(self) -> Opened:
        record = self.query_one(FigureTable).record
        return None if record is None else self.behind.opens(record)

    def why_not(self, action_id: str) -> str:
        if action_id == "archive_rows.open_row" and self._opened() is None:
            return _("Nothing is highlighted here that could be opened.")
        return ""

    @on(PagedTable.RowChosen)
    def action_open_row(self) -> None:
        """Open the document of a row, or the rows behind it."""
        opened = self._opened()
        if isinstance(opened, DocumentRef):
            self.app.push_screen(DocumentScreen(self.desk, opened))
        elif opened is not None:
            self.app.push_screen(BehindFigure(self.desk, opened))

    def action_new_order(self) -> None:
        """Begin an order for the customer whose figure this is."""
        self.app.begin_order(self.desk.customer)  # type: ignore[attr-defined]
