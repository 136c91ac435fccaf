"""The office's own desk: held orders are decided, months closed, settings changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import ContentSwitcher, Static
from textual.worker import get_current_worker

from model.archive import DocumentRef
from model.changes.closing import CloseMonth
from model.changes.company import SetSetting
from model.changes.kind import Args
from model.changes.orders import RejectOrder, ReleaseOrder
from model.errors import HuokeError
from model.held_orders import HeldOrder
from tui import keymap
from tui.archive.documents import DocumentScreen
from tui.archive.pane import TabLine
from tui.archive.sources import Desk
from tui.leaderboard.short_table import ShortTable
from tui.locale import _, translate_error
from tui.office.faces import FACES, FaceRead, HeldFace, Month, MonthsFace, OfficeFace, SettingNow, SettingsFace
from tui.session import StoreScreen
from tui.shared.ask import AskText, Confirm
from tui.shared.columns import printable
from tui.shared.paged_table import PagedTable
from tui.shared.status import StatusLine

# Which deed belongs to which list, and the right it needs.
DEEDS = {
    "release_orders": (HeldFace, ""),
    "reject_orders": (HeldFace, "reject_held"),
    "open_archive": (HeldFace, ""),
    "close_month": (MonthsFace, "close_month"),
    "change_setting": (SettingsFace, "change_settings"),
}


class OfficeScreen(StoreScreen):
    """What the office decides."""

    DESK = "office"
    CSS_PATH = "office.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("office"), *keymap.bindings("pane")]

    class FaceCame(Message):
        """A list came from the store."""

        def __init__(self, at: int, read: FaceRead) -> None:
            self.at, self.read = at, read
            super().__init__()

    class Decided(Message):
        """Something was decided; the translated sentence says what."""

        def __init__(self, sentence: str) -> None:
            self.sentence = sentence
            super().__init__()

    def compose(self) -> ComposeResult:
        yield TabLine([face.TITLE for face in FACES])
        yield Static("", classes="summary", markup=False)
        with ContentSwitcher(initial=_face_id(0)):
            for at, face in enumerate(FACES):
                yield face(id=_face_id(at))
        yield StatusLine()

    def on_mount(self) -> None:
        self._turn_to(0)

    # The faces --------------------------------------------------------------------------------

    @property
    def face(self) -> OfficeFace:
        """The list that is shown."""
        return self.query_one(f"#{_face_id(self.query_one(TabLine).at)}", OfficeFace)

    def _turn_to(self, at: int) -> None:
        self.query_one(TabLine).at = at
        self.query_one(ContentSwitcher).current = _face_id(at)
        self.face.focus()
        self._write_summary()
        self.refresh_data()

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
        self._read_face(self.query_one(TabLine).at, self.face)

    @work(thread=True, exclusive=True, group="face")
    def _read_face(self, at: int, face: OfficeFace) -> None:
        worker = get_current_worker()
        with self.session.store.use():
            read = face.read(self.session.today())
        if not worker.is_cancelled:
            self.post_message(self.FaceCame(at, read))

    @on(FaceCame)
    def _fill(self, message: FaceCame) -> None:
        self.query_one(f"#{_face_id(message.at)}", OfficeFace).fill(message.read)
        self._write_summary()

    def _write_summary(self) -> None:
        marked = len(self.face.selected)
        said = self.face.summary if not marked else _("{count} marked").format(count=marked)
        self.query_one(".summary", Static).update(printable(said))

    @on(PagedTable.SelectionChanged)
    @on(PagedTable.RowHighlighted)
    def _follow_cursor(self) -> None:
        self._write_summary()
        self.query_one(StatusLine).refresh()

    @on(ShortTable.Exported)
    def _tell_exported(self, message: ShortTable.Exported) -> None:
        self.say(message.sentence)

    @on(PagedTable.RowChosen)
    def _row_chosen(self) -> None:
        record = self.face.record
        if isinstance(record, HeldOrder):
            desk = Desk(self.session.store, self.session.person_id, self.session.today(), record.customer)
            self.app.push_screen(DocumentScreen(desk, DocumentRef(record.id, record.number, "sale", "held")))
        elif isinstance(record, SettingNow):
            self.action_change_setting()
        elif isinstance(record, Month):
            self.action_close_month()

    # Deciding ---------------------------------------------------------------------------------

    def why_not(self, action_id: str) -> str:
        verb = action_id.partition(".")[2]
        if not action_id.startswith("office.") or verb not in DEEDS:
            return ""
        face, right = DEEDS[verb]
        if not isinstance(self.face, face):
            return _("That is done in the list “{tab}”.").format(tab=_(face.TITLE))
        if self.face.record is None:
            return _("There is no row here.")
        if right and (refusal := self.reason_against_right(right)):
            return refusal
        if verb == "release_orders" and any(not order.verdict.ok for order in self.face.meant):
            return self.reason_against_right("release_held")
        if verb == "close_month" and self.face.record.closed:
            return _("{month} is closed already.").format(month=self.face.record.key)
        return ""

    def action_open_archive(self) -> None:
        if isinstance(record := self.face.record, HeldOrder):
            self.app.open_customer(record.customer)  # type: ignore[attr-defined]

    @work(exclusive=True, group="deed")
    async def action_release_orders(self) -> None:
        """Release the marked orders, or the one under the cursor; one reason serves all that are still stopped."""
        orders: list[HeldOrder] = self.face.meant
        stopped = [order for order in orders if not order.verdict.ok]
        reason: str | None = ""
        if stopped:
            numbers = ", ".join(order.number for order in stopped[:6])
            reason = await self.app.push_screen_wait(
                AskText(_("Release {count} orders: why?").format(count=len(orders)), numbers)
            )
        elif orders and not await self.app.push_screen_wait(
            Confirm(_("Release {count} orders that nothing stops any more?").format(count=len(orders)))
        ):
            return
        if reason is not None:
            why, day = reason, self.session.today()
            self._decide(
                [ReleaseOrder(order=order.id, date=day, reason=why) for order in orders], _("{count} released.")
            )

    @work(exclusive=True, group="deed")
    async def action_reject_orders(self) -> None:
        """Reject the marked orders, or the one under the cursor, for one reason."""
        orders: list[HeldOrder] = self.face.meant
        reason = await self.app.push_screen_wait(AskText(_("Reject {count} orders: why?").format(count=len(orders))))
        if reason:
            day = self.session.today()
            self._decide(
                [RejectOrder(order=order.id, date=day, reason=reason) for order in orders], _("{count} rejected.")
            )

    @work(exclusive=True, group="deed")
    async def action_close_month(self) -> None:
        """Close the month under the cursor, and those before it that are still open."""
        month = self.face.record
        if not isinstance(month, Month) or (reason := self.why_not("office.close_month")):
            if isinstance(month, Month):
                self.say(reason)
            return
        question = _("Close {month}? Its board is kept as it is and never changes again.").format(month=month.key)
        details = _("What arrives for it later counts in the month in which it is recorded.")
        if await self.app.push_screen_wait(Confirm(question, details)):
            self._decide([CloseMonth(month=month.key)], _("{month} is closed.").format(month=month.key))

    @work(exclusive=True, group="deed")
    async def action_change_setting(self) -> None:
        """Change the setting under the cursor from today on."""
        setting = self.face.record
        if not isinstance(setting, SettingNow):
            return
        if reason := self.why_not("office.change_setting"):
            self.say(reason)
            return
        question = _("The value of {name} from today on?").format(name=setting.key)
        value = await self.app.push_screen_wait(AskText(question, value=setting.value))
        if value is not None and value != setting.value:
            args = SetSetting(name=setting.key, from_date=self.session.today(), value=value)
            self._decide([args], _("{name} is {value} now.").format(name=setting.key, value=value))

    @work(thread=True, group="decide")
    def _decide(self, deeds: Sequence[Args], said: str) -> None:
        """Do what was decided, one after the other; where one is refused the others are done all the same."""
        done, refused = 0, ""
        for args in deeds:
            try:
                with self.session.store.use():
                    self.session.record(args)
                done += 1
            except HuokeError as error:
                refused = translate_error(error)
        sentence = said.format(count=done) if done else ""
        self.post_message(self.Decided(" ".join(part for part in (sentence, refused) if part)))

    @on(Decided)
    def _decided(self, message: Decided) -> None:
        self.face.clear_marks()
        self.say(message.sentence)
        self.store_changed()


def _face_id(at: int) -> str:
    return f"face-{at}"
