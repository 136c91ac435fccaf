"""A customer's figures as a list: each in words that say why, in one line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from model.call_board import rhythm_text
from model.money import format_change, format_rate, grouped
from model.potential_model import PotentialModel
from model.quarters import BOTH, POTENTIAL, QUARTER_NAMES, VALUE
from model.rfm import Rfm
from model.rhythm import FEWEST_TRADING_DAYS, STATE_NAMES, Rhythm
from model.stages import STAGE_NAMES
from model.trend import FEWEST_MONTHS, TREND_NAMES
from model.value import MODEL, CustomerValue
from tui.archive.figures import Figures
from tui.archive.sources import RecordRow
from tui.archive.words import day_text
from tui.locale import N_, _
from tui.shared.columns import Column
from tui.shared.pages import Tone

Figure: TypeAlias = Literal[
    "stage", "rhythm", "expected", "trend", "season", "recency", "frequency", "money", "value", "alive",
    "expected_orders", "potential", "quarter", "key_account", "clocks",
]  # fmt: skip
FIGURE_NAMES: dict[Figure, str] = {
    "stage": N_("Stage"),
    "rhythm": N_("Rhythm"),
    "expected": N_("Expected next"),
    "trend": N_("Trend"),
    "season": N_("On a year ago"),
    "recency": N_("R, how lately"),
    "frequency": N_("F, how often"),
    "money": N_("M, how much"),
    "value": N_("Yearly value"),
    "alive": N_("Alive"),
    "expected_orders": N_("Orders to come"),
    "potential": N_("Potential"),
    "quarter": N_("Quadrant"),
    "key_account": N_("Key account"),
    "clocks": N_("Clocks"),
}
# Reckoned from margin: nobody sees them who may not see cost.
BY_COST: frozenset[Figure] = frozenset({"value", "potential", "quarter", "key_account"})
FIGURE_COLUMNS = (
    Column("figure", N_("Figure"), 14, priority=8, sortable=False),
    Column("words", N_("What it says"), 30, grow=True, priority=9, sortable=False),
)
FIFTH_PERCENT = 20
HUNDREDTHS_PER_TENTH = 10
LEAST_P_SHOWN = 0.01
ALIVE_ALARM = 0.5


@dataclass(frozen=True)
class FigureShown:
    """A figure of the list, and what all its figures were read from."""

    figure: Figure
    words: str
    of: Figures


def figure_rows(figures: Figures | None) -> list[RecordRow]:
    """The figures in their order; none of a customer of which only the card is here."""
    if figures is None:
        return []
    rows = []
    for figure in FIGURE_NAMES:
        words, tone = _said(figure, figures)
        rows.append(
            RecordRow(figure, figure, (_(FIGURE_NAMES[figure]), words), tone, FigureShown(figure, words, figures))
        )
    return rows


def _said(figure: Figure, figures: Figures) -> tuple[str, Tone]:
    if figure in BY_COST and not figures.sees_cost:
        return _("– (reckoned from margin, which your role does not see)"), "muted"
    if figure == "clocks":
        return _clocks(figures), ""
    if figure == "stage":
        return _stage(figures), ""
    if figures.rhythm is None:
        return _("– (never traded)"), "muted"
    if figure in ("recency", "frequency", "money"):
        return _score(figure, figures)
    if figure in ("quarter", "key_account"):
        return _place(figure, figures)
    if figure in ("value", "alive", "expected_orders", "potential"):
        return _worth(figure, figures)
    return _pace(figure, figures, figures.rhythm)


def _stage(figures: Figures) -> str:
    stage = figures.stage
    if stage.since is None:
        return _("{stage}: never traded").format(stage=_(STAGE_NAMES[stage.stage]))
    return _("{stage} since {date}; {count} trading months since {first}").format(
        stage=_(STAGE_NAMES[stage.stage]), date=day_text(stage.since), first=day_text(figures.trading_days[0]),
        count=stage.trading_months,
    )  # fmt: skip


def _clocks(figures: Figures) -> str:
    """Trade, contact and assignment, kept apart."""
    clocks = figures.clocks
    said = [
        _("last trade {date}").format(date=day_text(figures.rhythm.last if figures.rhythm else None) or "–"),
        _("last contact {date}").format(date=day_text(clocks.contact) or "–"),
    ]
    if clocks.owner:
        said.append(_("{owner} since {date}").format(owner=clocks.owner, date=day_text(clocks.assigned)))
    return _(", ").join(said)


# --- pace


def _pace(figure: Figure, figures: Figures, rhythm: Rhythm) -> tuple[str, Tone]:
    if figure == "rhythm":
        return rhythm_words(rhythm, figures), tone_of(rhythm, figures)
    if figure == "expected":
        return expected_words(rhythm.expected_next, figures.day), tone_of(rhythm, figures)
    return (trend_words(figures) if figure == "trend" else season_words(figures)), _tone_of_trend(figure, figures)


def rhythm_words(rhythm: Rhythm, figures: Figures) -> str:
    """How often it buys, how long it has been quiet, and what that makes it."""
    state, quiet = _(STATE_NAMES[rhythm.state_on(figures.day, figures.quiet)]), rhythm.days_quiet(figures.day)
    times = rhythm.quiet_hundredths(figures.day)
    if rhythm.half_days is None or times is None:
        return _("{count} trading days of {fewest} for a rhythm; quiet {days} days: {state}").format(
            count=rhythm.trading_days, fewest=FEWEST_TRADING_DAYS, days=quiet, state=state
        )
    return _("buys every {rhythm} days; quiet {days} days, {times} ×: {state}").format(
        rhythm=rhythm_text(rhythm.half_days), days=quiet, times=tenths_text(times), state=state
    )


def tone_of(rhythm: Rhythm, figures: Figures) -> Tone:
    """Customers that go quiet catch the eye."""
    return "" if rhythm.state_on(figures.day, figures.quiet) == "steady" else "warning"


def expected_words(expected: date | None, day: date) -> str:
    """A day that was reckoned, and how far it is."""
    if expected is None:
        return _("– (no rhythm yet)")
    days = (expected - day).days
    if days == 0:
        return _("{date}, today").format(date=day_text(expected))
    words = _("{date}, in {days} days") if days > 0 else _("{date}, {days} days ago")
    return words.format(date=day_text(expected), days=abs(days))


def trend_words(figures: Figures) -> str:
    """Rising or falling by how much a month, and how sure that is."""
    trend = figures.trend.trend
    if trend.word == "new":
        return _("too new: {count} full months of {fewest}").format(count=trend.months, fewest=FEWEST_MONTHS)
    return _("{trend}: {slope} a month over {months} months (p {p})").format(
        trend=_(TREND_NAMES[trend.word]), slope=signed(trend.slope), months=trend.months, p=p_text(trend.p)
    )


def season_words(figures: Figures) -> str:
    """The last three full months beside the same a year ago."""
    season = figures.trend.season
    if season.change_bp is None:
        return _("last 3 full months {amount}, nothing a year ago").format(amount=grouped(season.revenue))
    return _("last 3 full months {amount}, {change} on {before}").format(
        amount=grouped(season.revenue), change=format_change(season.change_bp), before=grouped(season.year_ago)
    )


def _tone_of_trend(figure: Figure, figures: Figures) -> Tone:
    if figure == "trend":
        tones: dict[str, Tone] = {"rising": "good", "falling": "warning"}
        return tones.get(figures.trend.trend.word, "")
    return ""


# --- scores and places among all


def _score(figure: Figure, figures: Figures) -> tuple[str, Tone]:
    kept = figures.kept
    if figures.year.orders == 0 or (kept is not None and kept.rfm is None):
        return _("– (no trade in 12 months)"), "muted"
    if kept is None or kept.rfm is None:
        return _not_reckoned(figures), "muted"
    score = score_of(figure, kept.rfm)
    did = {
        "recency": _("last trade {days} days before").format(days=kept.recency_days),
        "frequency": _("{count} trading days in 12 months").format(count=kept.trading_days),
        "money": _("revenue {amount} in 12 months").format(amount=grouped(kept.revenue)),
    }[figure]
    told = _("{score}: {did}, {share}").format(score=score, did=did, share=_share_words(figure, score))
    return f"{told}{_when(figures)}", ""


def score_of(figure: Figure, rfm: Rfm) -> int:
    """One of the three scores."""
    return {"recency": rfm.r, "frequency": rfm.f, "money": rfm.m}[figure]


def _share_words(figure: Figure, score: int) -> str:
    percent = (score - 1) * FIFTH_PERCENT
    if percent == 0:
        return _("the lowest fifth")
    # The cut of recency takes in whoever stands on it, the others do not.
    words = _("as lately as {percent} % or more") if figure == "recency" else _("more than {percent} %")
    return words.format(percent=percent)


def _place(figure: Figure, figures: Figures) -> tuple[str, Tone]:
    kept = figures.kept
    if kept is None:
        return _not_reckoned(figures), "muted"
    if figure == "quarter":
        return _(QUARTER_NAMES[kept.quarter]) + _when(figures), ""
    return key_account_words(kept) + _when(figures), "good" if kept.is_key_account else ""


def key_account_words(kept: CustomerValue) -> str:
    """Whether it is a key account, and by what."""
    why = {
        BOTH: _("yes: in the top fifth by value and by potential"),
        VALUE: _("yes: in the top fifth by value, not by potential"),
        POTENTIAL: _("yes: in the top fifth by potential, not by value yet"),
    }
    return why.get(kept.quarter, _("no: in the top fifth neither by value nor by potential"))


def _not_reckoned(figures: Figures) -> str:
    if figures.kept_of is None:
        return _("– (all customers are being reckoned)")
    return _("– (not among those reckoned on {date})").format(date=day_text(figures.kept_of))


def _when(figures: Figures) -> str:
    """As of when all customers were reckoned, where that is not today."""
    of = figures.kept_of
    return "" if of is None or of == figures.day else " " + _("({date})").format(date=day_text(of))


# --- value and potential


def _worth(figure: Figure, figures: Figures) -> tuple[str, Tone]:
    if figure == "value":
        return value_words(figures), ""
    potential = figures.potential
    if potential is None:
        return "–", "muted"
    by_model = potential.source == MODEL
    if figure == "alive":
        if potential.alive is None:
            return _("– (no model of the customers holds yet)"), "muted"
        return _("{percent} % sure, by how it bought").format(percent=round(potential.alive * 100)), (
            "warning" if potential.alive < ALIVE_ALARM else ""
        )
    if figure == "expected_orders":
        days = f"{potential.orders:.1f}" if by_model else str(round(potential.orders))
        return _("{count} trading days in the next 12 months{source}").format(count=days, source=_source(by_model)), ""
    return _("margin {amount} in the next 12 months{source}").format(
        amount=grouped(potential.margin), source=_source(by_model)
    ), ""


def _source(by_model: bool) -> str:
    return _(" (model)") if by_model else _(" (as in the last 12)")


def value_words(figures: Figures) -> str:
    """The margin of twelve months, and of what revenue it is."""
    year, rate = figures.year, figures.year.margin_rate_bp
    if rate is None:
        return _("margin {amount} in 12 months").format(amount=grouped(year.margin))
    return _("margin {amount} in 12 months, {rate}% of {revenue}").format(
        amount=grouped(year.margin), rate=format_rate(rate), revenue=grouped(year.revenue)
    )


def model_words(model: PotentialModel | None, sees_cost: bool) -> str:
    """What the model was fitted to, and why it does not stand for potential where it does not; why speaks of margin."""
    if model is None:
        return _("No model of the customers was fitted yet: the last 12 months stand for the next.")
    words = _("Model of {date}, fitted to {count} customers, {repeat} of whom came again.").format(
        date=day_text(model.as_of), count=f"{model.customers:,}", repeat=f"{model.repeat_customers:,}"
    )
    why = model.why_not()
    if why is None or not sees_cost:
        return words
    template, params = why
    return words + " " + _("It does not stand for potential: {why}.").format(why=_(template).format(**params))


# --- small texts


def signed(amount_minor: int) -> str:
    """An amount with its sign."""
    return f"+{grouped(amount_minor)}" if amount_minor > 0 else grouped(amount_minor)


def p_text(p: float) -> str:
    """How likely, in two places."""
    return "< 0.01" if p < LEAST_P_SHOWN else f"{p:.2f}"


def tenths_text(hundredths: int) -> str:
    """Hundredths rounded to tenths: 228 is 2.3."""
    tenths = (hundredths + HUNDREDTHS_PER_TENTH // 2) // HUNDREDTHS_PER_TENTH
    return f"{tenths // 10}.{tenths % 10}"
