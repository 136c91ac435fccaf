"""What every screen of the desk has: a name in the key registry and reasons why a key cannot act."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, runtime_checkable

from textual.app import App
from textual.dom import DOMNode
from textual.screen import Screen

from tui.keymap import Action


@runtime_checkable
class GivesReasons(Protocol):
    """A screen or app that knows why an action cannot be done now."""

    def why_not(self, action_id: str) -> str:
        """The reason, translated, one sentence; empty when the action can be done."""
        ...


class DeskScreen(Screen[None]):
    """A screen of the desk.

    A screen sets `DESK` and begins its `BINDINGS` with `keymap.bindings(DESK)`.
    """

    DESK: ClassVar[str] = ""
    """Its name in the key registry."""

    def why_not(self, action_id: str) -> str:
        """The reason why an action cannot be done now; empty when it can."""
        return ""


def desk_of(app: App[Any]) -> str:
    """The name in the key registry of the uppermost desk screen, below any question or help."""
    for screen in reversed(app.screen_stack):
        if isinstance(screen, DeskScreen):
            return screen.DESK
    return "app"


def desk_screen_of(app: App[Any]) -> DOMNode:
    """The uppermost desk screen; the screen shown where there is none."""
    for screen in reversed(app.screen_stack):
        if isinstance(screen, DeskScreen):
            return screen
    return app.screen


def reason_against(app: App[Any], action: Action) -> str:
    """Why an action cannot be done now, as the screen or the app knows it; empty when it can."""
    for node in (desk_screen_of(app), app):
        if isinstance(node, GivesReasons) and (reason := node.why_not(action.id)):
            return reason
    return ""


def find_binding(app: App[Any], action: Action) -> tuple[DOMNode, str] | None:
    """Where an action is bound on the uppermost desk screen, and its Textual action."""
    screen = desk_screen_of(app)
    focused = app.screen.focused
    near = focused.ancestors_with_self if focused is not None else []
    for node in (*near, screen, *screen.walk_children(), app):
        for _key, binding in node._bindings:
            if binding.id == action.id:
                return node, binding.action
    if action.carried_by and hasattr(screen, f"action_{action.verb}"):
        return screen, action.verb
    return None
