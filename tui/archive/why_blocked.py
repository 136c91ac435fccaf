"""Why a customer may not buy on credit: which bills, how late, how much over, and what money would change that."""

from __future__ import annotations

from datetime import date

from textual.content import Content
from textual.widget import Widget

from model.archive import BlacklistRow
from model.credit import OverdueBill, Standing
from model.money import grouped
from tui import keymap
from tui.archive.words import day_text
from tui.locale import _
from tui.shared.columns import fit, printable

# Of the bills that stop it, so that the lists below keep their room.
BILLS_SHOWN, BILLS_SHOWN_ROOMY, ROOMY_LINES = 2, 5, 32


class WhyBlocked(Widget):
    """What stops the customer whose archive it is."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._standing: Standing | None = None
        self._blacklisting: BlacklistRow | None = None

    def show(self, standing: Standing, blacklisting: BlacklistRow | None) -> None:
        """Show what stops it; see `why_content`."""
        self._standing, self._blacklisting = standing, blacklisting
        self.refresh(layout=True)

    def render(self) -> Content:
        if self._standing is None:
            return Content("")
        shown = BILLS_SHOWN_ROOMY if self.app.size.height >= ROOMY_LINES else BILLS_SHOWN
        return why_content(self._standing, self._blacklisting, self.content_size.width, shown)


def why_content(standing: Standing, blacklisting: BlacklistRow | None, width: int, bills_shown: int) -> Content:
    """A line for each thing that stops it, the bills that are late longest, and the cure with its key.

    Args:
        blacklisting: when and why it was put on the blacklist, where it is on it.
        bills_shown: no more bills than so many.
    """
    lines = [Content.styled(fit("! " + words, width), "bold") for words in _reasons(standing, blacklisting)]
    bills = standing.overdue_bills
    lines += [Content(fit(_bill_words(bill), width)) for bill in bills[:bills_shown]]
    if len(bills) > bills_shown:
        lines.append(Content("  " + _("… and {count} more bills").format(count=len(bills) - bills_shown)))
    lines.append(Content(fit(_cure_words(standing), width)))
    return Content("\n").join(lines)


def _reasons(standing: Standing, blacklisting: BlacklistRow | None) -> list[str]:
    said = []
    if standing.blacklisted:
        words = _("blacklisted")
        if blacklisting is not None and blacklisting.from_date > date.min:
            words = _("blacklisted since {date}").format(date=day_text(blacklisting.from_date))
        said.append(f"{words}: {printable(blacklisting.reason)}" if blacklisting and blacklisting.reason else words)
    if standing.overdue:
        if standing.overdue_bills:
            words = _("overdue {amount} (bills: {bills}, up to {days} days)").format(
                amount=grouped(standing.overdue), bills=len(standing.overdue_bills),
                days=max(bill.days_overdue for bill in standing.overdue_bills),
            )  # fmt: skip
        else:
            words = _("overdue {amount}").format(amount=grouped(standing.overdue))
        said.append(words)
    if standing.over_limit:
        said.append(
            _("owes {balance}, over the limit of {limit} by {over}").format(
                balance=grouped(standing.balance),
                limit=grouped(standing.credit_limit),
                over=grouped(standing.over_limit),
            )
        )
    return said


def _bill_words(bill: OverdueBill) -> str:
    return "  " + _("{number} of {date}: {days} days late, {open} of {amount} open").format(
        number=bill.number, date=day_text(bill.date), days=bill.days_overdue, open=grouped(bill.open),
        amount=grouped(bill.amount),
    )  # fmt: skip


def _cure_words(standing: Standing) -> str:
    lift, receive = (
        keymap.shown_keys(keymap.ACTION_OF[f"archive.{verb}"]) for verb in ("block_customer", "receive_cure")
    )
    if standing.blacklisted:
        return _("{key}  lift it from the blacklist: no money does").format(key=lift)
    return _("{key}  receive {amount}: then nothing stops it").format(key=receive, amount=grouped(standing.cure))
