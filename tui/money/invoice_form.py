"""The tax invoice of one bill or of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model.changes.invoicing import InvoiceOrder
from model.errors import N_, InputError
from tui.customers.forms import day_words
from tui.entry_form import Entries, EntryForm, FormField
from tui.locale import _


@dataclass(frozen=True)
class BillToInvoice:
    """A bill, and the number of the invoice it has; empty where it has none."""

    id: bytes
    number: str
    invoice: str = ""


class InvoiceForm(EntryForm[int]):
    """Number and date of an invoice; dismisses with how many bills have it now."""

    def __init__(self, bills: Sequence[BillToInvoice]) -> None:
        super().__init__()
        self.bills = tuple(bills)

    def title_text(self) -> str:
        if len(self.bills) == 1:
            return _("The invoice of {number}").format(number=self.bills[0].number)
        return _("One invoice for {count} bills").format(count=len(self.bills))

    def fields(self) -> Sequence[FormField]:
        before = {bill.invoice for bill in self.bills}
        return [
            FormField("number", _("invoice number"), before.pop() if len(before) == 1 else ""),
            FormField("date", _("date"), self.session.today().isoformat()),
        ]

    def field_changed(self, name: str) -> None:
        if name == "date":
            self.note("date", day_words(self.entries(), "date"))

    def doubt(self, entries: Entries) -> str:
        """Ask before an invoice is taken away."""
        had = [bill.number for bill in self.bills if bill.invoice]
        if entries.text("number") or not had:
            return ""
        return _("Take the invoice away from {numbers}?").format(numbers=_(", ").join(had))

    def record(self, entries: Entries) -> int:
        day, number = entries.day("date") or entries.today, entries.text("number")
        if not number and not any(bill.invoice for bill in self.bills):
            raise InputError(N_("Type the number of the invoice."))
        for bill in self.bills:
            self.session.record(InvoiceOrder(order=bill.id, invoice_number=number, date=day if number else None))
        return len(self.bills)
