"""The head of the archive: who the customer is and how its credit stands, in three lines."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from model.archive import Head
from model.credit import Standing
from model.money import grouped, rate_bp
from tui.archive.words import OWNERSHIP_WORDS, day_text, standing_words, term_words
from tui.locale import _
from tui.shared.columns import fit, printable
from tui.shared.status import SEPARATOR

FULL_BLOCK, EMPTY_BLOCK = "█", "░"
NOT_KNOWN = "–"
BAR_CELLS_AT_LEAST, BAR_CELLS_AT_MOST = 6, 30
PERCENT_SHOWN_AT_MOST = 999


class ArchiveHead(Widget):
    """Three lines: the customer, its credit bar, its verdict."""

    ALLOW_SELECT = False

    head: reactive[Head | None] = reactive(None)
    stage: reactive[str] = reactive("")
    """The stage as a marked word."""

    def render(self) -> Content:
        width = self.size.width
        if self.head is None:
            return Content("")
        return Content("\n").join(
            [name_line(self.head, _(self.stage) if self.stage else "", width), credit_line(self.head, width),
             verdict_line(self.head, width)]
        )  # fmt: skip


def name_line(head: Head, stage: str, width: int) -> Content:
    """Code and name to the left; whose it is, what kind and how far it has come to the right."""
    said = [head.owner or _(OWNERSHIP_WORDS[head.kind])]
    if head.owner:
        said.append(_(OWNERSHIP_WORDS[head.kind]))
    said.append(NOT_KNOWN if head.only_card else stage)
    if head.only_card:
        said.append(_("card only"))
    if head.closed_on is not None:
        said.append(_("closed {date}").format(date=day_text(head.closed_on)))
    right = SEPARATOR.join(printable(word) for word in said if word)
    sign = _("✗ blacklisted") if head.standing.blacklisted else ""
    # The name gives way first: what it is about must stay whole.
    room = width - cell_len(right) - 1 - (cell_len(sign) + 2 if sign else 0)
    names = f"{head.code} {head.name}"
    if head.short_name and head.short_name != head.name:
        names += f" ({head.short_name})"
    parts = [Content.styled(fit(names, max(8, room)), "bold"), Content(" ")]
    if sign:
        parts += [Content.styled(sign, "bold reverse"), Content("  ")]
    return Content("").join([*parts, Content(right)])


def credit_line(head: Head, width: int) -> Content:
    """Limit, used and left as a bar and as numbers; a card says only what is left."""
    standing = head.standing
    if head.only_card:
        unknown = "  ".join(f"{word} {NOT_KNOWN}" for word in (_("limit"), _("used")))
        left = f"{unknown}  {_('left')} {grouped(standing.credit_left)}"
        return Content.styled(fit(left, width), "" if standing.credit_left >= 0 else "bold")
    until = standing.limit_until
    temporary = "" if until is None else " " + _("until {date}").format(date=day_text(until))
    numbers = "  ".join(
        [
            f"{_('limit')} {grouped(standing.credit_limit)}{temporary}",
            f"{_('used')} {grouped(standing.balance)}",
            f"{_('left')} {grouped(standing.credit_left)}",
        ]
    )
    percent = percent_used(standing)
    room = width - cell_len(numbers) - cell_len(percent) - 3
    bar = credit_bar(standing, max(BAR_CELLS_AT_LEAST, min(BAR_CELLS_AT_MOST, room)))
    tone = "" if standing.credit_left >= 0 else "bold"
    return Content.styled(fit(f"{bar} {percent}  {numbers}", width), tone)


def percent_used(standing: Standing) -> str:
    """The part of the limit that is used, in whole percent; a dash where there is no limit."""
    used_bp = rate_bp(max(0, standing.balance), standing.credit_limit)
    if used_bp is None:
        return "–"
    percent = used_bp // 100
    return f"{percent}%" if percent <= PERCENT_SHOWN_AT_MOST else f">{PERCENT_SHOWN_AT_MOST}%"


def credit_bar(standing: Standing, cells: int) -> str:
    """The used part of the limit in blocks; a customer without a limit that owes something has used all of it."""
    used = max(0, standing.balance)
    if standing.credit_limit <= 0:
        full = cells if used else 0
    else:
        full = min(cells, -(-used * cells // standing.credit_limit))
    return FULL_BLOCK * full + EMPTY_BLOCK * (cells - full)


def verdict_line(head: Head, width: int) -> Content:
    """The verdict in words, what is overdue, the term and the last trade."""
    standing = head.standing
    said = []
    if head.only_card:
        # The card names no bills, and what was bought and paid is not here, so nothing may be said of it.
        if standing.overdue:
            said.append(_("overdue {amount}").format(amount=grouped(standing.overdue)))
        said.append(_("only the card is on this laptop: orders and money of others are at the office"))
    elif standing.overdue:
        days = max(bill.days_overdue for bill in standing.overdue_bills)
        said.append(
            _("overdue {amount} (bills: {bills}, up to {days} days)").format(
                amount=grouped(standing.overdue), bills=len(standing.overdue_bills), days=days
            )
        )
    else:
        said.append(_("overdue {amount}").format(amount=grouped(0)))
    said.append(_("term {term}").format(term=term_words(standing.credit_days, standing.credit_from)))
    last = NOT_KNOWN if head.only_card else day_text(head.last_trade) or _("never")
    said.append(_("last trade {date}").format(date=last))
    verdict = _("verdict: {verdict}").format(verdict=standing_words(standing))
    rest = ""
    # A date or a term cut in the middle reads as another one, so what does not fit is left out whole.
    for words in said:
        if cell_len(verdict + rest + SEPARATOR + words) <= width:
            rest += SEPARATOR + words
    return Content.styled(verdict, "bold" if standing.verdict != "ok" else "") + Content(rest)
