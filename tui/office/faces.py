"""The lists of the office, each read whole: held orders, months, settings, people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from model.activity import activity_board
from model.closing import closed_through, is_closed
from model.dates import month_of, shifted
from model.held_orders import HeldOrder, held_orders
from model.money import format_rate, grouped
from model.settings import DEFAULTS, setting_on
from model.store import rows
from tui.archive.words import verdict_words
from tui.leaderboard.short_table import Entry, ShortTable
from tui.locale import N_, _
from tui.session import ROLE_WORDS
from tui.shared.columns import Column
from tui.shared.paged_table import Row
from tui.shared.pages import Tone

MONTHS_SHOWN = 24
SETTING_WORDS = {
    "company_name": N_("the company's name"),
    "grace_days": N_("days a bill may be late before it stops an order"),
    "tolerance": N_("up to this, what is left of a bill stops nothing"),
    "blacklisted_may_prepay": N_("yes: a blacklisted customer may buy what is paid in full before"),
    "cost_visible_to_sales": N_("yes: salespeople see cost and margin"),
    "time_zone": N_("where the office's day begins"),
    "lease_share": N_("percent of an unused limit that is lent to the owner's laptop"),
    "lease_days": N_("days for which what is lent also covers a bill that becomes overdue"),
    "offline_days": N_("days without a sync after which a laptop takes no orders"),
    "claim_quota": N_("customers one salesperson may claim in a month; 0: as many as they like"),
    "claim_cooldown_days": N_("days before a customer who went to the pool is claimed again; 0: at once"),
    "return_after_days": N_("quiet days after which a customer returns to the pool; 0: never"),
    "return_clock": N_("what breaks the quiet: trade, contact, assignment, any"),
    "return_notice_days": N_("days before, when its owner is told"),
}


@dataclass(frozen=True)
class FaceRead:
    """What a face shows: its rows, what each stands for, and a line above them, translated."""

    entries: Sequence[Entry]
    records: Sequence[Any]
    summary: str


class OfficeFace(ShortTable):
    """One list of the office."""

    TITLE: ClassVar[str] = ""
    """Marked text."""
    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    EMPTY: ClassVar[str] = ""
    """Marked text."""
    MARKABLE: ClassVar[bool] = False

    def __init__(self, **more: Any) -> None:
        super().__init__(self.COLUMNS, empty_text=_(self.EMPTY), markable=self.MARKABLE, **more)
        self.records: Sequence[Any] = ()
        self.summary = ""

    def read(self, day: date) -> FaceRead:
        """Read the list; in a thread, with the store in use."""
        raise NotImplementedError

    def fill(self, read: FaceRead) -> None:
        """Show what was read."""
        self.records, self.summary = read.records, read.summary
        self.take(read.entries)

    @property
    def record(self) -> Any:
        """What the row under the cursor stands for; None where there is none."""
        row = self.cursor_row
        return None if row is None else next((each for each in self.records if _key(each) == row.key), None)

    @property
    def meant(self) -> list[Any]:
        """What the marked rows stand for, in their order; without marks, the row under the cursor."""
        marked = set(self.selected)
        found = [each for each in self.records if _key(each) in marked]
        return found or [each for each in (self.record,) if each is not None]


def _key(record: Any) -> Any:
    return record.id if isinstance(record, HeldOrder) else record.key


class HeldFace(OfficeFace):
    """Held orders with all their reasons; those that nothing stops any more say so."""

    TITLE = N_("Held orders")
    MARKABLE = True
    EMPTY = N_("No order is held.")
    COLUMNS = (
        Column("date", N_("Date"), 10, priority=6),
        Column("number", N_("Number"), 10, priority=9),
        Column("customer", N_("Customer"), 14, grow=True, priority=8),
        Column("maker", N_("Made by"), 7, priority=5),
        Column("amount", N_("Amount"), 12, align="right", priority=8),
        Column("reasons", N_("What stops it"), 26, grow=True, priority=7),
    )

    def read(self, day: date) -> FaceRead:
        found = list(held_orders(day))
        free = sum(order.verdict.ok for order in found)
        text = _("{count} held, {amount} in all; nothing stops {free} of them any more")
        summary = text.format(count=len(found), amount=grouped(sum(order.amount for order in found)), free=free)
        return FaceRead([_held_entry(place, order) for place, order in enumerate(found)], found, summary)


def _held_entry(place: int, order: HeldOrder) -> Entry:
    reasons = verdict_words(order.verdict)
    customer = f"{order.code} {order.name}"
    tone: Tone = "" if order.verdict.ok else "warning"
    cells = (str(order.date), order.number, customer, order.maker, grouped(order.amount), reasons)
    values = (str(order.date), order.number, customer, order.maker, order.amount, reasons)
    return Entry(Row(order.id, (place,), cells, tone), values)


@dataclass(frozen=True)
class Month:
    """A month and whether it is closed; `key` is its name."""

    key: str
    closed: bool


class MonthsFace(OfficeFace):
    """The months that are over, and which of them are closed."""

    TITLE = N_("Months")
    EMPTY = N_("No month is over yet.")
    COLUMNS = (
        Column("month", N_("Period"), 8, priority=9),
        Column("state", N_("State"), 14, priority=9),
        Column("responsible", N_("responsible"), 12, align="right", priority=7),
        Column("active", N_("traded"), 10, align="right", priority=8),
        Column("rate", N_("rate %"), 8, align="right", priority=8),
        Column("late", N_("active since"), 12, align="right", priority=6),
    )

    def read(self, day: date) -> FaceRead:
        months = [shifted(month_of(day), -back) for back in range(1, MONTHS_SHOWN + 1)]
        first = rows("SELECT MIN(date) FROM orders")[0][0]
        found = [Month(month, is_closed(month)) for month in months if first is not None and month >= first[:7]]
        through = closed_through()
        summary = _("closed through {month}").format(month=through) if through else _("no month is closed yet")
        return FaceRead([_month_entry(place, month, day) for place, month in enumerate(found)], found, summary)


def _month_entry(place: int, month: Month, day: date) -> Entry:
    company = activity_board(month.key, day).company
    state = _("month closed") if month.closed else _("not closed yet")
    rate = "–" if company.rate_bp is None else format_rate(company.rate_bp)
    late = f"+{company.late}" if company.late else ""
    cells = (month.key, state, str(company.responsible), str(company.active), rate, late)
    values = (month.key, state, company.responsible, company.active, company.rate_bp, company.late)
    return Entry(Row(month.key, (place,), cells), values)


@dataclass(frozen=True)
class SettingNow:
    """A setting, under its name, and its value today."""

    key: str
    value: str


class SettingsFace(OfficeFace):
    """What the company decided about itself."""

    TITLE = N_("Settings")
    COLUMNS = (
        Column("name", N_("Setting"), 22, priority=9),
        Column("value", N_("Value"), 14, priority=9),
        Column("meaning", N_("What it means"), 36, grow=True, priority=8),
    )

    def read(self, day: date) -> FaceRead:
        found = [SettingNow(name, setting_on(name, day)) for name in DEFAULTS]
        entries = [
            Entry(Row(each.key, (place,), cells), cells)
            for place, each in enumerate(found)
            for cells in [(each.key, each.value, _(SETTING_WORDS.get(each.key, "")))]
        ]
        return FaceRead(entries, found, _("Enter changes a setting from today on; no past order changes by it."))


@dataclass(frozen=True)
class Colleague:
    """Someone who works here, under their code."""

    key: str
    name: str


class PeopleFace(OfficeFace):
    """Who works here, with how many customers and laptops."""

    TITLE = N_("People")
    EMPTY = N_("Nobody works here yet: “huoke salesperson add” enters someone.")
    COLUMNS = (
        Column("code", N_("Code"), 8, priority=9),
        Column("name", N_("Name"), 12, grow=True, priority=9),
        Column("role", N_("Role"), 12, priority=8),
        Column("customers", N_("Customers"), 10, align="right", priority=8),
        Column("state", N_("State"), 12, priority=7),
    )

    def read(self, day: date) -> FaceRead:
        found = rows(
            "SELECT s.code, s.name, s.role, s.active, (SELECT COUNT(*) FROM assignment a JOIN customer c"
            " ON c.id = a.customer_id WHERE a.owner_id = s.id AND a.from_date <= ?"
            " AND (a.to_date IS NULL OR a.to_date > ?) AND (c.closed_on IS NULL OR c.closed_on > ?))"
            " FROM salesperson s ORDER BY s.active DESC, s.code",
            (day.isoformat(),) * 3,
        )
        entries = []
        for place, (code, name, role, active, customers) in enumerate(found):
            state = _("works here") if active else _("left")
            values = (code, name, _(ROLE_WORDS[role]), customers, state)
            entries.append(Entry(Row(code, (place,), tuple(map(str, values))), values))
        people = [Colleague(code, name) for code, name, *_more in found]
        at_work = sum(bool(row[3]) for row in found)
        return FaceRead(entries, people, _("{count} work here").format(count=at_work))


FACES: tuple[type[OfficeFace], ...] = (HeldFace, MonthsFace, SettingsFace, PeopleFace)
