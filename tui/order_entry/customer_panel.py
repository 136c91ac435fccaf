"""Who the customer is, whose the order will be, and how the credit stands."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from model.credit import Standing
from model.money import format_percent, grouped
from tui import keymap
from tui.keymap import ACTION_OF
from tui.locale import _
from tui.order_entry.reading import CustomerFacts
from tui.order_entry.words import SEPARATOR, standing_words
from tui.shared.columns import fit

NOT_KNOWN = "–"
TALL_LINES = 12
"""From so many lines on each fact has a line of its own."""


class CustomerPanel(Widget):
    """The customer's facts: a few full lines above the order, or a list beside it."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self.facts: CustomerFacts | None = None

    def show(self, facts: CustomerFacts | None) -> None:
        """Show a customer, or nobody."""
        self.facts = facts
        self.refresh()

    def render(self) -> Content:
        width, height = self.content_size
        if self.facts is None:
            ways = _ways_without_customer()
            shown = ways.split(SEPARATOR) if height >= TALL_LINES else [ways]
            return Content("\n".join(fit(way, max(1, width)) for way in shown))
        lines = _tall(self.facts, width) if height >= TALL_LINES else _flat(self.facts, width)
        return Content("\n").join(lines[:height])


def _ways_without_customer() -> str:
    """What else can be done while nobody is chosen."""
    new, aside = (keymap.shown_keys(ACTION_OF[f"order.{verb}"]) for verb in ("new_customer", "open_aside"))
    return _("{new}: a new customer · {aside}: those put aside").format(new=new, aside=aside)


def _flat(facts: CustomerFacts, width: int) -> list[Content]:
    """Four lines."""
    standing = facts.standing
    who = SEPARATOR.join([*_card_words(facts), _owner(facts), _credit(facts), _last(facts)])
    money = SEPARATOR.join(f"{label} {amount}" for label, amount in _money(facts))
    nothing = NOT_KNOWN if facts.only_card else _("none yet")
    usual = _("usual: {items}").format(items=_(", ").join(code for code, _name in facts.usual) or nothing)
    verdict = _("standing: {verdict}").format(verdict=standing_words(standing))
    if facts.guaranteed is not None:
        # Below what is left, because amounts of six digits leave no room beside it.
        verdict += SEPARATOR + _("guaranteed up to {amount}").format(amount=grouped(facts.guaranteed))
    return [Content(fit(who, width)), Content(fit(money, width)), Content.styled(fit(verdict, width), "bold"),
            Content(fit(usual, width))]  # fmt: skip


def _tall(facts: CustomerFacts, width: int) -> list[Content]:
    standing = facts.standing
    until = standing.limit_until
    lines = [Content.styled(fit(f"{facts.code} {facts.name}", width), "bold"), Content(fit(_owner(facts), width))]
    lines += [Content(fit(words, width)) for words in (_credit(facts), *_card_words(facts), "")]
    if facts.last is None:
        lines.append(Content(fit(_last(facts), width)))
    else:
        words = _("last order here {date}") if facts.only_card else _("last order {date}")
        lines.append(Content(fit(words.format(date=facts.last.date.isoformat()), width)))
        lines.append(Content(_pair(facts.last.number, grouped(facts.last.amount), width)))
    lines += [Content("")]
    lines += [Content(_pair(label, amount, width)) for label, amount in _money(facts)]
    if facts.guaranteed is not None:
        lines.insert(-1, Content(_pair(_("guaranteed up to"), grouped(facts.guaranteed), width)))
    if until is not None:
        lines.append(Content(fit(_("limit until {date}").format(date=until.isoformat()), width)))
    lines += [*(Content.styled(fit(line, width), "bold") for line in _standing(standing, width)), Content("")]
    lines.append(Content.styled(fit(_("usual items"), width), "bold"))
    lines += [Content(NOT_KNOWN)] if facts.only_card and not facts.usual else _usual(facts.usual, width)
    return lines


def _card_words(facts: CustomerFacts) -> list[str]:
    return [_("card only")] if facts.only_card else []


def _money(facts: CustomerFacts) -> list[tuple[str, str]]:
    """What stands against the limit; a card says only what is left of it and what is overdue."""
    standing = facts.standing
    return [
        (_("limit"), NOT_KNOWN if facts.only_card else grouped(standing.credit_limit)),
        (_("used"), NOT_KNOWN if facts.only_card else grouped(standing.balance)),
        (_("left"), grouped(standing.credit_left)),
        (_("overdue"), grouped(standing.overdue)),
    ]


def _standing(standing: Standing, width: int) -> list[str]:
    """How the customer stands: in two lines where it is too long for one."""
    verdict = standing_words(standing)
    whole = _("standing: {verdict}").format(verdict=verdict)
    return [whole] if cell_len(whole) <= width else [_("standing: {verdict}").format(verdict="").rstrip(), verdict]


def _usual(usual: Sequence[tuple[str, str]], width: int) -> list[Content]:
    if not usual:
        return [Content(fit(_("none yet"), width))]
    return [Content(fit(f"{code} {name}", width)) for code, name in usual]


def _pair(label: str, amount: str, width: int) -> str:
    """A label to the left and an amount to the right."""
    return fit(label, max(0, width - cell_len(amount) - 1)) + " " + fit(amount, min(width, cell_len(amount)), "right")


def _owner(facts: CustomerFacts) -> str:
    if facts.owner:
        return _("owner {name}").format(name=facts.owner)
    return _("walk-in") if facts.retail else _("company pool")


def _credit(facts: CustomerFacts) -> str:
    """Who gets the credit: one name, or names with their shares."""
    named = [(name or _("nobody"), share_bp) for name, share_bp in facts.credit]
    if len(named) == 1:
        return _("credit to {names}").format(names=named[0][0])
    shares = _(", ").join(f"{name} {format_percent(share_bp)}%" for name, share_bp in named)
    return _("credit to {names}").format(names=shares)


def _last(facts: CustomerFacts) -> str:
    if facts.last is None:
        return _("last order {date}").format(date=NOT_KNOWN) if facts.only_card else _("no order yet")
    words = _("last here {number} {date} {amount}") if facts.only_card else _("last {number} {date} {amount}")
    return words.format(number=facts.last.number, date=facts.last.date.isoformat(), amount=grouped(facts.last.amount))
