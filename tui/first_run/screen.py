"""The first start: a sample company to look at, a company of one's own, one's tables, or a company's server."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from model.errors import HuokeError, ImportRefused
from model.files.importing import import_paths
from model.store import DATABASE_FILE, GENERATION_FILE, meta, present_database, set_meta
from model.vault import is_sealed
from sync.shut_out import told_of_shut_out
from tui import keymap
from tui.cli.demo import DEMO, make_sample
from tui.cli.desk import ME, Desk
from tui.clock import today
from tui.customers.people import Colleague, colleagues, meant_by
from tui.first_run.bad_rows import BadRowsScreen
from tui.first_run.join_form import JoinForm
from tui.first_run.start_form import StartForm
from tui.locale import _, translate_error
from tui.shared.ask import AskText
from tui.shared.columns import printable
from tui.shared.theme import use_themes

DEMO_FOLDER = "huoke-demo"
PEOPLE_SHOWN = 12


def holds_store(folder: Path) -> bool:
    """Whether there is a company in a folder."""
    return (folder / DATABASE_FILE).exists() or (folder / GENERATION_FILE).exists()


def choose_beginning(folder: Path) -> Path | None:
    """The folder whose store is to be opened; where it has none yet, the person is asked how to begin.

    Returns:
        The folder itself, the sample company's, or None where the person quits.
    """
    folder = folder.expanduser()
    return folder if holds_store(folder) else FirstRunApp(folder).run()


class FirstRunScreen(Screen[None]):
    """How to begin, and how far it has come."""

    DEFAULT_CSS = """
    FirstRunScreen {
        align: center middle;
        & > Vertical {
            width: 72; max-width: 96%; height: auto; padding: 1 2; background: $panel; border: round $primary;
        }
        & Static { width: 1fr; height: auto; }
        & .title { text-style: bold; }
        & OptionList { margin-top: 1; height: auto; border: none; background: $panel; }
        & .progress { margin-top: 1; color: $text-accent; }
        & .objection { color: $text-error; }
        & .keys { color: $text-muted; margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("first_run")]

    class Progressed(Message, bubble=False):
        """Work has come so far."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    class StoreMade(Message, bubble=False):
        """There is a store to open now; `people` are those among whom the one who sits here may be."""

        def __init__(self, folder: Path, people: tuple[Colleague, ...] = ()) -> None:
            super().__init__()
            self.folder = folder
            self.people = people

    class BeginningRefused(Message, bubble=False):
        """It could not be begun so."""

        def __init__(self, error: HuokeError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self._at_work = False

    @property
    def demo_folder(self) -> Path:
        return self.folder.parent / DEMO_FOLDER

    def _why_empty(self) -> str:
        shut_out = told_of_shut_out(self.folder)
        if shut_out is not None:
            return translate_error(shut_out)
        return _("There is no company in {folder} yet.").format(folder=self.folder)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(_("Huoke 活客 · customers, orders and money of a distributor"), classes="title", markup=False)
            yield Static(printable(self._why_empty()), markup=False)
            yield OptionList(
                Option(Content(f"1  {_('Look at a sample company, kept apart from yours')}")),
                Option(Content(f"2  {_('Start a company here')}")),
                Option(Content(f"3  {_('Import my tables (CSV, XLSX)')}")),
                Option(Content("4  " + _("Join a company's server"))),
                Option(Content(f"q  {_('Quit')}")),
                compact=True,
            )
            yield Static("", classes="progress", markup=False)
            yield Static("", classes="objection", markup=False)
            yield Static(_("The key in front or Enter: choose · Esc: quit"), classes="keys", markup=False)

    @on(OptionList.OptionSelected)
    def _selected(self, message: OptionList.OptionSelected) -> None:
        deeds = (
            self.action_open_sample, self.action_start_company, self.action_import_files, self.action_join_office,
            self.action_quit_huoke,
        )  # fmt: skip
        deeds[message.option_index]()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While work is under way only quitting is possible."""
        return action == "quit_huoke" or not self._at_work

    def action_quit_huoke(self) -> None:
        self.app.exit(None)

    def _begin_work(self, sentence: str) -> None:
        self._at_work = True
        self.query_one(OptionList).disabled = True
        self.query_one(".objection", Static).update("")
        self.query_one(".progress", Static).update(sentence)

    def _end_work(self) -> None:
        self._at_work = False
        options = self.query_one(OptionList)
        options.disabled = False
        options.focus()
        self.query_one(".progress", Static).update("")

    def _show_progress(self, what: str, done: int, expected: int | None) -> None:
        """Tell how far it is; called in a thread."""
        of_all = f" / {expected:,}" if expected else ""
        self.post_message(self.Progressed(f"{_(what)} {done:,}{of_all}"))

    def on_first_run_screen_progressed(self, message: FirstRunScreen.Progressed) -> None:
        if self._at_work:
            self.query_one(".progress", Static).update(printable(message.sentence))

    def on_first_run_screen_beginning_refused(self, message: FirstRunScreen.BeginningRefused) -> None:
        self._end_work()
        self.query_one(".objection", Static).update(printable(translate_error(message.error)))
        if isinstance(message.error, ImportRefused):
            self.app.push_screen(BadRowsScreen(message.error))

    def on_first_run_screen_store_made(self, message: FirstRunScreen.StoreMade) -> None:
        if message.people:
            self._ask_who(message.folder, message.people)
        else:
            self.app.exit(message.folder)

    # The sample company -------------------------------------------------------------------------

    def action_open_sample(self) -> None:
        self._begin_work(_("The sample company is being made…"))
        self._make_sample()

    @work(thread=True, group="beginning")
    def _make_sample(self) -> None:
        folder, day = self.demo_folder, today()
        try:
            # What was tried out in it before is still there.
            # An encrypted one is not asked for its PIN here but at the lock.
            if not (holds_store(folder) and (is_sealed(present_database(folder)) or self._is_sample(folder))):
                make_sample(folder, "small", day, self._show_progress)
        except HuokeError as error:
            self.post_message(self.BeginningRefused(error))
        else:
            self.post_message(self.StoreMade(folder))

    def _is_sample(self, folder: Path) -> bool:
        with Desk(folder, "table", today(), today()).opened():
            return bool(meta(DEMO))

    # One's own company --------------------------------------------------------------------------

    def action_start_company(self) -> None:
        def started(folder: Path | None) -> None:
            if folder is not None:
                self.app.exit(folder)

        self.app.push_screen(StartForm(self.folder), started)

    # A company's server -------------------------------------------------------------------------

    def action_join_office(self) -> None:
        def joined(folder: Path | None) -> None:
            if folder is not None:
                self.app.exit(folder)

        self.app.push_screen(JoinForm(self.folder), joined)

    # One's tables -------------------------------------------------------------------------------

    def action_import_files(self) -> None:
        def objection(text: str) -> str:
            if text and Path(text).expanduser().exists():
                return ""
            return _("There is no file or folder {path}.").format(path=text) if text else _("Write a path first.")

        def named(text: str | None) -> None:
            if text:
                self._begin_work(_("The files are being read…"))
                self._import(Path(text).expanduser())

        details = _("A CSV or XLSX file, or a folder of them; all of their rows are taken, or nothing.")
        self.app.push_screen(AskText(_("Import which files?"), details, objection=objection), named)

    @work(thread=True, group="beginning")
    def _import(self, path: Path) -> None:
        day = today()
        try:
            with Desk(self.folder, "table", day, day).opened(create=True):
                import_paths([path], on=day, progress=self._show_progress)
                people = colleagues()
        except HuokeError as error:
            self.post_message(self.BeginningRefused(error))
        else:
            self.post_message(self.StoreMade(self.folder, people))

    def _ask_who(self, folder: Path, people: tuple[Colleague, ...]) -> None:
        def objection(text: str) -> str:
            if len(found := meant_by(text, people) if text else []) == 1:
                return ""
            return "  ".join(one.shown for one in (found or people)[:PEOPLE_SHOWN])

        def answered(text: str | None) -> None:
            if text:
                self._sign_in(folder, meant_by(text, people)[0].code)
            else:
                self.app.exit(folder)

        question = AskText(_("Who are you?"), _("Your code or name; Esc: say it later."), objection=objection)
        self.app.push_screen(question, answered)

    @work(thread=True, group="beginning")
    def _sign_in(self, folder: Path, code: str) -> None:
        try:
            with Desk(folder, "table", today(), today()).writing():
                set_meta(ME, code)
        except HuokeError as error:
            self.post_message(self.BeginningRefused(error))
        else:
            self.post_message(self.StoreMade(folder))


class FirstRunApp(App[Path]):
    """Asks how to begin; exits with the folder of the store to open, or with None."""

    TITLE = "Huoke"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, folder: Path) -> None:
        super().__init__()
        use_themes(self)
        self.folder = folder

    def get_default_screen(self) -> Screen[Any]:
        return FirstRunScreen(self.folder)
