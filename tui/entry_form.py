"""A form over a screen: fields from top to bottom, Enter goes on, F10 records, and what is refused stays typed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar, Generic, TypeVar, cast

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from model.dates import parse_date
from model.errors import N_, HuokeError, InputError
from model.money import parse_amount
from tui import keymap
from tui.locale import _, translate_error
from tui.session import Session, StoreScreen
from tui.shared.ask import Confirm
from tui.shared.columns import fit, printable
from tui.shared.key_turns import KeyDealt, KeyTurns

Result = TypeVar("Result")

LABEL_CELLS = 16
MOST_DAYS_AWAY = 36_500


@dataclass(frozen=True)
class Option:
    """One of the few values of a choice: what it means and the translated text shown."""

    value: str
    label: str


@dataclass(frozen=True)
class FormField:
    """A field of a form.

    Args:
        name: what the form calls it.
        label: translated, a few words.
        value: what it begins with.
        hint: translated, shown while it is empty.
        options: a choice among these; without any, a line of text.
    """

    name: str
    label: str
    value: str = ""
    hint: str = ""
    options: tuple[Option, ...] = ()


class TextField(Input):
    """A line of text."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter is the form's: an input would send word of it, and the next key would come before the word."""
        return action != "submit"

    def post_message(self, message: Message) -> bool:
        """Take a key when it is its turn."""
        return key_is_kept(self, message) or super().post_message(message)


