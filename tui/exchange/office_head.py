"""The head of the Sync screen: which office, which device, how old, and how the exchange goes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

from tui import keymap
from tui.exchange.reading import OfficeFacts
from tui.exchange.words import KEY_PLACES, cost_words, exchanged_words, progress_with_bytes
from tui.locale import _
from tui.shared.chart import bar
from tui.shared.columns import fit
from tui.shared.status import SEPARATOR, age_text, must_sync_text

if TYPE_CHECKING:
    from sync.client import Progress
    from tui.exchange.exchanging import LastExchange

BAR_CELLS = 20
SKEW_SHOWN_FROM_MS = 1_000


class OfficeHead(Widget):
    """Four lines: the office and who sits here, the device and its key, the exchange, what it cost."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self.facts: OfficeFacts | None = None
        self.today: date | None = None
        self.progress: Progress | None = None
        self.last: LastExchange | None = None
        self.is_exchanging = False

    def render(self) -> Content:
        if self.facts is None or self.today is None:
            return Content("")
        width = self.content_size.width
        lines = [
            Content.styled(fit(self._office(self.facts), width), "bold"),
            Content(fit(self._device(self.facts), width)),
            *(Content(fit(line, width)) for line in self._exchange(self.facts, self.today)),
        ]
        return Content("\n").join(lines)

    def _office(self, facts: OfficeFacts) -> str:
        return SEPARATOR.join(part for part in (facts.company, facts.server, facts.person) if part)

    def _device(self, facts: OfficeFacts) -> str:
        said = [_("device {code}").format(code=facts.device)]
        said.append(_("key: {place}").format(place=_(KEY_PLACES.get(facts.key_place, facts.key_place))))
        said.append(skew_words(facts.skew_ms))
        return SEPARATOR.join(said)

    def _exchange(self, facts: OfficeFacts, today: date) -> list[str]:
        if self.is_exchanging:
            stop = keymap.shown_keys(keymap.ACTION_OF["exchange.stop_syncing"])
            if self.progress is None:
                return [_("asking the office…"), _("{key} stops it; typing goes on.").format(key=stop)]
            done, left = self.progress.documents, self.progress.documents_left
            shown = progress_with_bytes(self.progress)
            if left:
                shown = f"{bar(done, done + left, BAR_CELLS)} {shown}"
            return [shown, _("{key} stops it; typing goes on.").format(key=stop)]
        return [self._last_words(facts, today), self._cost_or_warning(facts)]

    def _last_words(self, facts: OfficeFacts, today: date) -> str:
        sync = keymap.shown_keys(keymap.ACTION_OF["app.sync_now"])
        if facts.heard is None:
            words = _("never synced: {key} does it now").format(key=sync)
        else:
            words = _("as of {time}").format(time=age_text(facts.heard, today))
        if self.last is not None:
            words += SEPARATOR + (exchanged_words(self.last.done) if self.last.done is not None else self.last.failure)
        return words

    def _cost_or_warning(self, facts: OfficeFacts) -> str:
        if facts.heard is not None and (warning := must_sync_text(facts.days_left)):
            return warning
        return "" if self.last is None or self.last.done is None else cost_words(self.last.done)


def skew_words(skew_ms: int) -> str:
    """How this machine's clock stands to the office's."""
    seconds = abs(skew_ms) // 1000
    if abs(skew_ms) < SKEW_SHOWN_FROM_MS:
        return _("clock as the office's")
    words = _("clock {seconds} s behind the office's") if skew_ms > 0 else _("clock {seconds} s ahead of the office's")
    return words.format(seconds=f"{seconds:,}")
