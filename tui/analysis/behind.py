"""The rows behind a figure of the analysis, with what the figure means at their foot."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from model.batches import batches
from model.giving_up import GivenUp, given_up_when
from model.store import rows
from tui import keymap
from tui.locale import _
from tui.session import StoreScreen
from tui.shared.columns import printable
from tui.shared.definition import DefinitionLine
from tui.shared.figure_table import Figure, FigureTable
from tui.shared.paged_table import PagedTable
from tui.shared.status import StatusLine

_IDS = "SELECT code, id FROM customer WHERE code IN ({marks})"


class BehindFigure(StoreScreen):
    """A list over the analysis, each row of a customer; Enter opens the archive, Esc leads back."""

    CSS_PATH = "analysis.tcss"
    FIGURES: ClassVar[tuple[Figure, ...]] = ()
    EMPTY: ClassVar[str] = ""
    """Marked text: what is said when there are no rows."""
    MEANING: ClassVar[tuple[str, ...]] = ()
    """The figures they stand behind, keys of tui.shared.definition."""

    class RowsRead(Message, bubble=False):
        """The rows came from the store."""

        def __init__(self, read: Any) -> None:
            self.read = read
            super().__init__()

    def compose(self) -> ComposeResult:
        yield Static("", classes="heading", markup=False)
        yield FigureTable(self.FIGURES, self.key_of, empty_text=_(self.EMPTY), file_name=self.file_name())
        yield DefinitionLine(self.meaning())
        yield StatusLine()

    def on_mount(self) -> None:
        self.query_one(FigureTable).focus()
        self.refresh_data()

    # What is shown ----------------------------------------------------------------------------

    def read_rows(self) -> Any:
        """Read the rows; in a thread, with the store in use."""
        raise NotImplementedError

    def heading(self, read: Any) -> str:
        """What stands above the rows, translated."""
        raise NotImplementedError

    def records(self, read: Any) -> Sequence[Any]:
        """The records of the rows."""
        raise NotImplementedError

    def sees_cost(self, read: Any) -> bool:
        """Whether the person may see cost."""
        return True

    def key_of(self, record: Any) -> Any:
        """What tells one record from another."""
        return record.id

    def customer_of(self, record: Any) -> bytes:
        """The customer of a record."""
        found: bytes = record.customer_id
        return found

    def meaning(self) -> tuple[str, ...]:
        """The figures that the rows stand behind."""
        return self.MEANING

    def file_name(self) -> str:
        """What an exported file is called."""
        return "rows"

    # ------------------------------------------------------------------------------------------

    def refresh_data(self) -> None:
        self._read_in_thread()

    @work(thread=True, exclusive=True, group="behind")
    def _read_in_thread(self) -> None:
        worker = get_current_worker()
        with suppress(GivenUp):
            with self.session.store.use(), given_up_when(lambda: worker.is_cancelled):
                read = self.read_rows()
            if not worker.is_cancelled:
                self.post_message(self.RowsRead(read))

    @on(RowsRead)
    def _show(self, message: RowsRead) -> None:
        self.query_one(".heading", Static).update(printable(self.heading(message.read)))
        self.query_one(FigureTable).take(self.records(message.read), with_secrets=self.sees_cost(message.read))

    @on(FigureTable.Exported)
    def _tell_exported(self, message: FigureTable.Exported) -> None:
        self.say(message.sentence)

    @on(PagedTable.RowHighlighted)
    def _follow_cursor(self) -> None:
        self.query_one(StatusLine).refresh()

    @property
    def customer_at_cursor(self) -> bytes | None:
        record = self.query_one(FigureTable).record
        return None if record is None else self.customer_of(record)

    @on(PagedTable.RowChosen)
    def _open_customer(self) -> None:
        if (customer := self.customer_at_cursor) is not None:
            self.app.open_customer(customer)  # type: ignore[attr-defined]

    def why_not(self, action_id: str) -> str:
        if action_id.endswith(".new_order") and self.customer_at_cursor is None:
            return _("There is no customer here to order for.")
        return ""

    def action_new_order(self) -> None:
        """Begin an order for the customer under the cursor."""
        if (customer := self.customer_at_cursor) is not None:
            self.app.begin_order(customer)  # type: ignore[attr-defined]


class OrdersBehind(BehindFigure):
    """Orders behind a figure."""

    DESK = "orders_behind"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("orders_behind")]


class CustomersBehind(BehindFigure):
    """Customers behind a figure."""

    DESK = "customers_behind"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("customers_behind")]


def ids_of_codes(codes: Sequence[str]) -> dict[str, bytes]:
    """The customers of some codes; call it inside `with store.use():`."""
    found: dict[str, bytes] = {}
    for some in batches(codes):
        marks = ", ".join("?" * len(some))
        found.update((code, bytes(id_)) for code, id_ in rows(_IDS.format(marks=marks), some))
    return found
