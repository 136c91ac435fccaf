"""Two calm themes. Colour only repeats what a word or a sign says, so NO_COLOR loses nothing."""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.theme import Theme

DARK = Theme(
    name="huoke-dark",
    primary="#6f9bc2",
    secondary="#8aa39b",
    accent="#c9a86a",
    success="#86b38a",
    warning="#d6b25e",
    error="#d98080",
    foreground="#d6d9dc",
    background="#16191d",
    surface="#1c2025",
    panel="#252a31",
    dark=True,
)
LIGHT = Theme(
    name="huoke-light",
    primary="#2f6690",
    secondary="#4d6b62",
    accent="#8a6414",
    success="#2f7040",
    warning="#8a5a00",
    error="#a83232",
    foreground="#22272c",
    background="#f7f7f4",
    surface="#eeeeea",
    panel="#e2e3de",
    dark=False,
)


def use_themes(app: App[Any], light: bool = False) -> None:
    """Register both themes and wear one of them."""
    app.register_theme(DARK)
    app.register_theme(LIGHT)
    app.theme = LIGHT.name if light else DARK.name
