"""Profile: the customer's card, what was said to it, and who changed what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import work
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static
from textual.worker import get_current_worker

from model.archive import ContactRow, OwnerRow, customer_with_id, owner_history
from model.change_history import ChangeRow
from model.customers import CARD_FIELDS
from tui.archive.change_words import change_details, change_word
from tui.archive.pane import ArchivePane, Section
from tui.archive.sources import RecordRow, changes, contacts
from tui.archive.words import FIELD_WORDS, day_text
from tui.locale import N_, _
from tui.shared.columns import Column, fit, printable
from tui.shared.paged_table import PagedTable

CONTACT_COLUMNS = (
    Column("day", N_("Date"), 10, priority=9, sortable=False),
    Column("person", N_("Who"), 8, priority=3, sortable=False),
    Column("note", N_("What was said"), 16, grow=True, priority=8, sortable=False),
    Column("next_on", N_("Follow up"), 10, priority=5, sortable=False),
)
CHANGE_COLUMNS = (
    Column("day", N_("Date"), 10, priority=9, sortable=False),
    Column("person", N_("Who"), 8, priority=4, sortable=False),
    Column("change", N_("Change"), 14, priority=7, sortable=False),
    Column("details", N_("From → to"), 20, grow=True, priority=8, sortable=False),
)


# Which fields stand together in a line where there is room; a field that may be long has its own.
FIELD_LINES = (
    ("code", "short_name"), ("name",), ("contact", "phone"), ("segment", "label"), ("address",), ("city", "tax_id"),
    ("bank_account",), ("note",), ("closed_on",),
)  # fmt: skip
PAIRED_FROM_CELLS = 70


@dataclass(frozen=True)
class Card:
    """The fields of a customer's card with their values, and whose it was."""

    fields: tuple[tuple[str, str], ...]
    owners: tuple[OwnerRow, ...]


class ProfilePane(ArchivePane):
    """The first tab."""

    TITLE: ClassVar[str] = N_("Profile")

    class CardRead(Message, bubble=False):
        """A customer's card came from the store."""

        def __init__(self, customer: bytes, card: Card) -> None:
            self.customer = customer
            self.card = card
            super().__init__()

    def compose(self) -> ComposeResult:
        with Section(_("Card"), id="card-section"), VerticalScroll(id="card"):
            yield CardView()
        with Container(classes="part lists"):
            yield Section(
                _("Contacts"), PagedTable(CONTACT_COLUMNS, id="contacts", empty_text=_("No contact yet: c logs one."))
            )
            yield Section(
                _("Who changed what"),
                PagedTable(CHANGE_COLUMNS, id="changes", empty_text=_("Nothing was changed here yet.")),
            )

    def fill(self) -> None:
        self.query_one(CardView).card = None
        self._read_card(self.desk.customer)
        self.query_one("#contacts", PagedTable).show(contacts(self.desk, _contact_row))
        self.query_one("#changes", PagedTable).show(changes(self.desk, _change_row))

    def refresh_data(self) -> None:
        super().refresh_data()
        self._read_card(self.desk.customer)

    @work(thread=True, exclusive=True, group="card")
    def _read_card(self, customer_id: bytes) -> None:
        worker = get_current_worker()
        with self.session.store.use():
            customer = customer_with_id(customer_id)
            if customer is None:
                return
            fields = [("code", customer.code), *((name, str(getattr(customer, name))) for name in CARD_FIELDS)]
            if customer.closed_on is not None:
                fields.append(("closed_on", day_text(customer.closed_on)))
            card = Card(tuple(fields), tuple(owner_history(customer_id)))
        if not worker.is_cancelled:
            self.post_message(self.CardRead(customer_id, card))

    def on_profile_pane_card_read(self, message: ProfilePane.CardRead) -> None:
        if message.customer == self.customer:
            self.query_one(CardView).card = message.card


class CardView(Static):
    """The fields of a card, short ones in pairs where two fit beside each other."""

    card: reactive[Card | None] = reactive(None, layout=True)

    def render(self) -> Content:
        return Content("") if self.card is None else card_content(self.card, self.size.width)


def card_content(card: Card, width: int) -> Content:
    """The fields of a card; an empty one is a dash.

    Args:
        width: in cells; from `PAIRED_FROM_CELLS` on short fields stand in pairs.
    """
    values = dict(card.fields)
    cells = max(cell_len(_(FIELD_WORDS.get(name, name))) for name in values)
    paired = width >= PAIRED_FROM_CELLS
    lines = []
    for group in FIELD_LINES:
        present = [_field(name, values[name], cells) for name in group if name in values]
        if paired and len(present) == 2:
            lines.append(Content.assemble(_cut(present[0], width // 2), _cut(present[1], width - width // 2)))
        else:
            lines += present
    for at, row in enumerate(card.owners):
        since = f"{day_text(row.from_date)} – {day_text(row.to_date)}".rstrip()
        lines.append(_labelled(_("Owner") if at == 0 else "", f"{row.owner}  {since}", cells))
    return Content("\n").join(lines)


def _field(name: str, value: str, cells: int) -> Content:
    return _labelled(_(FIELD_WORDS.get(name, name)), value, cells)


def _labelled(label: str, value: str, cells: int) -> Content:
    return Content.styled(fit(label, cells), "dim") + Content("  " + (printable(value) or "–"))


def _cut(line: Content, cells: int) -> Content:
    return line.truncate(cells - 1, ellipsis=True).pad_right(max(1, cells - line.cell_length))


def _contact_row(contact: ContactRow) -> RecordRow:
    cells = (day_text(contact.day), contact.person, contact.note, day_text(contact.next_on))
    return RecordRow(contact.id, contact.key, cells, record=contact)


def _change_row(change: ChangeRow) -> RecordRow:
    cells = (day_text(change.day), change.person or "–", change_word(change), change_details(change))
    return RecordRow(change.uid, change.key, cells, "muted" if change.undone else "", record=change)
