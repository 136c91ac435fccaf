"""The analysis: what was earned with whom, who rises and falls, whom to keep, and what other terms would have done."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import ContentSwitcher, Static
from textual.worker import get_current_worker

from model.errors import HuokeError
from model.giving_up import GivenUp, given_up_when
from tui import keymap
from tui.analysis.answers import answer
from tui.analysis.face import SEPARATOR, AnalysisFace, Asked, Reading, turned_label
from tui.analysis.life import LifeFace
from tui.analysis.losses import LossesFace
from tui.analysis.margins import MarginsFace
from tui.analysis.messages import FigureMessage, FiguresCame, FiguresRefused, FiguresSoFar, ProgressMade
from tui.analysis.other_terms import OtherTermsFace
from tui.analysis.period import PERIOD_KEYS, PERIOD_NAMES, Period, PeriodForm, period_on
from tui.analysis.quarters import QuartersFace
from tui.analysis.trends import TrendsFace
from tui.archive.pane import TabLine
from tui.keymap import ACTION_OF, Action
from tui.locale import _, translate_error
from tui.session import StoreScreen
from tui.shared.ask import Choice, Choose
from tui.shared.columns import printable
from tui.shared.definition import DefinitionCard
from tui.shared.figure_table import FigureTable, RecordRow
from tui.shared.paged_table import PagedTable
from tui.shared.status import StatusLine

IN_THE_FOOT = ("change_terms", "turn_by", "choose_period", "turn_chart", "explain")
ALWAYS_IN_THE_FOOT = ("list.filter_rows", "pane.next_tab", "app.open_palette", "app.show_help")
FACES: tuple[type[AnalysisFace], ...] = (
    MarginsFace, TrendsFace, QuartersFace, LifeFace, LossesFace, OtherTermsFace,
)  # fmt: skip


class AnalysisScreen(StoreScreen):
    """Figures of the company and its customers, each with a chart, its rows and its meaning."""

    DESK = "analysis"
    CSS_PATH = "analysis.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("analysis"), *keymap.bindings("pane")]

    def __init__(self) -> None:
        super().__init__()
        self._periods: dict[type[AnalysisFace], Period | str] = {}

    def compose(self) -> ComposeResult:
        yield TabLine([face.TITLE for face in FACES])
        yield Static("", classes="summary", markup=False)
        yield Static("", classes="meaning", markup=False)
        with ContentSwitcher(initial=_face_id(0)):
            for at, face in enumerate(FACES):
                yield face(id=_face_id(at))
        yield StatusLine()

    def on_mount(self) -> None:
        self._turn_to(0)

    # The faces --------------------------------------------------------------------------------

    @property
    def face(self) -> AnalysisFace:
        """The face that is shown."""
        return self._face_at(self.query_one(TabLine).at)

    def _face_at(self, at: int) -> AnalysisFace:
        return self.query_one(f"#{_face_id(at)}", AnalysisFace)

    def _turn_to(self, at: int) -> None:
        left = self.face
        self.query_one(TabLine).at = at
        self.query_one(ContentSwitcher).current = _face_id(at)
        if left is not self.face:
            left.leave()
        self.face.table.focus()
        self.fill(self.face)

    def action_next_tab(self) -> None:
        self._turn_to((self.query_one(TabLine).at + 1) % len(FACES))

    def action_previous_tab(self) -> None:
        self._turn_to((self.query_one(TabLine).at - 1) % len(FACES))

    @on(TabLine.Chosen)
    def _tab_clicked(self, message: TabLine.Chosen) -> None:
        self._turn_to(message.index)

    def action_turn_chart(self) -> None:
        """Show the chart in the place of the numbers or the other way round; where both are shown, widen one."""
        self.face.toggle_chart()
        # A list that was hidden has lost the cursor.
        self.call_after_refresh(self._focus_list)

    def _focus_list(self) -> None:
        if self.focused is None and self.is_current:
            self.face.table.focus()

    action_widen_pane = action_turn_chart

    # Reading ----------------------------------------------------------------------------------

    def period_of(self, face: AnalysisFace) -> Period:
        """The period that a face is asked for; one that has a name follows the calendar."""
        chosen = self._periods.get(type(face), face.FIRST_PERIOD)
        return chosen if isinstance(chosen, Period) else period_on(chosen, self.session.today())

    def asked_of(self, face: AnalysisFace) -> Asked:
        """What a face is asked for now."""
        return Asked(
            face.turn, self.period_of(face), self.session.today(), self.session.person_id, face.more_asked()
        )  # fmt: skip

    def fill(self, face: AnalysisFace) -> None:
        """Show what a face is asked for, at once where it was read since anything was written."""
        kept, asked = face.kept, self.asked_of(face)
        if asked in kept.read:
            if kept.shown is None or kept.shown[0] != asked:
                self._show(face, asked, kept.read[asked])
        elif kept.under_way is None:
            self._begin_reading(face, asked)
        elif kept.under_way.asked != asked:
            # One reading at a time: it is told to end, and then what is asked by then is read.
            kept.under_way.given_up = True
        self._write_head()

    def refresh_data(self) -> None:
        for face in self.query(AnalysisFace):
            # What is shown stays in sight until it is read anew; a reading under way (a fit!) goes on to its end.
            face.kept.read.clear()
            if face.kept.under_way is not None:
                face.kept.under_way.is_outdated = True
        if self.face.kept.under_way is None:
            self._begin_reading(self.face, self.asked_of(self.face))
        self._write_head()

    def _begin_reading(self, face: AnalysisFace, asked: Asked) -> None:
        reading = Reading(
            asked,
            tell=lambda reading, sentence: self._post(ProgressMade(face, reading, sentence)),
            show=lambda reading, read, of, at: self._post(FiguresSoFar(face, reading, read, of, at)),
        )
        face.kept.under_way, face.kept.progress, face.kept.failure = reading, "", ""
        self.run_worker(partial(self._read, face, reading), thread=True, group=f"read-{face.id}")

    def _post(self, message: FigureMessage) -> None:
        self.post_message(message)

    def _read(self, face: AnalysisFace, reading: Reading) -> None:
        """Read a face's figures, in a thread."""
        reading.worker = get_current_worker()
        try:
            with self.session.store.use(), given_up_when(lambda: reading.is_given_up):
                answer(type(face), reading, lambda read: self._post(FiguresCame(face, reading, read)))
        except HuokeError as error:
            self._post(FiguresRefused(face, reading, error))
        except GivenUp:
            self._post(FiguresRefused(face, reading, None))

    @on(FiguresCame)
    def _take_figures(self, message: FiguresCame) -> None:
        face, reading = message.face, message.reading
        if reading.asked == self.asked_of(face):
            if not reading.is_outdated:
                face.kept.keep(reading.asked, message.read)
            self._show(face, reading.asked, message.read)
        self._end_reading(face)
        self._write_head()

    @on(FiguresSoFar)
    def _take_so_far(self, message: FiguresSoFar) -> None:
        before = message.face.kept.shown
        # What is in sight is newer than what was kept before it.
        is_older = message.read_at is not None and before is not None and before[0].question == message.asked.question
        if message.reading.asked == self.asked_of(message.face) and not is_older:
            self._show(message.face, message.asked, message.read, message.read_at)
        self._write_head()

    def _show(self, face: AnalysisFace, asked: Asked, read: Any, read_at: datetime | None = None) -> None:
        is_another = face.kept.shown is None or face.kept.shown[0].question != asked.question
        face.kept.shown, face.kept.shown_of = (asked, read), read_at
        face.show(asked, read, anew=is_another)

    @on(FiguresRefused)
    def _take_refusal(self, message: FiguresRefused) -> None:
        face = message.face
        if message.error is None:
            self._end_reading(face)
        else:
            face.kept.failure, face.kept.under_way = translate_error(message.error), None
        self._write_head()

    def _end_reading(self, face: AnalysisFace) -> None:
        face.kept.under_way, face.kept.progress = None, ""
        asked = self.asked_of(face)
        if asked not in face.kept.read and face is self.face:
            self._begin_reading(face, asked)

    @on(ProgressMade)
    def _show_progress(self, message: ProgressMade) -> None:
        if message.face.kept.under_way is message.reading:
            message.face.kept.progress = message.sentence
            self._write_head()

    # The head ---------------------------------------------------------------------------------

    @on(FigureTable.Filtered)
    @on(PagedTable.Loaded)
    def _write_head(self) -> None:
        face = self.face
        said = [turned_label(face), face.days_words(self.asked_of(face)) if face.uses_period else ""]
        if face.kept.shown_of is not None:
            said.append(_("as of {time}").format(time=f"{face.kept.shown_of:%Y-%m-%d %H:%M}"))
        if face.kept.failure:
            said.append(face.kept.failure)
        elif face.kept.under_way is not None:
            said.append(face.kept.progress or _("reading …"))
        if text := face.table.filter_text:
            said.append(_("only “{text}”").format(text=text))
        shown = face.shown
        if shown is not None and face.kept.under_way is None:
            said.append(face.summary(*shown))
            person = self.session.person
            if self.session.joined and person is not None and person.role == "sales":
                said.append(_("only what is on this laptop"))
        self.query_one(".summary", Static).update(printable(SEPARATOR.join(part for part in said if part)))
        note = "" if shown is None else face.note(*shown)
        self.query_one(".meaning", Static).update(printable(note))
        self.query_one(StatusLine).refresh()

    @on(FigureTable.Exported)
    def _tell_exported(self, message: FigureTable.Exported) -> None:
        self.say(message.sentence)

    # What is chosen ---------------------------------------------------------------------------

    def action_turn_by(self) -> None:
        """Choose by what the figures are."""
        face = self.face
        choices = [Choice(turn.name, _(turn.label)) for turn in face.TURNS]

        def chosen(name: str | None) -> None:
            if name is not None:
                face.turn = name
                self.fill(face)
                face.table.focus()

        now = [turn.name for turn in face.TURNS].index(face.turn)
        self.app.push_screen(Choose(_("What should be shown?"), choices, at=now), chosen)

    def action_choose_period(self) -> None:
        """Choose of which days the figures are."""
        face = self.face
        choices = [Choice(name, _(label), PERIOD_KEYS[name]) for name, label in PERIOD_NAMES.items()]

        def chosen(name: str | None) -> None:
            if name == "between":
                self.app.push_screen(PeriodForm(self.period_of(face)), lambda period: self._take_period(face, period))
            elif name is not None:
                self._take_period(face, name)

        now = list(PERIOD_NAMES).index(self.period_of(face).name)
        self.app.push_screen(Choose(_("Of which days?"), choices, at=now), chosen)

    def _take_period(self, face: AnalysisFace, period: Period | str | None) -> None:
        if period is not None:
            self._periods[type(face)] = period
            self.fill(face)

    def action_explain(self) -> None:
        """Say what the figures of this face mean."""
        self.app.push_screen(DefinitionCard(_(self.face.TITLE), self.face.definitions()))

    def action_change_terms(self) -> None:
        face = self.face
        if isinstance(face, OtherTermsFace):
            face.ask_terms()

    @on(OtherTermsFace.TermsChosen)
    def _try_terms(self) -> None:
        self.fill(self.query_one(OtherTermsFace))

    @on(PagedTable.RowChosen)
    def _open_rows(self, message: PagedTable.RowChosen) -> None:
        if not isinstance(message.row, RecordRow):
            return
        if (rows := self.face.open_row(message.table, message.row.record)) is not None:
            self.app.push_screen(rows)

    def action_open_archive(self) -> None:
        if (customer := self.face.customer_of(self.face.record)) is not None:
            self.app.open_customer(customer)  # type: ignore[attr-defined]

    def on_key(self, event: events.Key) -> None:
        """Escape first brings the numbers back; only then it leads back. A chart is exported as its numbers."""
        if event.key in keymap.keys_of(keymap.ACTION_OF["list.export_rows"]) and self.focused is None:
            event.stop()
            self.face.table.action_export_rows()
        if event.key in keymap.keys_of(keymap.ACTION_OF["app.go_back"]) and self.face.has_class("-turned"):
            event.stop()
            self.action_turn_chart()

    def foot_actions(self) -> list[Action]:
        """Of the keys of the screen those that the face has; the others behind."""
        wanted = [ACTION_OF[f"analysis.{verb}"] for verb in IN_THE_FOOT]
        theirs = [action for action in wanted if not self.why_not(action.id)]
        room = keymap.FOOTER_KEYS - len(ALWAYS_IN_THE_FOOT)
        return [*theirs[:room], *(ACTION_OF[action] for action in ALWAYS_IN_THE_FOOT)]

    def why_not(self, action_id: str) -> str:
        face = self.face
        if action_id == "analysis.turn_by" and not face.TURNS:
            return _("There is only this way to see it.")
        if action_id == "analysis.choose_period" and not face.uses_period:
            return _("These figures have days of their own: the line above says which.")
        if action_id == "analysis.change_terms" and not isinstance(face, OtherTermsFace):
            return _("Other terms are tried in “{tab}”.").format(tab=_(OtherTermsFace.TITLE))
        if action_id == "analysis.open_archive" and face.customer_of(face.record) is None:
            return _("This row is about no single customer.")
        return ""


def _face_id(at: int) -> str:
    return f"analysis-{at}"
