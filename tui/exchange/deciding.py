"""What somebody decides about a conflict: the change it is recorded as, and how that is said."""

from __future__ import annotations

from model.changes.deciding import DecideConflict
from model.people import ROLE_NAMES
from model.rights import OFFICE, RIGHT_NAMES, RIGHTS
from tui import keymap
from tui.exchange.reading import ConflictFacts
from tui.locale import _


def why_not_decide(conflict: ConflictFacts, role: str) -> str:
    """Why somebody of a role does not decide this, translated; empty where they do, or nobody sits here."""
    if not role or not conflict.right or role in RIGHTS[conflict.right]:
        return ""
    if role not in OFFICE:
        return _("The office decides this; its answer comes with the next sync.")
    roles = _(", ").join(_(ROLE_NAMES[each]) for each in RIGHTS[conflict.right])
    sentence = _("Your role may not {what}: ask someone whose role is {roles}.")
    return sentence.format(what=_(RIGHT_NAMES[conflict.right]), roles=roles)


def decision(conflict: ConflictFacts, *, take: bool) -> tuple[DecideConflict, str]:
    """The decision to take what was wanted, or to keep what stands, and the translated sentence when it is done."""
    sync = keymap.shown_keys(keymap.ACTION_OF["app.sync_now"])
    said = _("Taken: {key} tells the office.").format(key=sync) if take else _("Left as the office has it.")
    return DecideConflict(conflict=conflict.id, take=take, theirs=conflict.present), said
