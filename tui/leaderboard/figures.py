"""Rates and changes as a person reads them."""

from __future__ import annotations

from model.money import FULL_BP, format_rate
from tui.shared.chart import bar

NO_FIGURE = "–"
"""Stands where a figure is not defined; it is never zero."""
RISE_SIGN, FALL_SIGN, SAME_SIGN = "▲", "▼", "="


def rate_text(rate_bp: int | None) -> str:
    """A rate in basis points: 62.50%."""
    return NO_FIGURE if rate_bp is None else f"{format_rate(rate_bp)}%"


def rate_bar(rate_bp: int | None, cells: int) -> str:
    """A rate as a bar of so many cells; nothing where it is not defined."""
    return "" if rate_bp is None else bar(rate_bp, FULL_BP, cells)


def change_text(change_bp: int | None) -> str:
    """How a rate moved, in points of a percent: ▲ +5.00."""
    if change_bp is None:
        return NO_FIGURE
    if change_bp == 0:
        return f"{SAME_SIGN} {format_rate(0)}"
    return f"{RISE_SIGN} +{format_rate(change_bp)}" if change_bp > 0 else f"{FALL_SIGN} {format_rate(change_bp)}"
