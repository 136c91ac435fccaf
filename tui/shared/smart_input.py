"""A box that finds what is meant while one types: text above, the best few answers below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from model.errors import HuokeError
from tui import keymap
from tui.locale import translate_error
from tui.shared.columns import Column, fit, lay_out

SUGGESTIONS_AT_MOST = 8


@dataclass(frozen=True)
class Suggestion:
    """An answer that can be chosen: what it is, and a cell for each column."""

    value: Any
    cells: tuple[str, ...]


class SuggestionList(OptionList, can_focus=False):
    """The answers; the cursor stays in the text, so this never takes the focus."""

    DEFAULT_CSS = """
    SuggestionList {
        display: none; width: 1fr; height: auto; border: none; padding: 0; background: $panel;
        &.-found { display: block; }
    }
    """


class SmartInput(Vertical):
    """An input with suggestions. Typing stays in the input; up and down move in the suggestions."""

    DEFAULT_CSS = """
    SmartInput {
        height: auto; width: 1fr;
        & > Input { width: 1fr; }
        & > SuggestionList { overlay: screen; max-height: 10; border: round $primary; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("smart_input")]

    # Textual sets its own fields on every message, so these dataclasses cannot be frozen.
    @dataclass
    class Chosen(Message):
        """A suggestion was taken; `text` is what had been typed."""

        smart_input: SmartInput
        value: Any
        text: str

        @property
        def control(self) -> SmartInput:
            return self.smart_input

    @dataclass
    class NothingFound(Message):
        """Enter was pressed and nothing is meant by the text; an empty text is one too."""

        smart_input: SmartInput
        text: str

        @property
        def control(self) -> SmartInput:
            return self.smart_input

    @dataclass
    class NotMeant(Message):
        """Enter was pressed, and the first suggestion is too far from the text to be taken without a look."""

        smart_input: SmartInput
        text: str

        @property
        def control(self) -> SmartInput:
            return self.smart_input

    @dataclass
    class Highlighted(Message):
        """Another suggestion, or none, is the one that Enter would take."""

        smart_input: SmartInput
        value: Any | None

        @property
        def control(self) -> SmartInput:
            return self.smart_input

    @dataclass
    class Answered(Message):
        """A search came back with so many suggestions."""

        smart_input: SmartInput
        text: str
        count: int

        @property
        def control(self) -> SmartInput:
            return self.smart_input

    @dataclass
    class _Found(Message, bubble=False):
        text: str
        suggestions: tuple[Suggestion, ...]
        refusal: str

    def __init__(
        self,
        search: Callable[[str], Sequence[Suggestion]],
        columns: Sequence[Column],
        *,
        placeholder: str = "",
        shown_in: SuggestionList | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """
        Args:
            search: Finds suggestions for a text, best first. It is called in a thread, so it enters its
                own store.
            columns: How the cells of suggestions stand below each other.
            placeholder: Translated, shown while the text is empty.
            shown_in: A list of the screen for the suggestions; without one they lie over what is below the box.
        """
        super().__init__(id=id, classes=classes)
        self.search = search
        self.columns = tuple(columns)
        self.placeholder = placeholder
        self._shown_in = shown_in
        self._list = shown_in or SuggestionList()
        self._suggestions: tuple[Suggestion, ...] = ()
        self._answered_text: str | None = ""
        self._enter_waits = False
        self._was_picked = False

    def compose(self) -> ComposeResult:
        yield self.make_input()
        if self._shown_in is None:
            yield self._list

    def make_input(self) -> Input:
        """The input that stands in the box."""
        return Input(placeholder=self.placeholder, compact=True)

    @property
    def input(self) -> Input:
        """The input itself."""
        return self.query_one(Input)

    @property
    def text(self) -> str:
        """What is typed."""
        return self.input.value

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """What is suggested now."""
        return self._suggestions

    def is_meant(self, value: Any) -> bool:
        """Whether Enter may take the first suggestion, to which nobody moved, for what is typed."""
        return True

    def focus(self, scroll_visible: bool = True) -> SmartInput:
        """Put the cursor into the text."""
        self.input.focus(scroll_visible)
        return self

    def set_text(self, text: str) -> None:
        """Put a text into the box without searching for it."""
        with self.input.prevent(Input.Changed):
            self.input.value = text
            self.input.cursor_position = len(text)
        self._answered_text = text
        self._enter_waits = False
        self._suggest(())

    def clear(self) -> None:
        """Empty the box."""
        self.set_text("")

    # Searching --------------------------------------------------------------------------------

    @on(Input.Changed)
    def _look(self, message: Input.Changed) -> None:
        message.stop()
        text = message.value
        if not text.strip():
            self.workers.cancel_group(self, "suggestions")
            self._answered_text = text
            self._suggest(())
            return
        self.run_worker(
            lambda: self._search(text), group="suggestions", thread=True, exclusive=True, exit_on_error=True
        )

    def _search(self, text: str) -> None:
        """Search, in a thread."""
        refusal = ""
        suggestions: tuple[Suggestion, ...] = ()
        try:
            suggestions = tuple(self.search(text)[:SUGGESTIONS_AT_MOST])
        except HuokeError as error:
            refusal = translate_error(error)
        if not get_current_worker().is_cancelled:
            self.post_message(self._Found(text, suggestions, refusal))

    def on_smart_input__found(self, message: SmartInput._Found) -> None:
        """Show what was found, unless the text has changed since."""
        if message.text != self.text:
            return
        self._answered_text = message.text
        self._suggest(message.suggestions)
        if message.refusal:
            self.notify(message.refusal, severity="error", markup=False)
        else:
            self.post_message(self.Answered(self, message.text, len(message.suggestions)))
        # An Enter that waited is answered in either case, or whoever waits for it would wait for ever.
        if self._enter_waits:
            self._enter_waits = False
            self._take()

    def _suggest(self, suggestions: tuple[Suggestion, ...]) -> None:
        self._suggestions, self._was_picked = suggestions, False
        found = self._list
        with found.prevent(OptionList.OptionHighlighted):
            found.clear_options()
            found.add_options([Option(self._line(at, at == 0)) for at in range(len(suggestions))])
            found.highlighted = 0 if suggestions else None
        found.set_class(bool(suggestions), "-found")
        self.set_class(bool(suggestions), "-found")
        self._tell_highlighted()

    def _line(self, at: int, highlighted: bool) -> Content:
        placed = lay_out(self.columns, max(1, self._line_cells()))
        cells = self._suggestions[at].cells
        shown = " ".join(fit(cells[each.index], each.cells, each.column.align) for each in placed)
        return Content(f"{'>' if highlighted else ' '} {shown}")

    def _line_cells(self) -> int:
        """What Textual's padding of an option, the sign in front and a border of the list's own leave."""
        if self._shown_in is not None and isinstance(around := self._shown_in.parent, Widget):
            return around.content_size.width - 4
        return self.size.width - 6

    def _move_highlight(self, step: int) -> None:
        found = self._list
        before = found.highlighted or 0
        after = (before + step) % len(self._suggestions)
        found.replace_option_prompt_at_index(before, self._line(before, False))
        found.replace_option_prompt_at_index(after, self._line(after, True))
        found.highlighted, self._was_picked = after, True
        self._tell_highlighted()

    def _tell_highlighted(self) -> None:
        at = self._list.highlighted
        value = self._suggestions[at].value if at is not None and self._suggestions else None
        self.post_message(self.Highlighted(self, value))

    # Answering --------------------------------------------------------------------------------

    @on(Input.Submitted)
    def _enter(self, message: Input.Submitted) -> None:
        message.stop()
        self.accept()

    def accept(self) -> None:
        """Take what is suggested for the text; it is told by `Chosen` or `NothingFound`, when the search is done."""
        if self._answered_text == self.text:
            self._take()
        else:
            # One types faster than a search answers: what Enter takes is decided when it does.
            self._enter_waits = True

    def _take(self) -> None:
        at = self._list.highlighted
        if self._suggestions and at is not None:
            if not self._was_picked and not self.is_meant(self._suggestions[at].value):
                self.post_message(self.NotMeant(self, self.text))
                return
            self.post_message(self.Chosen(self, self._suggestions[at].value, self.text))
            self._suggest(())
        else:
            self.post_message(self.NothingFound(self, self.text))

    @on(OptionList.OptionSelected)
    def _clicked(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        self.take_clicked(message.option_index)

    def take_clicked(self, at: int) -> None:
        """Take the suggestion that was clicked on."""
        self._list.highlighted, self._was_picked = at, True
        self._take()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Arrows and escape are the box's own only while they mean something here."""
        if action in {"next_suggestion", "previous_suggestion"}:
            return bool(self._suggestions)
        if action == "clear_text":
            return bool(self.text)
        return True

    def action_next_suggestion(self) -> None:
        self._move_highlight(1)

    def action_previous_suggestion(self) -> None:
        self._move_highlight(-1)

    def action_clear_text(self) -> None:
        self.clear()
