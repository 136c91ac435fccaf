"""What can be done with the highlighted document: open, return, cancel, release, print, and why it cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from textual import work

from model.archive import DocumentRef, LineRow, lines_of
from model.changes.documents import next_number
from model.changes.kind import Args
from model.changes.orders import CancelOrder, LoseOrder, RejectOrder, ReleaseOrder, ReturnLine, ReturnOrder
from model.changes.receipts import ReverseReceipt
from model.credit import Verdict
from model.document_cards import order_card
from model.errors import HuokeError
from model.ids import new_id
from model.money import grouped
from model.orders import LOST_REASONS
from model.returns import ReturnedLine
from tui.archive.documents import DocumentScreen
from tui.archive.loss_reason import ask_loss_reason
from tui.archive.pane import NO_DOCUMENT
from tui.archive.return_form import ReturnForm
from tui.archive.sources import Desk
from tui.archive.words import LOST_WORDS, STATE_WORDS, kind_word, verdict_words
from tui.locale import _, translate_error
from tui.paper.printing import print_slip
from tui.session import StoreScreen
from tui.shared.ask import AskText, Choice, Choose, Confirm

ENDING_WORDS = {"rejected", "cancelled", "lost", "voided", "reversed"}


class DocumentDeeds(StoreScreen):
    """A screen on which a document can be highlighted and acted on."""

    @property
    def document(self) -> DocumentRef | None:
        """The highlighted document."""
        return None

    @property
    def desk(self) -> Desk:
        """What lists read from; only while a customer is shown."""
        raise NotImplementedError

    # --- reasons

    def why_not_document(self, verb: str) -> str:
        """Why the highlighted document cannot be acted on; empty when it can.

        Args:
            verb: return_goods, cancel_document, release_order or print_slip.
        """
        document = self.document
        if document is None:
            return _(NO_DOCUMENT)
        if verb == "return_goods":
            return self._why_no_return(document)
        if verb == "print_slip":
            return self._why_no_slip(document)
        if verb == "release_order":
            if document.kind == "sale" and document.state == "held":
                return ""
            return _("{number} is not held: only a held order can be released.").format(number=document.number)
        return self._why_no_ending(document)

    def _why_no_slip(self, document: DocumentRef) -> str:
        if document.kind in ("sale", "return"):
            return ""
        return _("{number} has no goods on it: only an order, a quote or a return has a slip.").format(
            number=document.number
        )

    def _why_no_return(self, document: DocumentRef) -> str:
        if document.kind == "sale" and document.state == "confirmed":
            return ""
        return _("{number} is no confirmed order: goods come back only of one.").format(number=document.number)

    def _why_no_ending(self, document: DocumentRef) -> str:
        if document.kind == "opening":
            return _("An opening item cannot be cancelled: write it off instead.")
        if document.kind == "reversal":
            return _("{number} is itself a reversal: record the money again instead.").format(number=document.number)
        if document.state in ENDING_WORDS:
            state = _(STATE_WORDS[document.state])
            return _("{number} is {state} already.").format(number=document.number, state=state)
        return "" if document.is_order else self.reason_against_right("reverse_receipt")

    # --- opening and printing

    def open_document(self, document: DocumentRef) -> None:
        """Show the rows behind a document."""
        self.app.push_screen(DocumentScreen(self.desk, document))

    @work(exclusive=True, group="deed")
    async def action_print_slip(self) -> None:
        """Write the paper that goes with the goods or with the quote."""
        document = self.document
        if document is not None:
            await print_slip(self, document.id, document.number)

    # --- ending

    @work(exclusive=True, group="deed")
    async def action_cancel_document(self) -> None:
        """Ask why the document ends, and end it."""
        document = self.document
        if document is None:
            return
        if not document.is_order:
            await self._reverse(document)
        elif document.state == "quote":
            await self._lose(document)
        elif document.state == "held" and not self.reason_against_right("reject_held"):
            await self._end(document, RejectOrder, _("Reject {number}: why?"), _("{number} rejected."))
        else:
            await self._end(document, CancelOrder, _("Cancel {number}: why?"), _("{number} cancelled."))

    async def _end(
        self, document: DocumentRef, kind: type[CancelOrder] | type[RejectOrder], question: str, said: str
    ) -> None:
        asked = question.format(number=document.number)
        if document.kind == "sale":
            reason = await ask_loss_reason(self.app.push_screen_wait, asked)
        else:
            reason = await self.app.push_screen_wait(AskText(asked))
        if reason:
            await self.do(
                lambda: kind(order=document.id, date=self.session.today(), reason=reason),
                lambda _outcome: said.format(number=document.number),
            )

    async def _lose(self, document: DocumentRef) -> None:
        question = _("Why was the quote {number} lost?").format(number=document.number)
        choices = [Choice(reason, _(LOST_WORDS[reason])) for reason in LOST_REASONS]
        reason = await self.app.push_screen_wait(Choose(question, choices, at=None))
        if reason is not None:
            await self.do(
                lambda: LoseOrder(order=document.id, date=self.session.today(), reason=reason),
                lambda _outcome: _("{number} lost: {reason}.").format(
                    number=document.number, reason=_(LOST_WORDS[reason])
                ),
            )

    async def _reverse(self, document: DocumentRef) -> None:
        question = _("Reverse the {kind} {number}: why?").format(kind=kind_word(document), number=document.number)
        details = _("What it settled is open again.")
        reason = await self.app.push_screen_wait(AskText(question, details))
        if reason:
            await self.do(
                lambda: ReverseReceipt(
                    id=new_id(), number=next_number(), receipt=document.id, date=self.session.today(), reason=reason
                ),
                lambda outcome: _("{number} reversed by {other}; the balance is {balance}.").format(
                    number=document.number, other=outcome.number, balance=grouped(outcome.balance)
                ),
            )

    # --- releasing

    @work(exclusive=True, group="deed")
    async def action_release_order(self) -> None:
        """Let a held order through; one that is still stopped asks for a reason."""
        document = self.document
        if document is None:
            return
        verdict = await asyncio.to_thread(self._verdict_now, document)
        if verdict is None:
            return
        if not verdict.ok and (refusal := self.reason_against_right("release_held")):
            self.notify(f"{verdict_words(verdict)} {refusal}", severity="warning", markup=False)
            return
        question = _("Release {number}?").format(number=document.number)
        reason: str | None = ""
        if verdict.ok:
            reason = "" if await self.app.push_screen_wait(Confirm(question, verdict_words(verdict))) else None
        else:
            why = _("Release {number}: why?").format(number=document.number)
            reason = await self.app.push_screen_wait(AskText(why, verdict_words(verdict)))
        if reason is not None:
            await self.do(
                lambda: ReleaseOrder(order=document.id, date=self.session.today(), reason=reason),
                lambda outcome: _("{number} released: {amount}.").format(
                    number=outcome.number, amount=grouped(outcome.amount)
                ),
            )

    def _verdict_now(self, document: DocumentRef) -> Verdict | None:
        with self.session.store.use():
            card = order_card(document.id, self.session.today())
            return None if card is None else card.verdict

    # --- goods that come back

    @work(exclusive=True, group="deed")
    async def action_return_goods(self) -> None:
        """Ask how much of each line comes back, and take it back."""
        document = self.document
        if document is None:
            return
        lines = await asyncio.to_thread(self._returnable_lines, document)
        if not lines:
            self.notify(
                _("Everything of {number} came back already.").format(number=document.number),
                severity="warning", markup=False,
            )  # fmt: skip
            return
        wanted = await self.app.push_screen_wait(ReturnForm(document.number, lines))
        if wanted:
            await self.do(
                lambda: self._return_of(document, wanted),
                lambda outcome: _("{number}: {amount} came back.").format(
                    number=outcome.number, amount=grouped(outcome.amount)
                ),
            )

    def _returnable_lines(self, document: DocumentRef) -> list[LineRow]:
        with self.session.store.use():
            return [line for line in lines_of(document.id) if line.returnable_e3 > 0]

    def _return_of(self, document: DocumentRef, wanted: tuple[ReturnedLine, ...]) -> ReturnOrder:
        return ReturnOrder(
            id=new_id(),
            number=next_number(),
            order=document.id,
            date=self.session.today(),
            lines=tuple(
                ReturnLine(line=line.line, returns_line=line.returns_line, quantity_e3=line.quantity_e3)
                for line in wanted
            ),
        )

    # --- recording

    async def do(self, args: Callable[[], Args], said: Callable[[Any], str]) -> None:
        """Record a change in a thread, say what became of it, and show the store as it is then.

        Args:
            args: makes the change's arguments, in the thread and with the store in use.
            said: says the outcome, translated.
        """
        try:
            outcome = await asyncio.to_thread(self._record, args)
        except HuokeError as error:
            self.notify(translate_error(error), severity="error", markup=False)
            return
        self.say(said(outcome))
        self.refresh_data()

    def _record(self, args: Callable[[], Args]) -> Any:
        with self.session.store.use():
            return self.session.record(args())
