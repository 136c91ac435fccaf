"""For each figure of a customer: what it was reckoned from, in words and rows, and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from model.archive import page_of_contacts
from model.dates import month_of
from model.kept_values import quarter_sums
from model.money import format_amount, format_rate, grouped
from model.payment_record import record_since
from model.potential import DAYS_PER_WEEK
from model.quarters import QUARTER_NAMES
from model.rhythm import HUNDREDTHS
from tui.archive.behind import Behind
from tui.archive.behind_orders import DAY_FIGURES, day_behind, month_behind, orders_behind, trading_day_rows
from tui.archive.figure_words import BY_COST, FIGURE_NAMES, FigureShown, model_words, tenths_text
from tui.archive.figures import Figures
from tui.archive.sources import Desk
from tui.archive.words import day_text
from tui.locale import N_, _
from tui.shared.columns import Column
from tui.shared.definition import definition_text
from tui.shared.figure_table import Figure

MOST_CONTACTS = 200
RHYTHM_MEANING = N_(
    "Rhythm: the median of the days between one trading day and the next, of three trading days or more. "
    "Expected next: the last trading day + the rhythm. Quiet: days since the last ÷ rhythm; from {cooling} on cooling, "
    "from {dormant} on dormant; without a rhythm dormant after {days} days."
)
CLOCKS_MEANING = N_(
    "Trade, contact and assignment are clocks of their own: a call is no trade, and a new owner makes no customer new."
)


def behind_figure(desk: Desk, shown: FigureShown) -> Behind | None:
    """What stands behind a figure; None where there is nothing to it that may be seen."""
    figures = shown.of
    if shown.figure in BY_COST and not figures.sees_cost:
        return None
    title = f"{_(FIGURE_NAMES[shown.figure])}: {shown.words}"
    match shown.figure:
        case "stage":
            return _stage_behind(desk, title, figures)
        case "clocks":
            return _clocks_behind(desk, title)
        case "trend" | "season":
            return _trend_behind(desk, title, figures)
        case "quarter" | "key_account":
            return _quarters_behind(title, figures)
        case "value" | "money":
            return _year_behind(desk, title, figures, "rfm" if shown.figure == "money" else "value")
        case "recency" | "frequency":
            return _days_behind(desk, title, figures, definition_text(("rfm",)), since=record_since(figures.day))
        case "rhythm" | "expected":
            return _days_behind(desk, title, figures, _rhythm_meaning(figures))
        case _:
            meaning = definition_text(("alive", "potential"))
            return _days_behind(desk, title, figures, meaning, why=_model_lines(figures))


def _rhythm_meaning(figures: Figures) -> str:
    quiet = figures.quiet
    return _(RHYTHM_MEANING).format(
        cooling=tenths_text(quiet.cooling_hundredths), dormant=tenths_text(quiet.dormant_hundredths),
        days=quiet.dormant_after_days,
    )  # fmt: skip


def _days_behind(
    desk: Desk, title: str, figures: Figures, meaning: str, since: date | None = None, why: tuple[str, ...] = ()
) -> Behind:
    days = trading_day_rows(figures.trading_days)
    shown = [each for each in days if since is None or each.day > since]
    return Behind(
        title=title,
        figures=DAY_FIGURES,
        key=lambda row: row.day,
        read=lambda: shown,
        meaning=meaning,
        why=why or (_("{count} trading days, the last {date}").format(
            count=len(shown), date=day_text(shown[0].day) if shown else "–"
        ),),
        opens=lambda row: day_behind(desk, row.day),
        empty=_("No trading day."),
        file_name="trading-days",
    )  # fmt: skip


def _model_lines(figures: Figures) -> tuple[str, ...]:
    """What the model knows of the customer, and its parameters."""
    lines = [model_words(figures.model, figures.sees_cost)]
    history, model = figures.history, figures.model
    if history is not None:
        lines.append(
            _("Came again on {repeats} days; last in week {last} of {weeks} since its first trade.").format(
                repeats=history.repeats, last=_weeks(history.last_days), weeks=_weeks(history.days)
            )
        )
        if figures.sees_cost and history.earning_days > 0:
            lines.append(
                _("These days earned {amount} each.").format(
                    amount=format_amount(history.earned // history.earning_days)
                )
            )
    if model is not None and model.purchases is not None:
        by = model.purchases
        lines.append(f"BG/NBD r {by.r:.3f}, alpha {by.alpha:.3f}, a {by.a:.3f}, b {by.b:.3f}")
        if figures.sees_cost and model.earnings is not None:
            lines.append(f"Gamma-Gamma p {model.earnings.p:.2f}, q {model.earnings.q:.2f}, v {model.earnings.v:.2f}")
    return tuple(lines)


def _weeks(days: int) -> str:
    return tenths_text(days * HUNDREDTHS // DAYS_PER_WEEK)


# --- months


@dataclass(frozen=True)
class TradingMonth:
    """A month with trades, the first of them and how many trading days it has."""

    month: str
    first: date
    days: int


MONTH_FIGURES = (
    Figure(Column("month", N_("Year, month"), 8, grow=True, priority=9), lambda row: row.month),
    Figure(Column("first", N_("First trade"), 12, priority=8), lambda row: day_text(row.first)),
    Figure(Column("days", N_("Trading days"), 12, "right", priority=7), lambda row: row.days),
)


def _stage_behind(desk: Desk, title: str, figures: Figures) -> Behind:
    by_month: dict[str, list[date]] = {}
    for day in figures.trading_days:
        by_month.setdefault(month_of(day), []).append(day)
    months = [TradingMonth(month, days[0], len(days)) for month, days in by_month.items()][::-1]
    return Behind(
        title=title,
        figures=MONTH_FIGURES,
        key=lambda row: row.month,
        read=lambda: months,
        meaning=definition_text(("stage",)),
        opens=lambda row: month_behind(desk, row.month),
        empty=_("No trading month."),
        file_name="trading-months",
    )


TREND_FIGURES = (
    Figure(Column("month", N_("Year, month"), 8, grow=True, priority=9), lambda row: row.month),
    Figure(Column("revenue", N_("Revenue"), 14, "right", priority=8), lambda row: row.revenue, grouped),
    Figure(Column("before", N_("A year before"), 14, "right", priority=7), lambda row: row.year_ago, grouped),
    Figure(Column("change", N_("Change %"), 8, "right", priority=6), lambda row: row.change_bp, format_rate),
)


def _trend_behind(desk: Desk, title: str, figures: Figures) -> Behind:
    months = figures.trend.months[::-1]
    return Behind(
        title=title,
        figures=TREND_FIGURES,
        key=lambda row: row.month,
        read=lambda: months,
        meaning=definition_text(("slope", "p", "season")),
        opens=lambda row: month_behind(desk, row.month),
        file_name="trend",
    )


def _year_behind(desk: Desk, title: str, figures: Figures, meaning: str) -> Behind:
    first, last = record_since(figures.day) + timedelta(days=1), figures.day
    behind = orders_behind(desk, title, first, last, _year_lines(figures))
    return Behind(
        title, behind.figures, behind.key, behind.read, definition_text((meaning,)), behind.why, behind.opens,
        behind.empty, behind.file_name,
    )  # fmt: skip


def _year_lines(figures: Figures) -> tuple[str, ...]:
    year = figures.year
    lines = [
        _("{first} until {last}: {count} orders, revenue {revenue}").format(
            first=day_text(record_since(figures.day) + timedelta(days=1)), last=day_text(figures.day),
            count=year.orders, revenue=grouped(year.revenue),
        )
    ]  # fmt: skip
    if figures.sees_cost:
        lines.append(
            _("Cost {cost}, margin {margin}; of unknown cost {uncosted}").format(
                cost=grouped(year.cost), margin=grouped(year.margin), uncosted=grouped(year.uncosted)
            )
        )
    return tuple(lines)


# --- all customers


QUARTER_FIGURES = (
    Figure(Column("quarter", N_("Quadrant"), 26, grow=True, priority=9), lambda row: _(QUARTER_NAMES[row.quarter])),
    Figure(Column("customers", N_("Customers"), 9, "right", priority=8), lambda row: row.customers),
    Figure(Column("value", N_("Yearly value"), 16, "right", priority=7), lambda row: row.value, grouped, secret=True),
    Figure(
        Column("potential", N_("Potential"), 16, "right", priority=6), lambda row: row.potential, grouped, secret=True
    ),
)


def _quarters_behind(title: str, figures: Figures) -> Behind:
    kept, lines = figures.kept, []
    if kept is not None:
        lines.append(
            _("This customer: value {value}, potential {potential}").format(
                value=grouped(kept.margin), potential=grouped(kept.potential.margin)
            )
        )
    if figures.kept_of is not None:
        among = _("among the customers on this laptop") if figures.only_here else _("among all customers")
        lines.append(_("Reckoned on {date}, {among}").format(date=day_text(figures.kept_of), among=among))
    return Behind(
        title=title,
        figures=QUARTER_FIGURES,
        key=lambda row: row.quarter,
        read=quarter_sums,
        meaning=definition_text(("key_account", "value", "potential")),
        why=tuple(lines),
        file_name="quadrants",
    )


# --- clocks


CONTACT_FIGURES = (
    Figure(Column("day", N_("Date"), 10, priority=9), lambda row: day_text(row.day)),
    Figure(Column("person", N_("Who"), 8, priority=7), lambda row: row.person),
    Figure(Column("note", N_("What was said"), 20, grow=True, priority=8), lambda row: row.note),
    Figure(Column("next", N_("Again on"), 10, priority=6), lambda row: day_text(row.next_on)),
)


def _clocks_behind(desk: Desk, title: str) -> Behind:
    return Behind(
        title=title,
        figures=CONTACT_FIGURES,
        key=lambda row: row.id,
        read=lambda: page_of_contacts(desk.customer, MOST_CONTACTS),
        meaning=_(CLOCKS_MEANING),
        empty=_("Nobody has called or visited yet."),
        file_name="contacts",
    )
