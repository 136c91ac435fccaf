"""Questions: yes or no, a text, one of a few. Escape always means no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui import keymap
from tui.locale import _
from tui.shared.columns import printable

Answer = TypeVar("Answer")
Value = TypeVar("Value")

DIGITS_AT_MOST = 9


@dataclass(frozen=True)
class Choice(Generic[Value]):
    """One of a few answers.

    Args:
        value: What is answered.
        label: Translated text.
        key: A character that chooses it at once; without one, its number in the list.
    """

    value: Value
    label: str
    key: str = ""


class Question(ModalScreen[Answer]):
    """A box over the screen with a question in it."""

    DEFAULT_CSS = """
    Question {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 64; max-width: 90%; height: auto; max-height: 90%;
            padding: 1 2; background: $panel; border: round $primary;
        }
        & Static { width: 1fr; height: auto; }
        & .question { text-style: bold; }
        & .details { color: $text-muted; margin-top: 1; }
        & .objection { color: $text-error; }
        & .keys { color: $text-muted; margin-top: 1; }
        & Input { margin-top: 1; }
        & OptionList { margin-top: 1; height: auto; max-height: 12; border: none; background: $panel; }
    }
    """

    def __init__(self, question: str, details: str = "") -> None:
        """
        Args:
            question: Translated, one sentence.
            details: Translated, what the answer will do.
        """
        super().__init__()
        self.question = question
        self.details = details

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(printable(self.question), classes="question", markup=False)
            if self.details:
                yield Static(self.details, classes="details", markup=False)
            yield from self.answers()
            yield Static(self.keys_line(), classes="keys", markup=False)

    def answers(self) -> ComposeResult:
        """What stands between the question and the line of keys."""
        yield from ()

    def keys_line(self) -> str:
        """Which keys answer."""
        return _("Enter: yes · Esc: no")


class Confirm(Question[bool]):
    """A question to be answered with yes or no."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("ask")]

    def action_agree(self) -> None:
        self.dismiss(True)

    def action_decline(self) -> None:
        self.dismiss(False)


class AskText(Question[str | None]):
    """A question to be answered with a line of text, a reason for example."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("ask.more")]

    def __init__(
        self,
        question: str,
        details: str = "",
        *,
        value: str = "",
        placeholder: str = "",
        objection: Callable[[str], str] | None = None,
    ) -> None:
        """
        Args:
            question: Translated, one sentence.
            details: Translated, what the answer will do.
            value: The text to begin with.
            placeholder: Translated, shown while the text is empty.
            objection: Says, translated, why a text cannot be the answer; empty when it can. Without it
                only the empty text cannot.
        """
        super().__init__(question, details)
        self.value = value
        self.placeholder = placeholder
        self.objection = objection or _objection_to_nothing

    def answers(self) -> ComposeResult:
        yield Input(self.value, placeholder=self.placeholder)
        yield Static("", classes="objection", markup=False)

    def keys_line(self) -> str:
        return _("Enter: done · Esc: leave it")

    @on(Input.Submitted)
    def _answer(self, message: Input.Submitted) -> None:
        text = message.value.strip()
        if objection := self.objection(text):
            self.query_one(".objection", Static).update(objection)
        else:
            self.dismiss(text)

    def action_give_up(self) -> None:
        self.dismiss(None)


def _objection_to_nothing(text: str) -> str:
    return "" if text else _("Write something first.")


class Choose(Question[Value | None]):
    """A question with a few answers, each with a key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *keymap.bindings("ask.more"),
        *keymap.bindings("ask.choices"),
    ]

    def __init__(
        self, question: str, choices: Sequence[Choice[Value]], details: str = "", *, at: int | None = 0
    ) -> None:
        """
        Args:
            question: Translated, one sentence.
            choices: The answers, in their order.
            details: Translated, what the answer will do.
            at: The answer that Enter gives at once; None where it must be chosen.
        """
        super().__init__(question, details)
        self.choices = tuple(choices)
        self.at = at

    def on_mount(self) -> None:
        self.query_one(OptionList).highlighted = self.at

    def answers(self) -> ComposeResult:
        keys = [self.key_of(index) for index in range(len(self.choices))]
        yield OptionList(
            *(
                Option(Content(f"{key or ' '}  {printable(choice.label)}"))
                for key, choice in zip(keys, self.choices, strict=True)
            ),
            compact=True,
        )

    def keys_line(self) -> str:
        return _("The key in front or Enter: choose · Esc: leave it")

    def key_of(self, index: int) -> str:
        """The key that chooses an answer at once."""
        return self.choices[index].key or (str(index + 1) if index < DIGITS_AT_MOST else "")

    def on_key(self, event: events.Key) -> None:
        """Choose by the key in front."""
        for index, choice in enumerate(self.choices):
            if event.character and event.character == self.key_of(index):
                event.stop()
                self.dismiss(choice.value)
                return

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(self.choices[message.option_index].value)

    def action_next_choice(self) -> None:
        self.query_one(OptionList).action_cursor_down()

    def action_previous_choice(self) -> None:
        self.query_one(OptionList).action_cursor_up()

    def action_give_up(self) -> None:
        self.dismiss(None)
