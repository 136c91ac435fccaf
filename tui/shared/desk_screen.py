"""What every screen of the desk has: a name in the key registry and reasons why a key cannot act."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, runtime_checkable

from textual.app import App
from textual.dom import DOMNode
from textual.screen import Screen

from tui import keymap
from tui.keymap import ACTION_OF, Action


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

    def foot_actions(self) -> list[Action]:
        """The few actions in the foot of the screen, each with its key."""
        return keymap.footer_actions(self.DESK)


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


def actions_under(app: App[Any], cover: Screen[Any]) -> list[Action]:
    """Every action that could be done before a screen such as the help covered the one below it.

    On a form or a question that is what its keys do, else what the desk's do.
    """
    below = app.screen_stack[app.screen_stack.index(cover) - 1]
    if isinstance(below, DeskScreen) or below.focused is None:
        return keymap.actions_on(desk_of(app))
    nodes = [node for node in below.focused.ancestors_with_self if node is not app]
    bound = [binding.id or "" for node in nodes for _key, binding in node._bindings]
    places = dict.fromkeys(ACTION_OF[id_].bound_in for id_ in bound if id_ in ACTION_OF)
    return [action for place in places for action in keymap.actions_in(place)] or keymap.actions_on(desk_of(app))


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
