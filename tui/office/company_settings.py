"""What the company decided about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from model.changes.company import SetSetting, check_setting
from model.errors import InputError
from model.settings import DEFAULTS, setting_on
from tui.leaderboard.short_table import Entry
from tui.locale import N_, _, translate_error
from tui.office.face import Deed, FaceRead, ListFace
from tui.shared.ask import AskText, Choice, Choose
from tui.shared.columns import Column
from tui.shared.pages import Row

if TYPE_CHECKING:
    from tui.office.desk import OfficeDesk

# What a setting is called, and what it means.
SETTING_WORDS = {
    "company_name": (N_("Company name"), N_("stands on papers and in the first line of the screens")),
    "grace_days": (N_("Grace days"), N_("days a bill may be late before it stops an order")),
    "tolerance": (N_("Residue tolerated"), N_("up to this, what is left of a bill stops nothing")),
    "blacklisted_may_prepay": (
        N_("Blacklisted may prepay"), N_("yes: a blacklisted customer may buy what is paid in full before"),
    ),
    "cost_visible_to_sales": (N_("Sales see cost"), N_("yes: salespeople see cost and margin")),
    "time_zone": (N_("Time zone"), N_("where the office's day begins")),
    "lease_share": (N_("Limit lent, %"), N_("percent of an unused limit that is lent to the owner's laptop")),
    "lease_days": (N_("Days it is lent for"), N_("days for which what is lent covers a bill that becomes overdue")),
    "offline_days": (N_("Days offline"), N_("days without a sync after which a laptop takes no orders")),
    "claim_quota": (
        N_("Claims a month"), N_("customers one salesperson may claim in a month; 0: as many as they like"),
    ),
    "claim_cooldown_days": (
        N_("Pause before a claim"), N_("days before a customer who went to the pool is claimed again; 0: at once"),
    ),
    "return_after_days": (
        N_("Days until the pool"), N_("quiet days after which a customer returns to the pool; 0: never"),
    ),
    "return_clock": (N_("What breaks the quiet"), N_("from the last of these on, the quiet days count")),
    "return_notice_days": (N_("Days of notice"), N_("days before, when its owner is told")),
    "stage_new_days": (N_("New for days"), N_("days after the first trade for which a customer is new")),
    "stage_old_months": (N_("Old from month"), N_("months after the first trade from which a customer may be old")),
    "stage_old_trading_months": (N_("Months to be old"), N_("trading months with which it is then old")),
    "stage_familiar_trading_months": (
        N_("Months to be familiar"), N_("trading months with which a customer is familiar"),
    ),
    "cooling_from": (N_("Cooling from"), N_("times its own rhythm quiet: the customer is cooling")),
    "dormant_from": (N_("Dormant from"), N_("times its own rhythm quiet: the customer is dormant")),
    "dormant_after_days": (N_("Dormant after days"), N_("quiet days after which one without a rhythm is dormant")),
}  # fmt: skip
# The values of settings that have only these, as a person reads them.
YES_OR_NO = {"yes": N_("yes"), "no": N_("no")}
CLOCK_WORDS = {
    "trade": N_("a trade"),
    "contact": N_("a contact"),
    "assignment": N_("another owner"),
    "any": N_("any of these"),
}
VALUES_OF = {
    "blacklisted_may_prepay": YES_OR_NO,
    "cost_visible_to_sales": YES_OR_NO,
    "return_clock": CLOCK_WORDS,
}


def setting_name(name: str) -> str:
    """What a setting is called, translated."""
    return _(SETTING_WORDS[name][0])


def value_words(name: str, value: str) -> str:
    """A setting's value as a person reads it, translated."""
    words = VALUES_OF.get(name, {}).get(value)
    return value if words is None else _(words)


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
        Column("key", N_("in “huoke setting”"), 30, priority=2),
    )

    def read(self, day: date, *, turned_to: bool) -> FaceRead:
        found = [SettingNow(name, setting_on(name, day)) for name in DEFAULTS]
        entries = [
            Entry(Row(each.name, (place,), cells), cells)
            for place, each in enumerate(found)
            for cells in [_cells(each)]
        ]
        return FaceRead(entries, found, _("Enter changes a setting from today on; no past order changes by it."))

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {"change_row": Deed(self._change, "change_settings", label=N_("change the setting"))}

    async def _change(self, desk: OfficeDesk) -> None:
        setting: SettingNow = self.record
        name = setting_name(setting.name)
        question, meaning = _("{name} from today on?").format(name=name), _(SETTING_WORDS[setting.name][1])
        if words := VALUES_OF.get(setting.name):
            choices = [Choice(value, _(label)) for value, label in words.items()]
            at = next((place for place, value in enumerate(words) if value == setting.value), 0)
            value = await desk.ask(Choose(question, choices, meaning, at=at))
        else:
            objection = partial(_objection, setting.name)
            value = await desk.ask(AskText(question, meaning, value=setting.value, objection=objection))
        if value is not None and value != setting.value:
            args = SetSetting(name=setting.name, from_date=desk.session.today(), value=value)
            now = value_words(setting.name, value)
            desk.decide([args], _("{name}: {value} from today on.").format(name=name, value=now))


def _objection(name: str, value: str) -> str:
    """Why this cannot be the value of a setting, translated; empty where it can."""
    try:
        check_setting(name, value)
    except InputError as error:
        return translate_error(error)
    return ""


def _cells(setting: SettingNow) -> tuple[str, str, str, str]:
    name, meaning = SETTING_WORDS[setting.name]
    return _(name), value_words(setting.name, setting.value), _(meaning), setting.name
