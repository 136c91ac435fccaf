"""What the company decided about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from model.changes.company import SetSetting
from model.settings import DEFAULTS, setting_on
from tui.leaderboard.short_table import Entry
from tui.locale import N_, _
from tui.office.face import Deed, FaceRead, ListFace
from tui.shared.ask import AskText
from tui.shared.columns import Column
from tui.shared.pages import Row

if TYPE_CHECKING:
    from tui.office.desk import OfficeDesk

SETTING_WORDS = {
    "company_name": N_("the company's name"),
    "grace_days": N_("days a bill may be late before it stops an order"),
    "tolerance": N_("up to this, what is left of a bill stops nothing"),
    "blacklisted_may_prepay": N_("yes: a blacklisted customer may buy what is paid in full before"),
    "cost_visible_to_sales": N_("yes: salespeople see cost and margin"),
    "time_zone": N_("where the office's day begins"),
    "lease_share": N_("percent of an unused limit that is lent to the owner's laptop"),
    "lease_days": N_("days for which what is lent also covers a bill that becomes overdue"),
    "offline_days": N_("days without a sync after which a laptop takes no orders"),
    "claim_quota": N_("customers one salesperson may claim in a month; 0: as many as they like"),
    "claim_cooldown_days": N_("days before a customer who went to the pool is claimed again; 0: at once"),
    "return_after_days": N_("quiet days after which a customer returns to the pool; 0: never"),
    "return_clock": N_("what breaks the quiet: trade, contact, assignment, any"),
    "return_notice_days": N_("days before, when its owner is told"),
    "stage_new_days": N_("days after the first trade for which a customer is new"),
    "stage_old_months": N_("months after the first trade from which a customer may be old"),
    "stage_old_trading_months": N_("trading months with which it is then old"),
    "stage_familiar_trading_months": N_("trading months with which a customer is familiar"),
    "cooling_from": N_("times its own rhythm quiet: the customer is cooling"),
    "dormant_from": N_("times its own rhythm quiet: the customer is dormant"),
    "dormant_after_days": N_("quiet days after which one without a rhythm is dormant"),
}


@dataclass(frozen=True)
class SettingNow:
    """A setting and its value today."""

    name: str
    value: str


class SettingsFace(ListFace):
    """A setting is changed from today on."""

    TITLE = N_("Settings")
    ENTER = "change_row"
    COLUMNS = (
        Column("name", N_("Setting"), 22, priority=9),
        Column("value", N_("Value"), 14, priority=9),
        Column("meaning", N_("What it means"), 36, grow=True, priority=8),
    )

    def read(self, day: date, *, turned_to: bool) -> FaceRead:
        found = [SettingNow(name, setting_on(name, day)) for name in DEFAULTS]
        entries = [
            Entry(Row(each.name, (place,), cells), cells)
            for place, each in enumerate(found)
            for cells in [(each.name, each.value, _(SETTING_WORDS.get(each.name, "")))]
        ]
        return FaceRead(entries, found, _("Enter changes a setting from today on; no past order changes by it."))

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {"change_row": Deed(self._change, "change_settings", label=N_("change the setting"))}

    async def _change(self, desk: OfficeDesk) -> None:
        setting: SettingNow = self.record
        question = _("The value of {name} from today on?").format(name=setting.name)
        value = await desk.ask(AskText(question, value=setting.value))
        if value is not None and value != setting.value:
            args = SetSetting(name=setting.name, from_date=desk.session.today(), value=value)
            desk.decide([args], _("{name} is {value} now.").format(name=setting.name, value=value))
