"""What every figure means, a sentence each, and the card that says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui import keymap
from tui.locale import N_, _


@dataclass(frozen=True)
class Definition:
    """A figure's name and what it means; marked texts."""

    name: str
    sentence: str


DEFINITIONS: Mapping[str, Definition] = {
    "orders": Definition(
        N_("Orders"), N_("Live sales above zero; returns and what is held or lost are no orders here.")
    ),
    "revenue": Definition(
        N_("Revenue"), N_("Amount of live sales less that of returns, by the date of each, tax included.")
    ),
    "cost": Definition(
        N_("Cost"), N_("Quantity × the unit cost, tax included, frozen on each line when its order was confirmed.")
    ),
    "margin": Definition(
        N_("Margin"), N_("Revenue less cost, both with tax, without the lines whose cost nobody knows.")
    ),
    "margin_rate": Definition(
        N_("Margin rate"), N_("Margin ÷ the revenue whose cost is known; “–” without such revenue.")
    ),
    "uncosted": Definition(
        N_("Uncosted"), N_("Revenue of the lines whose cost nobody knows; it is left out of margin and rate.")
    ),
    "by_salesperson": Definition(
        N_("By salesperson"),
        N_("Each order divided by the shares frozen on it; it counts as an order of whoever has the larger share."),
    ),
    "slope": Definition(
        N_("A month"),
        N_(
            "Theil–Sen slope: the median of the change of revenue a month between any two of the last 12 full months. "
            "A month without a trade is zero; those before a customer's first trade are left out, and under 6 months "
            "there is no slope. It can be 0.00 where many months are empty, even if the test finds a rise or fall."
        ),
    ),
    "trend_order": Definition(
        N_("Ranked by"),
        N_(
            "Slope × margin rate: by how much the margin of a month grows or shrinks each month. All who traded stand "
            "by code. Where cost is not shown to a role, the slope alone ranks."
        ),
    ),
    "p": Definition(
        N_("How sure"),
        N_(
            "Mann–Kendall test: how likely as much rise or fall would be by chance; under 1 % is very sure, under 5 % "
            "sure, under 10 % likely, and from 10 % on there is no trend."
        ),
    ),
    "season": Definition(
        N_("On the year before"), N_("Revenue of the last 3 full months beside that of the same months a year ago.")
    ),
    "potential_customers": Definition(
        N_("Potential big customers"),
        N_("Those who rise and are not in the top fifth by the margin of 12 months; by slope × margin rate."),
    ),
    "value": Definition(N_("Customer value"), N_("Margin of the 12 months up to today, returns net.")),
    "potential": Definition(
        N_("Potential"),
        N_(
            "Expected margin of the next 12 months: how often a customer will still buy (BG/NBD) × what each time "
            "earns (Gamma-Gamma); where the model does not foretell better, the last 12 months again."
        ),
    ),
    "alive": Definition(
        N_("Alive"),
        N_(
            "The chance, by the model, that a customer has not left for good without saying so. It takes customers to "
            "leave after an order that was not their first, so that one who bought on a single day counts as 100 %, "
            "however long ago that was."
        ),
    ),
    "key_account": Definition(
        N_("Key account"),
        N_("In the top fifth by value or by potential: of those with a positive figure the first fifth, rounded up."),
    ),
    "rfm": Definition(
        N_("R F M"),
        N_(
            "How lately, how often and for how much a customer bought in 12 months, each 1 to 5 by fifths of the "
            "customers; 5 is best."
        ),
    ),
    "stage": Definition(
        N_("Stage"),
        N_(
            "The first that fits: prospect never traded; new traded first in the last 90 days; old began 12 months ago "
            "or earlier and has 6 trading months; familiar has 3; new again within 12 months of its first trade; else "
            "occasional. The settings may name other limits."
        ),
    ),
    "movement": Definition(
        N_("Movement"),
        N_(
            "Start + won + woken − gone dormant = end, of customers that are not dormant: by the owners at the end of "
            "the month. Customers that changed owner or were closed in a month, or another limit of dormancy, make its "
            "start differ from the end of the month before."
        ),
    ),
    "dormant": Definition(
        N_("Dormant"),
        N_("Three times longer without a trade than a customer's rhythm; without a rhythm, 180 days without one."),
    ),
    "cohort": Definition(
        N_("Cohort"),
        N_("The customers who traded first in one month; a percentage is who of them traded so much later."),
    ),
    "retention": Definition(
        N_("Retention"), N_("Of the customers who traded in a month, who traded in the next one too.")
    ),
    "repeat": Definition(
        N_("Repeat rate"), N_("Customers with 2 trading days or more in the period ÷ those with at least one.")
    ),
    "lost_rate": Definition(
        N_("Lost rate"),
        N_(
            "Lost ÷ (won + lost). Each order or quote counts once, at its latest decision: won is confirmed; lost is "
            "lost, rejected, cancelled, or a quote past its last valid day."
        ),
    ),
    "credit_cost": Definition(
        N_("Cost of credit control"),
        N_(
            "What orders lost for want of credit might have earned: credit was the reason given, or they had been held "
            "for it and nobody named another."
        ),
    ),
    "held_then": Definition(
        N_("Held"),
        N_(
            "An order of the period that these terms would have held: not prepaid, and a bill overdue beyond the grace "
            "or the exposure above the limit. It is taken out before the customer's next order is judged."
        ),
    ),
    "saved": Definition(
        N_("Saved"), N_("Of the orders held, the amount paid, or still unpaid, so many days after it was due.")
    ),
    "forgone": Definition(
        N_("Forgone"), N_("The margin of the orders held whose bill was paid after all, however late.")
    ),
    "undecided": Definition(N_("Undecided"), N_("What of the orders held is unpaid and not yet due.")),
    "worth": Definition(
        N_("Worth"),
        N_(
            "Of a held order its amount; of what is to be collected the amount overdue; of an order due and of a "
            "customer to activate what a call may bring; anything else has none."
        ),
    ),
    "call_worth": Definition(
        N_("What a call may bring"),
        N_(
            "Margin of 12 months ÷ 12 × how quiet, by the customer's rhythm × how much of a usual order the credit "
            "left covers, a quarter at least. Who is dormant counts for less the longer it is so. Revenue stands for "
            "margin where cost may not be seen."
        ),
    ),
    "order_of_today": Definition(
        N_("Which comes first"),
        N_(
            "What others wait for, what was promised for a day, money that is late, and then calls; of each kind what "
            "is worth most."
        ),
    ),
    "cut_list": Definition(
        N_("+ behind a count"),
        N_(
            "Only the calls most worth making are read: there may be more of them, which come up as the first are done "
            "or put off."
        ),
    ),
}