class ChoiceField(Widget, can_focus=True):
    """A few values, one of which is chosen with ← and → or by the first character of its text."""

    DEFAULT_CSS = """
    ChoiceField { height: 1; width: 1fr; }
    ChoiceField:focus { background: $primary 35%; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("form.choice")]
    ALLOW_SELECT = False

    value: reactive[str] = reactive("")

    # Textual sets its own fields on every message, so these dataclasses cannot be frozen.
    @dataclass
    class Changed(Message):
        """Another value was chosen."""

        field: ChoiceField
        value: str

        @property
        def control(self) -> ChoiceField:
            return self.field

    def __init__(self, options: Sequence[Option], value: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.options = tuple(options)
        self.set_reactive(ChoiceField.value, value or self.options[0].value)

    def post_message(self, message: Message) -> bool:
        """Take a key when it is its turn."""
        return key_is_kept(self, message) or super().post_message(message)

    def render(self) -> Content:
        shown = [
            f"‹{printable(option.label)}›" if option.value == self.value else f" {printable(option.label)} "
            for option in self.options
        ]
        return Content(" ".join(shown))

    def watch_value(self, value: str) -> None:
        self.post_message(self.Changed(self, value))

    def _at(self) -> int:
        return next((at for at, option in enumerate(self.options) if option.value == self.value), 0)

    def action_next_option(self) -> None:
        self.value = self.options[(self._at() + 1) % len(self.options)].value

    def action_previous_option(self) -> None:
        self.value = self.options[self._at() - 1].value

    def on_key(self, event: events.Key) -> None:
        """Choose by the first character of a label."""
        if event.character and event.character.isalnum():
            for option in self.options:
                if option.label[:1].lower() == event.character.lower():
                    event.stop()
                    self.value = option.value
                    return


class _Fields(VerticalScroll, inherit_bindings=False):
    """The fields; where they do not all fit they scroll with the cursor, and ↑ and ↓ still lead through them."""


def key_is_kept(field: Widget, message: Message) -> bool:
    """Whether a message to a field is a key that its form keeps until the ones before it are dealt with."""
    return isinstance(message, events.Key | events.Paste) and (
        isinstance(form := field.screen, EntryForm) and form.turns.keep(message)
    )


class Entries(dict[str, str]):
    """What is typed in a form, and its reading. `reading` names the field read last, for the cursor to go back to."""

    def __init__(self, values: dict[str, str], today: date) -> None:
        super().__init__(values)
        self.today = today
        self.reading = ""

    def text(self, name: str) -> str:
        """What is typed, without blanks around it."""
        self.reading = name
        return self.get(name, "").strip()

    def amount(self, name: str) -> int | None:
        """An amount in minor units; None where nothing is typed."""
        text = self.text(name)
        return parse_amount(text) if text else None

    def whole_number(self, name: str) -> int | None:
        """A number of days; None where nothing is typed."""
        text = self.text(name)
        if text and not (text.isascii() and text.isdecimal() and len(text) <= 9):
            raise InputError(N_("“{value}” is not a whole number: write it like 30."), value=text[:40])
        return int(text) if text else None

    def day(self, name: str) -> date | None:
        """A date; None where nothing is typed. See `day_meant`."""
        text = self.text(name)
        return day_meant(text, self.today) if text else None


def day_meant(text: str, today: date) -> date:
    """The date a person means: 2026-03-31, 03-31 of this year, or so many days from today like +7 and -1.

    Raises:
        InputError: it cannot be read.
    """
    if text[0] in "+-" and text[1:].isascii() and text[1:].isdecimal() and int(text) <= MOST_DAYS_AWAY:
        try:
            return today + timedelta(days=int(text))
        except OverflowError:
            raise InputError(N_("“{value}” is not a date: write it like 2026-03-31."), value=text[:40]) from None
    parts = text.replace("/", "-").replace(".", "-").split("-")
    if len(parts) == 2 and all(part.isascii() and part.isdecimal() for part in parts):
        return parse_date(f"{today.year:04}-{parts[0]}-{parts[1]}")
    return parse_date(text)


class EntryForm(ModalScreen[Result | None], Generic[Result]):
    """A form; it dismisses with what recording gave, or with None when it was left.

    A form gives its `fields`, may read what it begins with in `load`, and does its change in `record`. These two run
    in a thread inside the store; what they refuse is shown in the form and nothing typed is lost.
    """

    DEFAULT_CSS = """
    EntryForm {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 76; max-width: 96%; height: auto; max-height: 96%;
            padding: 0 2; background: $panel; border: round $primary;
        }
        & .title { text-style: bold; width: 1fr; height: auto; margin-bottom: 1; }
        & VerticalScroll { height: auto; max-height: 1fr; }
        & .row { height: 1; width: 1fr; }
        & .label { width: 17; color: $text-muted; }
        & Input { width: 1fr; }
        & .note { display: none; margin-left: 17; color: $text-muted; height: auto; width: 1fr; }
        & .note.-said { display: block; }
        & .objection { color: $text-error; height: auto; width: 1fr; margin-top: 1; }
        & .keys { color: $text-muted; width: 1fr; height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("form")]
    ACCEPTING: ClassVar[str] = ""
    """Marked text: what its accepting does, where nothing is recorded by it."""

    class _Loaded(Message, bubble=False):
        def __init__(self, begins_with: Any) -> None:
            super().__init__()
            self.begins_with = begins_with

    class _Recorded(Message, bubble=False):
        def __init__(self, result: Any) -> None:
            super().__init__()
            self.result = result

    class _Refused(Message, bubble=False):
        def __init__(self, sentence: str, field: str) -> None:
            super().__init__()
            self.sentence = sentence
            self.field = field

    class _Doubted(Message, bubble=False):
        def __init__(self, question: str) -> None:
            super().__init__()
            self.question = question

    def __init__(self) -> None:
        super().__init__()
        self._recording = False
        self.turns = KeyTurns(self)

    # What a form says of itself ----------------------------------------------------------------

    def title_text(self) -> str:
        """What the form does, translated."""
        return ""

    def fields(self) -> Sequence[FormField]:
        """The fields, top to bottom."""
        return ()

    def extra(self) -> ComposeResult:
        """What stands between the fields and the line of keys."""
        yield from ()

    def load(self) -> Any:
        """Read what the form begins with, in a thread inside the store."""
        return None

    def begin_with(self, begins_with: Any) -> None:
        """Show what `load` has read."""

    def doubt(self, entries: Entries) -> str:
        """A question to be asked before recording, translated; empty for none. In a thread inside the store."""
        return ""

    def record(self, entries: Entries) -> Result:
        """Do it, in a thread inside the store.

        Raises:
            HuokeError: it is refused; the sentence is shown in the form.
        """
        raise NotImplementedError

    def recorded(self, result: Result) -> None:
        """It is done: dismiss, unless something is to be asked first."""
        self.dismiss(result)

    def field_changed(self, name: str) -> None:
        """Something else is typed in a field."""

    # --------------------------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        return cast(Session, self.app.session)  # type: ignore[attr-defined]

    def today(self) -> date:
        """The business date."""
        return self.session.today()

    def reading_store(self) -> AbstractContextManager[object]:
        """What `load`, `doubt` and `record` run in."""
        return self.session.store.use()

    def writing_store(self) -> AbstractContextManager[object]:
        """What `record` runs in besides: all of it is kept, or nothing."""
        return self.session.store.writing()

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(printable(self.title_text()), classes="title", markup=False)
            with _Fields(can_focus=False):
                for field in self.fields():
                    with Horizontal(classes="row"):
                        yield Static(fit(field.label, LABEL_CELLS), classes="label", markup=False)
                        yield self.widget_of(field)
                    yield Static("", classes=f"note note-{field.name}", markup=False)
            yield from self.extra()
            yield Static("", classes="objection", markup=False)
            yield Static(self.keys_line(), classes="keys", markup=False)

    def widget_of(self, field: FormField) -> Widget:
        """What a field is typed into."""
        if field.options:
            return ChoiceField(field.options, field.value, id=field.name)
        return TextField(field.value, placeholder=field.hint, compact=True, id=field.name)

    def named_keys(self) -> Sequence[str]:
        """The actions that the line of keys names."""
        return ("form.accept_field", "form.record_entry", "form.leave_entry")

    def keys_line(self) -> str:
        """Which keys go on, record and leave, in the words of the registry: no two forms say it otherwise."""
        return " · ".join(
            _("{key}: {what}").format(key=keymap.shown_keys(action).replace("ctrl+", "^"), what=self._what(action))
            for action in (keymap.ACTION_OF[action_id] for action_id in self.named_keys())
        )

    def _what(self, action: keymap.Action) -> str:
        """What a key does here, translated."""
        if self.ACCEPTING and action.id == "form.record_entry":
            return _(self.ACCEPTING)
        return _(action.label)

    @property
    def keeps_keys(self) -> bool:
        """Whether a key that came has not been dealt with yet."""
        return self.turns.are_pending

    def post_message(self, message: Message) -> bool:
        """Take a key that comes while no field has the focus when it is its turn."""
        return self.turns.keep(message) or super().post_message(message)

    @on(KeyDealt)
    def _key_dealt(self, message: KeyDealt) -> None:
        message.stop()
        self.turns.key_passed()

    def on_mount(self) -> None:
        self._load()

    @work(thread=True, exclusive=True, group="load")
    def _load(self) -> None:
        try:
            with self.reading_store():
                begins_with = self.load()
        except HuokeError as error:
            self.post_message(self._Refused(translate_error(error), ""))
        else:
            self.post_message(self._Loaded(begins_with))

    def on_entry_form__loaded(self, message: EntryForm._Loaded) -> None:
        if not self.display:
            # It is being taken away, and its fields may be gone already.
            return
        self.begin_with(message.begins_with)
        self._take_keys()

    def _take_keys(self) -> None:
        """The form shows what it begins with: the cursor goes into the first field, and typing begins."""
        if self.focused is None:
            self.set_focus(self._controls()[0])
        self.turns.open()

    def control(self, name: str) -> Input | ChoiceField:
        """The widget of a field."""
        return cast("Input | ChoiceField", self.query_one(f"#{name}"))

    def fill(self, name: str, value: str) -> None:
        """Put a value into a field unless something was typed there meanwhile."""
        field = next(each for each in self.fields() if each.name == name)
        control = self.control(name)
        if control.value == field.value:
            control.value = value
            if isinstance(control, Input) and control is self.focused:
                # As it is in every field that one comes to.
                control.action_select_all()

    def note(self, name: str, text: str) -> None:
        """Say something below a field; nothing takes it away."""
        line = self.query_one(f".note-{name}", Static)
        line.update(printable(text))
        line.set_class(bool(text), "-said")

    def retitle(self, text: str) -> None:
        """Write another title over the form."""
        self.query_one(".title", Static).update(printable(text))

    def object_with(self, sentence: str) -> None:
        """Say what is wrong."""
        self.query_one(".objection", Static).update(sentence)

    def entries(self) -> Entries:
        """What is typed now."""
        values = {field.name: self.control(field.name).value for field in self.fields()}
        return Entries(values, self.today())

    # Moving -------------------------------------------------------------------------------------

    def _controls(self) -> list[Input | ChoiceField]:
        return [self.control(field.name) for field in self.fields()]

    def _go(self, by: int) -> bool:
        """Put the cursor into the field so many further; False where there is none."""
        controls = self._controls()
        at = next((at for at, control in enumerate(controls) if control is self.focused), 0)
        if not 0 <= at + by < len(controls):
            return False
        self.set_focus(controls[at + by])
        return True

    def action_accept_field(self) -> None:
        if not self._go(1):
            self.action_record_entry()

    def action_next_field(self) -> None:
        self._go(1)

    def action_previous_field(self) -> None:
        self._go(-1)

    def action_leave_entry(self) -> None:
        self.dismiss(None)

    @on(Input.Changed)
    @on(ChoiceField.Changed)
    def _changed(self, message: Input.Changed | ChoiceField.Changed) -> None:
        message.stop()
        if message.control is not None and message.control.id:
            self.object_with("")
            self.field_changed(message.control.id)

    # Recording ----------------------------------------------------------------------------------

    def action_record_entry(self) -> None:
        self._begin_recording(agreed=False)

    def _begin_recording(self, *, agreed: bool) -> None:
        # A second key press must not record a second time.
        if not self._recording:
            self._recording = True
            self._record(self.entries(), agreed)

    @work(thread=True, group="record")
    def _record(self, entries: Entries, agreed: bool) -> None:
        try:
            with self.reading_store():
                question = "" if agreed else self.doubt(entries)
                if question:
                    self.post_message(self._Doubted(question))
                    return
                with self.writing_store():
                    result = self.record(entries)
        except HuokeError as error:
            self.post_message(self._Refused(translate_error(error), entries.reading))
        else:
            self.post_message(self._Recorded(result))

    def on_entry_form__recorded(self, message: EntryForm._Recorded) -> None:
        # The screens below need not wait until the app notices that something was written.
        for screen in self.app.screen_stack:
            if isinstance(screen, StoreScreen):
                screen.store_changed()
        self.recorded(message.result)

    def on_entry_form__refused(self, message: EntryForm._Refused) -> None:
        self._recording = False
        self.object_with(message.sentence)
        if message.field:
            self.set_focus(self.control(message.field))
        # What could not be loaded is refused too, and typing begins all the same.
        self.turns.open()

    def on_entry_form__doubted(self, message: EntryForm._Doubted) -> None:
        self._recording = False

        def answered(agreed: bool | None) -> None:
            if agreed:
                self._begin_recording(agreed=True)

        self.app.push_screen(Confirm(message.question), answered)
