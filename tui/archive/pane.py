"""What the archive's tabs have in common: sections with a title, and reading only when they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from model.archive import DocumentRef
from tui.archive.sources import Desk, RecordRow
from tui.locale import N_, _
from tui.session import Session, StoreScreen
from tui.shared.paged_table import PagedTable

if TYPE_CHECKING:
    from tui.archive.behind import Behind

MORE_BEFORE, MORE_BEHIND = "‹", "›"
# One of these signs and the blank beside it.
MORE_CELLS = 2


class Section(Vertical):
    """A titled part of a tab. `PART` lets the widened part hide the others."""

    def __init__(self, title: str, *children: Widget, id: str | None = None) -> None:
        """
        Args:
            title: Translated; it stands in the line above.
        """
        super().__init__(*children, id=id, classes="part")
        self.set_title(title)

    def set_title(self, title: str) -> None:
        """Give the part another title."""
        self.border_title = Content(title).markup


class ArchivePane(Container):
    """A tab of the archive. It reads nothing before it is shown, and everything in threads."""

    TITLE: ClassVar[str] = ""
    """Marked text: the tab's name."""

    customer: bytes | None = None

    @property
    def session(self) -> Session:
        return cast(StoreScreen, self.screen).session

    @property
    def desk(self) -> Desk:
        """What the lists read from; only once a customer is shown."""
        assert self.customer is not None
        return Desk(self.session.store, self.session.person_id, self.session.today(), self.customer)

    def show_customer(self, customer: bytes) -> None:
        """Show a customer; what was still being read for another is dropped."""
        self.workers.cancel_node(self)
        self.customer = customer
        self.fill()

    def fill(self) -> None:
        """Read what the tab shows of a customer new to it."""

    def refresh_data(self) -> None:
        """Read again without moving anything."""
        for table in self.query(PagedTable):
            table.reload()

    def tables(self) -> Sequence[PagedTable]:
        """The lists of the tab, in the order in which tab goes through them."""
        return list(self.query(PagedTable))

    def focused_table(self) -> PagedTable | None:
        """The list that the keys act on: the focused one, else the first."""
        tables = self.tables()
        return next((table for table in tables if table.has_focus), tables[0] if tables else None)

    @property
    def behind(self) -> Behind | None:
        """What stands behind the highlighted row, where it is a figure; a pane of documents has none."""
        return None

    def acted_on(self) -> PagedTable | None:
        """The list whose highlighted row the keys act on."""
        return self.focused_table()

    @property
    def record(self) -> object | None:
        """What the highlighted row shows."""
        table = self.acted_on()
        row = None if table is None else table.cursor_row
        return row.record if isinstance(row, RecordRow) else None

    @property
    def document(self) -> DocumentRef | None:
        """The highlighted document."""
        document = getattr(self.record, "document", None)
        return document if isinstance(document, DocumentRef) else None

    def focus_first(self) -> None:
        """Put the cursor into the tab's first list."""
        tables = self.tables()
        if tables:
            tables[0].focus()

    def toggle_wide(self) -> None:
        """Give the focused part the whole tab, or give the others their room back."""
        if self.has_class("-widened"):
            self.remove_class("-widened")
            for part in self.query(".-wide"):
                part.remove_class("-wide")
            return
        focused = self.screen.focused
        if focused is None or self not in focused.ancestors:
            focused = self.focused_table()
        if focused is None:
            return
        self.add_class("-widened")
        for node in focused.ancestors_with_self:
            if node is self:
                break
            if isinstance(node, Widget) and node.has_class("part"):
                node.add_class("-wide")


class TabLine(Widget):
    """The names of the tabs in one line; the one shown stands in brackets.

    Where not all fit, those around the one shown stand there, and ‹ and › say that there are more.
    """

    ALLOW_SELECT = False
    at: reactive[int] = reactive(0)

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, index: int) -> None:
            self.index = index
            super().__init__()

    def __init__(self, titles: Sequence[str]) -> None:
        """
        Args:
            titles: Marked texts.
        """
        super().__init__()
        self.titles = tuple(titles)

    def compose(self) -> ComposeResult:
        yield from ()

    def _shown(self) -> list[tuple[int, str]]:
        """The tabs that fit, each with its place among all; a sign of more belongs to the nearest hidden one."""
        texts = [f"[{_(title)}]" if at == self.at else f" {_(title)} " for at, title in enumerate(self.titles)]
        cells = [Content(text).cell_length + 1 for text in texts]
        first, last = 0, len(texts) - 1
        while first < last and sum(cells[first : last + 1]) - 1 + MORE_CELLS * (
            (first > 0) + (last < len(texts) - 1)
        ) > max(1, self.size.width):
            # The farther end gives way, so that on both sides something can be seen to turn to.
            if self.at - first > last - self.at:
                first += 1
            else:
                last -= 1
        before = [(first - 1, MORE_BEFORE)] if first > 0 else []
        behind = [(last + 1, MORE_BEHIND)] if last < len(texts) - 1 else []
        return [*before, *((at, texts[at]) for at in range(first, last + 1)), *behind]

    def render(self) -> Content:
        parts = [Content.styled(text, "bold reverse" if at == self.at else "") for at, text in self._shown()]
        return Content(" ").join(parts)

    def on_click(self, event: events.Click) -> None:
        start = 0
        for at, text in self._shown():
            cells = Content(text).cell_length
            if start <= event.x < start + cells:
                self.post_message(self.Chosen(at))
            start += cells + 1


NO_DOCUMENT = N_("Highlight a document in Business, Money or Credit first.")
