"""The leaderboard: a month's activity, performance and lost orders, and twelve months of the rate."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from model.dates import month_of, shifted
from tui import keymap
from tui.leaderboard.activity import ActivityFace
from tui.leaderboard.face import Face, Someone, Wanted
from tui.leaderboard.inactive import InactiveCustomers
from tui.leaderboard.lost import LostFace, LostReason
from tui.leaderboard.performance import PerformanceFace
from tui.leaderboard.rates_pane import Rates, RatesPane, read_rates
from tui.leaderboard.rows_behind import CreditedOrders, Heading, LostOrders
from tui.leaderboard.short_table import ShortTable
from tui.locale import _
from tui.session import StoreScreen
from tui.shared.figure_table import FigureTable
from tui.shared.paged_table import PagedTable
from tui.shared.status import StatusLine

EVERYBODY = Someone(None, "")


class Note(Static):
    """A line that says what the figures mean."""


class LeaderboardScreen(StoreScreen):
    """Who activates their customers, who sells, and what is lost."""

    DESK = "leaderboard"
    CSS_PATH = "leaderboard.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("leaderboard")]

    class BoardRead(Message):
        """A face's figures came from the store."""

        def __init__(self, face: Face, wanted: Wanted, read: Any) -> None:
            self.face, self.wanted, self.read = face, wanted, read
            super().__init__()

    class RatesRead(Message):
        """The rates of twelve months came from the store."""

        def __init__(self, rates: Rates) -> None:
            self.rates = rates
            super().__init__()

    def __init__(self) -> None:
        super().__init__()
        self._month = ""
        self._without_blacklisted = False
        self._face_type: type[Face] = ActivityFace

    def compose(self) -> ComposeResult:
        yield Heading("", markup=False)
        yield Note("", markup=False)
        yield ActivityFace()
        yield PerformanceFace()
        yield LostFace()
        yield RatesPane()
        yield StatusLine()

    def on_mount(self) -> None:
        self._month = month_of(self.session.today())
        self.query_one(RatesPane).display = False
        self._turn_to(ActivityFace)

    @property
    def face(self) -> Face:
        """The face that is shown."""
        return self.query_one(self._face_type)

    @property
    def wanted(self) -> Wanted:
        """What is shown: the month, as known today."""
        return Wanted(self._month, self.session.today(), self._without_blacklisted)

    # Reading ----------------------------------------------------------------------------------

    def refresh_data(self) -> None:
        self._read_face(self.face, self.wanted)
        if self.query_one(RatesPane).display:
            self._read_rates(self.wanted, self.face.highlighted)

    @work(thread=True, exclusive=True, group="face")
    def _read_face(self, face: Face, wanted: Wanted) -> None:
        worker = get_current_worker()
        with self.session.store.use():
            read = face.read(self.session, wanted)
        if not worker.is_cancelled:
            self.post_message(self.BoardRead(face, wanted, read))

    @on(BoardRead)
    def _show_face(self, message: BoardRead) -> None:
        if message.wanted == self.wanted:
            message.face.show(message.read)
            self._write_head()

    @work(thread=True, exclusive=True, group="rates")
    def _read_rates(self, wanted: Wanted, someone: Someone | None) -> None:
        worker = get_current_worker()
        with self.session.store.use():
            rates = read_rates(wanted, someone)
        if not worker.is_cancelled:
            self.post_message(self.RatesRead(rates))

    @on(RatesRead)
    def _show_rates(self, message: RatesRead) -> None:
        self.query_one(RatesPane).show(message.rates)

    @on(PagedTable.RowHighlighted)
    def _follow_cursor(self, message: PagedTable.RowHighlighted) -> None:
        if self.query_one(RatesPane).display and isinstance(message.row.key, Someone):
            self._read_rates(self.wanted, message.row.key)

    # The head ---------------------------------------------------------------------------------

    @on(ShortTable.Filtered)
    def _write_head(self) -> None:
        said = [_(self.face.TITLE), self._month]
        if self.wanted.is_present:
            said.append(_("as of {day}").format(day=self.session.today().isoformat()))
        if text := self.face.table.filter_text:
            said.append(_("only “{text}”").format(text=text))
        self.query_one(Heading).update(" · ".join(said))
        self.query_one(Note).update(self.face.note)

    @on(ShortTable.Exported)
    @on(FigureTable.Exported)
    def _tell_exported(self, message: ShortTable.Exported | FigureTable.Exported) -> None:
        self.say(message.sentence)

    # Months and faces -------------------------------------------------------------------------

    def why_not(self, action_id: str) -> str:
        if action_id in ("leaderboard.next_month", "leaderboard.show_this_month") and self.wanted.is_present:
            return _("This is the present month.")
        if action_id == "leaderboard.toggle_blacklisted" and self.session.joined and not self._is_here(EVERYBODY):
            return _("The company's rate is published by the office, with the blacklisted in it.")
        if action_id == "leaderboard.toggle_blacklisted" and self._face_type is not ActivityFace:
            return _("Only the activity rate can leave the blacklisted out.")
        if action_id == "leaderboard.show_chart" and self._face_type is not ActivityFace:
            return self._why_no_chart()
        return ""

    def _why_no_chart(self) -> str:
        turns_back = "show_lost" if self._face_type is LostFace else "turn_face"
        key = keymap.short_key(keymap.ACTION_OF[f"leaderboard.{turns_back}"])
        return _("The twelve months are those of the activity rate: {key} turns back to it.").format(key=key)

    def action_previous_month(self) -> None:
        self._show_month(shifted(self._month, -1))

    def action_next_month(self) -> None:
        self._show_month(shifted(self._month, 1))

    def action_show_this_month(self) -> None:
        self._show_month(month_of(self.session.today()))

    def _show_month(self, month: str) -> None:
        self._month = month
        self._write_head()
        self.refresh_data()

    def action_toggle_blacklisted(self) -> None:
        """Count the blacklisted in the company's rate, or leave them out."""
        self._without_blacklisted = not self._without_blacklisted
        self.refresh_data()

    def action_turn_face(self) -> None:
        """Turn to the performance, and back to the activity."""
        self._turn_to(ActivityFace if self._face_type is PerformanceFace else PerformanceFace)

    def action_show_lost(self) -> None:
        """Turn to the lost orders, and back to the activity."""
        self._turn_to(ActivityFace if self._face_type is LostFace else LostFace)

    def _turn_to(self, face_type: type[Face]) -> None:
        self._face_type = face_type
        for face in self.query(Face):
            face.display = face is self.face
        # The curves are of the activity rate and would be taken for another figure beside another face.
        self.query_one(RatesPane).display = False
        self._write_head()
        self.face.table.focus()
        self.refresh_data()

    def action_show_chart(self) -> None:
        """Show the twelve months below the board, or put them away."""
        pane = self.query_one(RatesPane)
        had_focus = pane.has_focus_within
        pane.display = not pane.display
        if pane.display:
            self._read_rates(self.wanted, self.face.highlighted)
        elif had_focus:
            self.face.table.focus()

    def on_key(self, event: events.Key) -> None:
        """Escape first puts the chart away; only then it goes back."""
        if event.key in keymap.keys_of(keymap.ACTION_OF["app.go_back"]) and self.query_one(RatesPane).display:
            event.stop()
            self.action_show_chart()

    def _is_here(self, someone: Someone) -> bool:
        """Whether the rows behind someone's figure are in this store: on a salesperson's laptop only their own are."""
        person = self.session.person
        return not self.session.joined or person is None or person.role != "sales" or person.id == someone.id

    # Behind a figure --------------------------------------------------------------------------

    @on(PagedTable.RowChosen)
    def _open_rows(self, message: PagedTable.RowChosen) -> None:
        behind = message.row.key
        if isinstance(message.table, FigureTable):
            self._show_month(str(behind))
            return
        if isinstance(behind, Someone) and not self._is_here(behind):
            self.say(_("Of others this laptop has only what the office publishes, not the rows behind it."))
            return
        if isinstance(behind, LostReason) or (isinstance(behind, Someone) and self._face_type is LostFace):
            self.app.push_screen(LostOrders(self.wanted, behind))
        elif isinstance(behind, Someone):
            screen_type = CreditedOrders if self._face_type is PerformanceFace else InactiveCustomers
            self.app.push_screen(screen_type(self.wanted, behind))
