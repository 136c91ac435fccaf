"""Twelve months of activity: the company's curve and, beside it, that of the highlighted salesperson."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from model.activity import activity_by_month
from model.dates import months_between, shifted
from tui.leaderboard.face import Someone, Wanted
from tui.leaderboard.figures import NO_FIGURE
from tui.locale import _
from tui.shared.chart import Chart, CurveData, short
from tui.shared.columns import fit, printable

MONTHS_SHOWN = 12
FIGURE_CELLS = 5
NAME_CELLS_AT_MOST = 10


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


class RatesPane(Vertical):
    """The curves, and below them their figures, because a curve alone cannot be read off."""

    def compose(self) -> ComposeResult:
        yield Chart(empty_text=_("Nobody was responsible for any customer in these months."))
        yield Static("", classes="rates", markup=False)

    def show(self, rates: Rates) -> None:
        self.border_title = Content(title(rates)).markup
        self.query_one(Chart).data = curves(rates)
        self.query_one(Static).update(figures(rates))


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


def figures(rates: Rates) -> str:
    """The rates as text, a line for the months and one for each curve."""
    series = [(_("Company"), rates.company), *([(rates.name, rates.person)] if rates.person else [])]
    cells = min(NAME_CELLS_AT_MOST, max(cell_len(name) for name, _values in series))
    lines = [" ".join([fit("", cells), *(fit(month[2:], FIGURE_CELLS, "right") for month in rates.months)])]
    for name, values in series:
        shown = [NO_FIGURE if rate is None else short(rate, "percent") for rate in values]
        lines.append(" ".join([fit(name, cells), *(fit(text, FIGURE_CELLS, "right") for text in shown)]))
    return "\n".join(lines)