def definition_text(figures: Sequence[str]) -> str:
    """What some figures mean, translated, in one line each with its name."""
    return " · ".join(_(DEFINITIONS[figure].name) + _(": ") + _(DEFINITIONS[figure].sentence) for figure in figures)


class DefinitionLine(Static):
    """What a figure means, at the foot of the rows behind it."""

    DEFAULT_CSS = """
    DefinitionLine { height: auto; width: 1fr; padding: 0 1; color: $text-muted; border-top: solid $primary 40%; }
    """

    def __init__(self, figures: Sequence[str]) -> None:
        """
        Args:
            figures: Keys of DEFINITIONS.
        """
        super().__init__(definition_text(figures), markup=False)


class DefinitionCard(ModalScreen[None]):
    """What the figures of a list mean, over the list."""

    DEFAULT_CSS = """
    DefinitionCard {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 76; max-width: 96%; height: auto; max-height: 96%;
            padding: 0 2; background: $panel; border: round $primary;
        }
        & VerticalScroll { height: auto; max-height: 1fr; }
        & .title { text-style: bold; width: 1fr; height: auto; margin-bottom: 1; }
        & .meaning { width: 1fr; height: auto; }
        & .keys { color: $text-muted; width: 1fr; height: auto; margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("definition")]

    def __init__(self, title: str, figures: Sequence[str]) -> None:
        """
        Args:
            title: Translated.
            figures: Keys of DEFINITIONS.
        """
        super().__init__()
        self._title = title
        self._figures = tuple(figures)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(self._title, classes="title", markup=False)
            with VerticalScroll():
                for figure in self._figures:
                    meant = DEFINITIONS[figure]
                    name = Content.styled(_(meant.name), "bold")
                    yield Static(name + Content(f" – {_(meant.sentence)}"), classes="meaning")
            key = keymap.shown_keys(keymap.ACTION_OF["definition.close_card"])
            yield Static(_("{keys}: back").format(keys=key), classes="keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_close_card(self) -> None:
        self.dismiss(None)
