"""Twelve months of activity: the company's curve and, beside it, that of the highlighted salesperson."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from model.activity import activity_by_month
from model.dates import months_between, shifted
from tui.leaderboard.face import Someone, Wanted
from tui.leaderboard.figures import rate_text
from tui.locale import N_, _
from tui.shared.chart import Chart, CurveData
from tui.shared.columns import Column, printable
from tui.shared.figure_table import Figure, FigureTable

MONTHS_SHOWN = 12


@dataclass(frozen=True)
class Rates:
    """Rates of the same months in basis points; None where nobody was responsible for anybody.

    Attributes:
        person: empty without a salesperson.
    """

    months: tuple[str, ...]
    company: tuple[int | None, ...]
    name: str = ""
    person: tuple[int | None, ...] = ()


def read_rates(wanted: Wanted, someone: Someone | None) -> Rates:
    """The twelve months up to the wanted one; in a thread, with the store in use."""
    months = tuple(months_between(shifted(wanted.month, 1 - MONTHS_SHOWN), wanted.month))
    company = activity_by_month(None, months, wanted.as_of, without_blacklisted=wanted.without_blacklisted)
    rates = Rates(months, tuple(rate for _month, rate in company))
    if someone is None or someone.id is None:
        return rates
    person = activity_by_month(someone.id, months, wanted.as_of)
    return Rates(rates.months, rates.company, someone.name, tuple(rate for _month, rate in person))


@dataclass(frozen=True)
class MonthRates:
    """A month's rates in basis points; None where nobody was responsible for anybody, or there is no salesperson."""

    month: str
    company: int | None
    person: int | None


MONTH_FIGURES = (
    Figure(Column("month", N_("Year, month"), 7, priority=9), lambda row: row.month),
    Figure(Column("company", N_("Company"), 7, "right", priority=8), lambda row: row.company, rate_text),
    Figure(Column("person", N_("Salesperson"), 7, "right", priority=7), lambda row: row.person, rate_text),
)


class RatesPane(Horizontal):
    """The curves, and beside them their figures, because a curve alone cannot be read off."""

    def compose(self) -> ComposeResult:
        yield Chart(empty_text=_("Nobody was responsible for any customer in these months."))
        yield FigureTable(MONTH_FIGURES, lambda row: row.month, empty_text="", file_name="activity")

    def show(self, rates: Rates) -> None:
        self.border_title = Content(title(rates)).markup
        self.query_one(Chart).data = curves(rates)
        table = self.query_one(FigureTable)
        table.file_name = "-".join(
            each.replace("/", "-") for each in ("activity", rates.name, rates.months[-1]) if each
        )
        table.take(month_rows(rates))


def title(rates: Rates) -> str:
    """What the curves are."""
    if not rates.name:
        return _("Activity rate, twelve months: company")
    return _("Activity rate, twelve months: company and {name}").format(name=printable(rates.name))


def curves(rates: Rates) -> CurveData | None:
    """The months in which every curve has a figure: a month without one is no point at zero."""
    series = [(_("Company"), rates.company)]
    if any(rate is not None for rate in rates.person):
        series.append((rates.name, rates.person))
    shown = [at for at in range(len(rates.months)) if all(values[at] is not None for _name, values in series)]
    if not shown:
        return None
    return CurveData(
        tuple(rates.months[at] for at in shown),
        tuple((name, tuple(values[at] or 0 for at in shown)) for name, values in series),
        "percent",
    )


def month_rows(rates: Rates) -> list[MonthRates]:
    """The rates by month, the latest first."""
    of_person = rates.person or (None,) * len(rates.months)
    return [MonthRates(*each) for each in zip(rates.months, rates.company, of_person, strict=True)][::-1]
