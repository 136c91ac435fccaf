"""What somebody decides about a conflict: the change it is recorded as, and how that is said."""

from __future__ import annotations

from model.changes.deciding import DecideConflict
from tui import keymap
from tui.exchange.reading import ConflictFacts
from tui.locale import _


def why_not_decide(conflict: ConflictFacts, role: str) -> str:
    """Why somebody of a role does not decide this, translated; empty where they do, or nobody sits here."""
    if conflict.kind != "field" and role == "sales":
        return _("The office decides this; its answer comes with the next sync.")
    return ""


def decision(conflict: ConflictFacts, *, take: bool) -> tuple[DecideConflict, str]:
    """The decision to take what was wanted, or to keep what stands, and the translated sentence when it is done."""
    sync = keymap.shown_keys(keymap.ACTION_OF["app.sync_now"])
    said = _("Taken: {key} tells the office.").format(key=sync) if take else _("Left as the office has it.")
    return DecideConflict(conflict=conflict.id, take=take, theirs=conflict.present), said
