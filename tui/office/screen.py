"""The office's own desk: held orders, customers, terms, rules, months and people, each in a list of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import ContentSwitcher, Static

from tui import keymap
from tui.archive.pane import TabLine
from tui.keymap import ACTION_OF, Action
from tui.leaderboard.short_table import ShortTable
from tui.locale import _
from tui.office.company_settings import SettingsFace
from tui.office.conflicts import ConflictsFace
from tui.office.desk import OfficeDesk
from tui.office.face import NO_ROW, Deed, OfficeFace
from tui.office.held import HeldFace
from tui.office.limits import LimitsFace
from tui.office.months import MonthsFace
from tui.office.people import PeopleFace
from tui.office.pool import PoolFace
from tui.office.quiet import QuietFace
from tui.office.rules import RulesFace
from tui.office.suggestions import SuggestionsFace
from tui.office.targets import TargetsFace
from tui.office.twins import TwinsFace
from tui.shared.columns import printable
from tui.shared.paged_table import PagedTable
from tui.shared.status import StatusLine

FACES: tuple[type[OfficeFace], ...] = (
    HeldFace, PoolFace, QuietFace, TwinsFace, ConflictsFace, LimitsFace, SuggestionsFace, TargetsFace, RulesFace,
    MonthsFace, SettingsFace, PeopleFace,
)  # fmt: skip
# They stand in the foot of every list.
ALWAYS_IN_THE_FOOT = ("list.filter_rows", "pane.next_tab", "app.open_palette", "app.show_help")


class OfficeScreen(OfficeDesk):
    """What the office decides."""

    DESK = "office"
    CSS_PATH = "office.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("office"), *keymap.bindings("pane")]

    def compose(self) -> ComposeResult:
        yield TabLine([face.TITLE for face in FACES])
        yield Static("", classes="summary", markup=False)
        with ContentSwitcher(initial=_face_id(0)):
            for at, face in enumerate(FACES):
                yield face(id=_face_id(at))
        yield StatusLine()

    def on_mount(self) -> None:
        self._turn_to(0)

    # The lists --------------------------------------------------------------------------------

    @property
    def face(self) -> OfficeFace:
        """The list that is shown."""
        return self._face_at(self.query_one(TabLine).at)

    def _face_at(self, at: int) -> OfficeFace:
        return self.query_one(f"#{_face_id(at)}", OfficeFace)

    def _turn_to(self, at: int) -> None:
        self.query_one(TabLine).at = at
        self.query_one(ContentSwitcher).current = _face_id(at)
        self.face.focus()
        self.face.fill_from(self, turned_to=True)
        self.show_standing()

    def action_next_tab(self) -> None:
        self._turn_to((self.query_one(TabLine).at + 1) % len(FACES))

    def action_previous_tab(self) -> None:
        self._turn_to((self.query_one(TabLine).at - 1) % len(FACES))

    @on(TabLine.Chosen)
    def _tab_clicked(self, message: TabLine.Chosen) -> None:
        self._turn_to(message.index)

    def action_widen_pane(self) -> None:
        self.say(_("This list has the whole screen already."))

    def refresh_data(self) -> None:
        self.face.fill_from(self, turned_to=False)

    def show_standing(self) -> None:
        """Say above the list what it comes to, how many rows are marked, and why nothing may be done here."""
        marked = len(self.face.selected)
        said = [self.face.summary if not marked else _("{count} marked").format(count=marked), self._refusal()]
        # The refusal has a line of its own: behind the summary a narrow terminal would cut it away.
        self.query_one(".summary", Static).update("\n".join(printable(part) for part in said if part))
        self.query_one(StatusLine).refresh()

    def _refusal(self) -> str:
        """Why the person may decide nothing in this list; empty where they may decide something."""
        rights = [deed.right for deed in self.face.deeds.values() if deed.right]
        refusals = [self.reason_against_right(right) for right in rights]
        return refusals[0] if refusals and all(refusals) else ""

    @on(PagedTable.SelectionChanged)
    @on(PagedTable.RowHighlighted)
    def _follow_cursor(self) -> None:
        self.show_standing()

    @on(ShortTable.Exported)
    def _tell_exported(self, message: ShortTable.Exported) -> None:
        self.say(message.sentence)

    @on(PagedTable.RowChosen)
    def _row_chosen(self) -> None:
        self._begin(self.face.ENTER)

    # What is done in them ---------------------------------------------------------------------

    def foot_actions(self) -> list[Action]:
        """What the list that is shown is for, as far as the person's role may do it; the other keys behind."""
        theirs = [
            replace(ACTION_OF[f"office.{verb}"], short=deed.label or ACTION_OF[f"office.{verb}"].short)
            for verb, deed in self.face.deeds.items()
            if verb != "open_row" and not (deed.right and self.reason_against_right(deed.right))
        ]
        room = keymap.FOOTER_KEYS - len(ALWAYS_IN_THE_FOOT)
        return [*theirs[:room], *(ACTION_OF[action] for action in ALWAYS_IN_THE_FOOT)]

    def why_not(self, action_id: str) -> str:
        place, _dot, verb = action_id.partition(".")
        if place != "office":
            return _("This list has the whole screen already.") if action_id == "pane.widen_pane" else ""
        deed = self.face.deeds.get(verb or self.face.ENTER)
        return self._elsewhere(verb) if deed is None else self._why_not_done(deed)

    def _elsewhere(self, verb: str) -> str:
        """In which lists something is done that is not done in this one."""
        faces = [self._face_at(at) for at in range(len(FACES))]
        titles = [_(face.TITLE) for face in faces if verb in face.deeds]
        if verb == "open_row" and self.face.ENTER:
            return self.why_not(f"office.{self.face.ENTER}")
        return _("That is done in the list “{tab}”.").format(tab=_(", ").join(titles))

    def _why_not_done(self, deed: Deed) -> str:
        if deed.right and (refusal := self.reason_against_right(deed.right)):
            return refusal
        if deed.needs_row and not self.face.has_row:
            return _(NO_ROW)
        return deed.hindrance()

    def _begin(self, verb: str) -> None:
        """Begin a deed of the list that is shown, or say why it cannot be done."""
        if reason := self.why_not(f"office.{verb}"):
            self.say(reason)
        else:
            self._do(self.face.deeds[verb])

    @work(exclusive=True, group="deed")
    async def _do(self, deed: Deed) -> None:
        await deed.do(self)

    def done(self, sentence: str) -> None:
        self.face.clear_marks()
        super().done(sentence)

    def action_open_row(self) -> None:
        self._begin(self.face.ENTER)

    def action_release_orders(self) -> None:
        self._begin("release_orders")

    def action_reject_orders(self) -> None:
        self._begin("reject_orders")

    def action_open_archive(self) -> None:
        self._begin("open_archive")

    def action_assign_customers(self) -> None:
        self._begin("assign_customers")

    def action_choose_shown(self) -> None:
        self._begin("choose_shown")

    def action_return_quiet(self) -> None:
        self._begin("return_quiet")

    def action_merge_customers(self) -> None:
        self._begin("merge_customers")

    def action_keep_apart(self) -> None:
        self._begin("keep_apart")

    def action_take_wanted(self) -> None:
        self._begin("take_wanted")

    def action_new_entry(self) -> None:
        self._begin("new_entry")

    def action_change_row(self) -> None:
        self._begin("change_row")

    def action_end_limit(self) -> None:
        self._begin("end_limit")

    def action_apply_terms(self) -> None:
        self._begin("apply_terms")

    def action_close_month(self) -> None:
        self._begin("close_month")

    def action_see_off(self) -> None:
        self._begin("see_off")

    def action_toggle_work(self) -> None:
        self._begin("toggle_work")


def _face_id(at: int) -> str:
    return f"face-{at}"
