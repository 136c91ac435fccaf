"""The rows behind a figure of the leaderboard, with what the figure means at their foot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from model.credited_orders import CreditedOrder, credited_orders
from model.dates import first_day, last_day
from model.laptop import Mark, order_marks
from model.lost import REASON_NAMES, LostOrder, lost_orders
from model.margin import may_see_cost
from model.money import format_percent, grouped
from tui import keymap
from tui.exchange.words import UNSENT_SIGN
from tui.leaderboard.face import Someone, Wanted
from tui.leaderboard.lost import LostReason
from tui.leaderboard.short_table import Entry, ShortTable
from tui.locale import N_, _
from tui.session import StoreScreen
from tui.shared.columns import Column
from tui.shared.paged_table import PagedTable, Row
from tui.shared.status import StatusLine

KIND_NAMES = {"sale": N_("sale"), "return": N_("return")}


class Heading(Static):
    """The line at the top of a screen."""


class Definition(Static):
    """What a figure means, at the foot of the rows behind it."""


class RowsBehind(StoreScreen):
    """A list over the leaderboard, each row of a customer; Esc leads back."""

    CSS_PATH = "leaderboard.tcss"
    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    EMPTY: ClassVar[str] = ""
    """Marked text: what is said when there are no rows."""
    DEFINITION: ClassVar[str] = ""
    """Marked text."""

    class Read(Message):
        """The rows came from the store."""

        def __init__(self, read: Any) -> None:
            self.read = read
            super().__init__()

    def __init__(self, wanted: Wanted) -> None:
        super().__init__()
        self.wanted = wanted

    def compose(self) -> ComposeResult:
        yield Heading("", markup=False)
        yield ShortTable(self.COLUMNS, empty_text=_(self.EMPTY))
        yield Definition(_(self.DEFINITION), markup=False)
        yield StatusLine()

    def on_mount(self) -> None:
        self.query_one(ShortTable).focus()
        self.refresh_data()

    def read_rows(self) -> Any:
        """Read the rows; in a thread, with the store in use."""
        raise NotImplementedError

    def heading(self, read: Any) -> str:
        """What stands above the rows."""
        raise NotImplementedError

    def entries(self, read: Any) -> Sequence[Entry]:
        """The rows as they are shown; each has a row key that ends in the customer's id."""
        raise NotImplementedError

    def refresh_data(self) -> None:
        self._read_in_thread()

    @work(thread=True, exclusive=True, group="rows_behind")
    def _read_in_thread(self) -> None:
        worker = get_current_worker()
        with self.session.store.use():
            read = self.read_rows()
        if not worker.is_cancelled:
            self.post_message(self.Read(read))

    @on(Read)
    def _show(self, message: Read) -> None:
        self.query_one(Heading).update(self.heading(message.read))
        self.query_one(ShortTable).take(self.entries(message.read))

    @on(ShortTable.Exported)
    def _tell_exported(self, message: ShortTable.Exported) -> None:
        self.say(message.sentence)

    @property
    def customer_at_cursor(self) -> bytes | None:
        row = self.query_one(ShortTable).cursor_row
        return None if row is None else cast("tuple[bytes, ...]", row.key)[-1]

    @on(PagedTable.RowChosen)
    def _open_customer(self, message: PagedTable.RowChosen) -> None:
        self.app.open_customer(cast("tuple[bytes, ...]", message.row.key)[-1])  # type: ignore[attr-defined]

    def why_not(self, action_id: str) -> str:
        if action_id.endswith(".new_order") and self.customer_at_cursor is None:
            return _("There is no customer here to order for.")
        return ""

    def action_new_order(self) -> None:
        """Begin an order for the customer under the cursor."""
        if (customer := self.customer_at_cursor) is not None:
            self.app.begin_order(customer)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class CreditedRead:
    """The orders shown; margin only to those who may see cost; marks of those that the office has not got yet."""

    orders: list[CreditedOrder]
    with_margin: bool
    marks: dict[bytes, Mark]


