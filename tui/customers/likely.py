"""The customers that one being typed may be already, shown below the fields of its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from textual.content import Content
from textual.widget import Widget

from model.duplicates import REASON_NAMES, similar_customers
from tui import keymap
from tui.locale import _
from tui.shared.columns import fit, printable

SHOWN = 3
# Two customers that share one of these are the same until a person says that they are not.
CERTAIN_REASONS = frozenset({"tax_id", "phone", "name"})
MARKED, UNMARKED = "▸", " "


@dataclass(frozen=True)
class LikelyCustomer:
    """A customer that may be meant already.

    Attributes:
        score: how sure the likeness makes one, from 0 to 100.
        reason: a key of REASON_NAMES.
    """

    id: bytes
    code: str
    name: str
    score: int
    reason: str


def likely_customers(names: Sequence[str], phone: str, tax_id: str, day: date) -> tuple[LikelyCustomer, ...]:
    """Who a customer may be already, the likeliest first; in a thread inside the store.

    Args:
        names: what it is called, in full and in short; empty ones say nothing.
    """
    best: dict[bytes, LikelyCustomer] = {}
    for name in [text for text in dict.fromkeys(names) if text] or [""]:
        for found in similar_customers(name=name, phone=phone, tax_id=tax_id, limit=SHOWN, day=day):
            each = LikelyCustomer(*found)
            if each.id not in best or best[each.id].score < each.score:
                best[each.id] = each
    return tuple(sorted(best.values(), key=lambda each: (-each.score, each.code))[:SHOWN])


class LikelyCustomers(Widget):
    """Who it may be already: one of them is marked, and one key takes that one. Nothing where nobody is alike."""

    DEFAULT_CSS = """
    LikelyCustomers { display: none; height: auto; width: 1fr; margin-top: 1; }
    LikelyCustomers.-some { display: block; }
    """
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self.found: tuple[LikelyCustomer, ...] = ()
        self._at = 0

    def take(self, found: tuple[LikelyCustomer, ...]) -> None:
        """Show others; the mark stays with the customer that it was on."""
        before = self.marked
        self.found = found
        self._at = next((at for at, each in enumerate(found) if before is not None and each.id == before.id), 0)
        self.set_class(bool(found), "-some")
        self.refresh(layout=True)

    @property
    def marked(self) -> LikelyCustomer | None:
        return self.found[self._at] if self.found else None

    def mark_next(self) -> None:
        """Mark the next one; after the last the first again."""
        if self.found:
            self._at = (self._at + 1) % len(self.found)
            self.refresh()

    def render(self) -> Content:
        width = self.size.width
        lines = [Content.styled(fit(self._question(), width), "bold")]
        for at, each in enumerate(self.found):
            sign = MARKED if at == self._at else UNMARKED
            said = f"{sign} {each.code} {each.name} · {_(REASON_NAMES[each.reason])}"
            if each.reason not in CERTAIN_REASONS:
                said += f" {each.score} %"
            lines.append(Content(fit(printable(said), width)))
        return Content("\n").join(lines)

    def _question(self) -> str:
        take, mark = (keymap.shown_keys(keymap.ACTION_OF[f"form.{verb}"]) for verb in ("open_likely", "next_likely"))
        if len(self.found) == 1:
            return _("There already? {take} takes this one").format(take=take)
        return _("There already? {take} takes the marked one, {mark} marks the next").format(take=take, mark=mark)
