"""Lost orders by reason, salesperson, customer and product, and what credit control itself cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import msgspec
from textual.app import ComposeResult
from textual.screen import Screen

from model.batches import batches, marks
from model.credit_cost import COST_REASON_NAMES, CreditCost, CreditCostReport, credit_cost, lost_by_credit
from model.errors import N_
from model.lost import REASON_NAMES, LostBy, LostOrder, LostReport, LostRow, lost_orders, lost_report
from model.margin import may_see_cost
from model.store import rows
from tui.analysis.behind import OrdersBehind
from tui.analysis.face import AnalysisFace, Asked, Reading, Turn, count_text, key_of, money, rate_text
from tui.leaderboard.company_line import CompanyLine
from tui.locale import _
from tui.shared.chart import BarData
from tui.shared.columns import Column
from tui.shared.definition import DefinitionCard
from tui.shared.figure_table import Figure, FigureTable
from tui.shared.paged_table import PagedTable

MOST_BARS = 40
COST_TURN = "credit"
LOST_FIGURES = (
    Figure(Column("name", N_("Name"), 12, grow=True, priority=9), lambda row: lost_name(row)),
    Figure(Column("won", N_("Won"), 5, "right", priority=7), lambda row: row.won or None, count_text),
    Figure(Column("lost", N_("Lost"), 5, "right", priority=9), lambda row: row.lost, count_text),
    Figure(Column("rate", N_("Lost rate"), 8, "right", priority=9), lambda row: row.rate_bp, rate_text),
    Figure(Column("lost_amount", N_("Lost amount"), 14, "right", priority=8), lambda row: row.lost_amount, money),
    Figure(Column("amount_rate", N_("By amount"), 8, "right", priority=6), lambda row: row.amount_rate_bp, rate_text),
    Figure(Column("won_amount", N_("Won amount"), 14, "right", priority=4), lambda row: row.won_amount or None, money),
)
COST_FIGURES = (
    Figure(Column("name", N_("Reason"), 12, grow=True, priority=9), lambda row: cost_name(row)),
    Figure(Column("orders", N_("Orders"), 6, "right", priority=8), lambda row: row.orders, count_text),
    Figure(Column("amount", N_("Amount"), 14, "right", priority=9), lambda row: row.amount, money),
    Figure(Column("margin", N_("Margin forgone"), 14, "right", priority=9), lambda row: row.margin, money, secret=True),
    Figure(Column("rate", N_("Margin rate"), 7, "right", priority=6), lambda row: row.rate_bp, rate_text, secret=True),
    Figure(Column("uncosted", N_("Uncosted"), 13, "right", priority=4), lambda row: row.uncosted, money, secret=True),
)


def lost_name(row: LostRow) -> str:
    """What a line is called."""
    if row.id is None and row.key in REASON_NAMES:
        return _(REASON_NAMES[row.key])
    return row.name or _("nobody")


def cost_name(row: CreditCost) -> str:
    """For what credit control held the orders of a line, translated."""
    return _(COST_REASON_NAMES[row.key]) if row.key in COST_REASON_NAMES else row.name


@dataclass(frozen=True)
class LossesRead:
    """The lost orders of a period, and what of it credit control cost, None while that is being added up."""

    report: LostReport | None
    cost: CreditCostReport | None
    sees_cost: bool

    @property
    def lines(self) -> tuple[LostRow | CreditCost, ...]:
        """The lines of the way that is shown."""
        if self.report is not None:
            return self.report.rows
        return () if self.cost is None else self.cost.rows

    @property
    def company(self) -> LostRow | CreditCost | None:
        """All of them together."""
        if self.report is not None:
            return self.report.company
        return None if self.cost is None else self.cost.company


class LossesFace(AnalysisFace):
    """Of all that was decided, what was not won."""

    TITLE = N_("Lost orders")
    FIRST_PERIOD = "12_months"
    TURNS = (
        Turn("reason", N_("by reason")),
        Turn("salesperson", N_("by salesperson")),
        Turn("customer", N_("by customer")),
        Turn("product", N_("by product")),
        Turn(COST_TURN, N_("what credit control cost")),
    )
    READ = LossesRead

    def numbers(self) -> ComposeResult:
        nothing = _("Nothing was lost in these days: {key} chooses others.").format(key=key_of("choose_period"))
        yield FigureTable(
            LOST_FIGURES, lambda row: (row.id, row.key), empty_text=nothing, file_name="lost", classes="lost"
        )
        yield FigureTable(
            COST_FIGURES,
            lambda row: row.key,
            file_name="credit-cost",
            classes="credit",
            empty_text=_("Credit control lost no order in these days: {key} chooses others.").format(
                key=key_of("choose_period")
            ),
        )
        yield CompanyLine([figure.column for figure in LOST_FIGURES])  # fmt: skip

    def on_mount(self) -> None:
        self._show_table(self.turn)

    def _show_table(self, turn: str) -> None:
        shows_cost = turn == COST_TURN
        for table in self.query(FigureTable):
            table.display = table.has_class("credit") == shows_cost
        company = self.query_one(CompanyLine)
        company.columns = tuple(figure.column for figure in (COST_FIGURES if shows_cost else LOST_FIGURES))

    @classmethod
    def read(cls, asked: Asked, reading: Reading) -> LossesRead:
        first, last, day = asked.period.first, asked.period.last, asked.day
        sees_cost = may_see_cost(asked.person, day)
        by: LostBy = asked.turn  # type: ignore[assignment]
        report = None if asked.turn == COST_TURN else lost_report(first, last, by, day)
        if report is not None:
            reading.show_so_far(LossesRead(report, None, sees_cost))
            reading.tell(reading, _("adding up what credit control cost …"))
        return LossesRead(report, credit_cost(first, last, "reason", day), sees_cost)

    def show(self, asked: Asked, read: LossesRead, *, anew: bool) -> None:
        had_focus = any(table.has_focus for table in self.query(FigureTable))
        self._show_table(asked.turn)
        table, company = self.table, self.query_one(CompanyLine)
        table.take(read.lines, with_secrets=read.sees_cost, anew=anew)
        if had_focus and not table.has_focus:
            table.focus()
        company.cells = () if read.company is None else (_("Company"), *table.cells_of(read.company)[1:])
        self.chart.show(*_chart(read), _("Nothing was lost in these days."))

    def summary(self, asked: Asked, read: LossesRead) -> str:
        if read.report is None or read.report.company.rate_bp is None:
            return ""
        return _("lost rate {rate}").format(rate=rate_text(read.report.company.rate_bp))

    def note(self, asked: Asked, read: LossesRead) -> str:
        if read.cost is None:
            return ""
        cost = read.cost.company
        if not cost.orders:
            return _("Credit control lost no order.")
        if not read.sees_cost:
            return _("Credit control lost {count} orders, {amount}.").format(
                count=f"{cost.orders:,}", amount=money(cost.amount)
            )
        return _("Credit control lost {count} orders, {amount}, that might have earned {margin}.").format(
            count=f"{cost.orders:,}", amount=money(cost.amount), margin=money(cost.margin)
        )

    def customer_of(self, record: Any) -> bytes | None:
        return record.id if self.turn == "customer" and isinstance(record, LostRow) else None

    def definitions(self) -> tuple[str, ...]:
        return ("lost_rate", "credit_cost")

    def open_row(self, table: PagedTable, record: Any) -> Screen[Any] | None:
        if isinstance(record, LostRow) and self.shown is not None:
            behind = LostProductBehind if self.turn == "product" and record.id is not None else LostBehind
            return behind(self.shown[0], record)
        if isinstance(record, CreditCost) and self.shown is not None:
            return CostBehind(self.shown[0], record)
        return DefinitionCard(_(self.TITLE), ("credit_cost",))


def _chart(read: LossesRead) -> tuple[str, BarData | None]:
    if read.report is None:
        every = () if read.cost is None else read.cost.rows
        rows = every[:MOST_BARS]
        values = tuple(row.margin if read.sees_cost else row.amount for row in rows)
        title = _("Margin forgone") if read.sees_cost else _("Lost amount")
        return title, BarData(tuple(map(cost_name, rows)), values, more=len(every) - len(rows)) if rows else None
    all_lost = [row for row in read.report.rows if row.lost]
    lost = all_lost[:MOST_BARS]
    if not lost:
        return _("Lost amount"), None
    values = tuple(row.lost_amount for row in lost)
    return _("Lost amount"), BarData(tuple(map(lost_name, lost)), values, more=len(all_lost) - len(lost))


class LostOrdersBehind(OrdersBehind):
    """Lost orders behind a line."""

    FIGURES: ClassVar[tuple[Figure, ...]] = (
        Figure(Column("lost_on", N_("Lost on"), 10, priority=8), lambda order: order.decided_on.isoformat()),
        Figure(Column("number", N_("Number"), 10, priority=8, whole=True), lambda order: order.number),
        Figure(Column("customer", N_("Customer"), 10, grow=True, priority=9), lambda order: order.customer_name),
        Figure(Column("amount", N_("Amount"), 14, "right", priority=9), lambda order: order.amount, money),
        Figure(Column("reason", N_("Reason"), 15, priority=9), lambda order: _(REASON_NAMES[order.reason])),
        Figure(
            Column("note", N_("Note"), 12, grow=True, priority=3),
            lambda order: "" if order.note in REASON_NAMES else order.note,
        ),
    )
    EMPTY = N_("Nothing was lost here in these days.")

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._asked = asked

    def line_name(self) -> str:
        """What the line is called, translated."""
        raise NotImplementedError

    def all_lost(self) -> list[LostOrder]:
        """All orders lost in the days asked for; in a thread, with the store in use."""
        period = self._asked.period
        return lost_orders(period.first, period.last, self._asked.day)

    def heading(self, read: list[LostOrder]) -> str:
        return _("{name} · {days} · {count} lost orders, {amount}").format(
            name=self.line_name(), days=self._asked.period.words(), count=f"{len(read):,}",
            amount=money(sum(order.amount for order in read)),
        )  # fmt: skip

    def records(self, read: list[LostOrder]) -> list[LostOrder]:
        return read

    def file_name(self) -> str:
        return "lost-orders"


class LostBehind(LostOrdersBehind):
    """The orders that were lost for a reason, by someone, or with a product on them."""

    MEANING = ("lost_rate",)

    def __init__(self, asked: Asked, line: LostRow) -> None:
        super().__init__(asked)
        self._line = line

    def line_name(self) -> str:
        return lost_name(self._line)

    def read_rows(self) -> list[LostOrder]:
        orders, by, line = self.all_lost(), self._asked.turn, self._line
        of = {"reason": lambda order: order.reason == line.key, "customer": lambda order: order.customer_id == line.id}
        return [order for order in orders if of.get(by, lambda order: order.salesperson == line.id)(order)]


class LostProductBehind(LostBehind):
    """The lost orders with a product on them, each with what of it is that product: they add up to the line."""

    FIGURES: ClassVar[tuple[Figure, ...]] = tuple(
        replace(figure, column=replace(figure.column, label=N_("of it here")))
        if figure.column.key == "amount"
        else figure
        for figure in LostOrdersBehind.FIGURES
    )

    def read_rows(self) -> list[LostOrder]:
        orders, product = self.all_lost(), self._line.id
        of_it = {} if product is None else amounts_of_product([order.id for order in orders], product)
        return [msgspec.structs.replace(order, amount=of_it[order.id]) for order in orders if order.id in of_it]


class CostBehind(LostOrdersBehind):
    """The orders that credit control lost, of one reason."""

    MEANING = ("credit_cost",)

    def __init__(self, asked: Asked, line: CreditCost) -> None:
        super().__init__(asked)
        self._line = line

    def line_name(self) -> str:
        return cost_name(self._line)

    def read_rows(self) -> list[LostOrder]:
        period = self._asked.period
        reasons = lost_by_credit(period.first, period.last, self._asked.day)
        return [order for order in self.all_lost() if reasons.get(bytes(order.id)) == self._line.key]


def amounts_of_product(orders: Sequence[bytes], product: bytes) -> dict[bytes, int]:
    """Of those of some orders that have a product on a line, for how much, in minor units; call it inside
    `with store.use():`."""
    found: dict[bytes, int] = {}
    for some in batches(orders):
        query = (
            "SELECT order_id, CAST(SUM(amount) AS BIGINT) FROM order_line"
            f" WHERE order_id IN ({marks(some)}) AND product_id = ? GROUP BY order_id"
        )
        found.update((bytes(id_), int(amount)) for id_, amount in rows(query, (*some, product)))
    return found