class CreditedOrders(RowsBehind):
    """The orders of which a salesperson has a part."""

    DESK = "orders_behind"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("orders_behind")]
    COLUMNS = (
        Column("date", N_("Date"), 10, priority=7),
        Column("number", N_("Number"), 10, priority=8, whole=True),
        Column("customer", N_("Customer"), 10, grow=True, priority=9),
        Column("kind", N_("Kind"), 6, priority=3),
        Column("total", N_("Order total"), 13, align="right", priority=5),
        Column("share", N_("Share"), 6, align="right", priority=6),
        Column("amount", N_("Amount"), 13, align="right", priority=9),
        Column("margin", N_("Margin"), 13, align="right", priority=4),
    )
    EMPTY = N_("No order of this month counts here.")
    DEFINITION = N_(
        "Performance = live orders of the month less returns, by the shares frozen on each order: the owner's and the "
        "maker's where another than the owner took it, else all to the maker. An order counts for whoever has the "
        "larger share; a return counts for nobody. Margin leaves out lines of unknown cost."
    )

    def __init__(self, wanted: Wanted, someone: Someone) -> None:
        super().__init__(wanted)
        self.someone = someone

    def read_rows(self) -> CreditedRead:
        orders = credited_orders(self.someone.id, self.wanted.month, self.wanted.as_of)
        return CreditedRead(
            orders,
            may_see_cost(self.session.person_id, self.wanted.as_of),
            order_marks([order.id for order in orders]),
        )

    def heading(self, read: CreditedRead) -> str:
        orders = read.orders
        return _("{name} · {month} · {amount} · counts {orders} orders, has a part in {count} documents").format(
            name=self.someone.name, month=self.wanted.month, amount=grouped(sum(order.amount for order in orders)),
            orders=sum(order.orders for order in orders), count=len(orders),
        )  # fmt: skip

    def entries(self, read: CreditedRead) -> Sequence[Entry]:
        return [_credited_entry(order, read.with_margin, read.marks.get(order.id, "")) for order in read.orders]


def _credited_entry(order: CreditedOrder, with_margin: bool, mark: Mark) -> Entry:
    # The column is narrow: here the sign alone says that the office has not got it yet.
    day, kind = order.date.isoformat(), (UNSENT_SIGN if mark else "") + _(KIND_NAMES[order.kind])
    cells = (
        day, order.number, order.customer_name, kind, grouped(order.total),
        f"{format_percent(order.share_bp)}%", grouped(order.amount), grouped(order.margin) if with_margin else "",
    )  # fmt: skip
    values = (
        day, order.number, order.customer_name, kind, order.total, order.share_bp, order.amount,
        order.margin if with_margin else None,
    )  # fmt: skip
    return Entry(Row((order.id, order.share_bp, order.customer_id), (day, order.number), cells), values)


class LostOrders(RowsBehind):
    """The orders that someone lost, or that were lost for a reason."""

    DESK = "orders_behind"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("orders_behind")]
    COLUMNS = (
        Column("lost_on", N_("Lost on"), 10, priority=8),
        Column("number", N_("Number"), 10, priority=8, whole=True),
        Column("customer", N_("Customer"), 10, grow=True, priority=9),
        Column("amount", N_("Amount"), 14, align="right", priority=9),
        Column("reason", N_("Reason"), 15, priority=9),
        Column("note", N_("Note"), 12, grow=True, priority=3),
    )
    EMPTY = N_("Nothing was lost here in this month.")
    DEFINITION = N_(
        "Lost rate = lost ÷ (won + lost). Each order or quote counts once, at its latest decision: won is confirmed; "
        "lost is lost, rejected, cancelled, or a quote past its last valid day. Open quotes and held orders still wait."
    )

    def __init__(self, wanted: Wanted, behind: Someone | LostReason) -> None:
        super().__init__(wanted)
        self.behind = behind

    def read_rows(self) -> list[LostOrder]:
        period = (first_day(self.wanted.month), last_day(self.wanted.month))
        return [order for order in lost_orders(*period, self.wanted.as_of) if self._is_behind(order)]

    def _is_behind(self, order: LostOrder) -> bool:
        if isinstance(self.behind, LostReason):
            return order.reason == self.behind.key
        return order.salesperson == self.behind.id

    def heading(self, read: list[LostOrder]) -> str:
        name = _(REASON_NAMES[self.behind.key]) if isinstance(self.behind, LostReason) else self.behind.name
        return _("{name} · {month} · {count} lost orders, {amount}").format(
            name=name, month=self.wanted.month, count=len(read), amount=grouped(sum(order.amount for order in read))
        )

    def entries(self, read: list[LostOrder]) -> Sequence[Entry]:
        return [_lost_entry(order) for order in read]


def _lost_entry(order: LostOrder) -> Entry:
    day, reason = order.decided_on.isoformat(), _(REASON_NAMES[order.reason])
    note = "" if order.note in REASON_NAMES else order.note
    values = (day, order.number, order.customer_name, order.amount, reason, note)
    cells = (day, order.number, order.customer_name, grouped(order.amount), reason, note)
    return Entry(Row((order.id, order.customer_id), (order.number,), cells), values)
