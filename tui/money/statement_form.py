"""Which statement is wanted: its period and the file it goes to."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import Any

from model.dates import month_of, shifted
from model.errors import N_, InputError
from tui.customers.forms import day_words
from tui.entry_form import Entries, EntryForm, FormField
from tui.locale import _
from tui.paper.statement_file import STATEMENTS_FOLDER, write_statement
from tui.shared.export import free_path


class StatementForm(EntryForm[Path]):
    """A customer's statement written to a file; dismisses with where it is."""

    ACCEPTING = N_("write the file")

    def __init__(self, customer_code: str, customer: str) -> None:
        super().__init__()
        self.customer_code = customer_code
        self.customer = customer

    def title_text(self) -> str:
        return _("Statement of {customer}").format(customer=f"{self.customer_code} {self.customer}")

    def fields(self) -> Sequence[FormField]:
        today = self.session.today()
        # What is checked with a customer is the month past, and what came since.
        first = f"{shifted(month_of(today), -1)}-01"
        return [
            FormField("file", _("file"), hint=_("ends in .txt, .html or .xlsx")),
            FormField("first", _("from"), first, _("empty: from the beginning")),
            FormField("last", _("to"), today.isoformat()),
        ]

    def load(self) -> Path:
        return free_path(f"{self.customer_code}-{self.session.today().isoformat()}", STATEMENTS_FOLDER, ".txt")

    def begin_with(self, begins_with: Any) -> None:
        self.fill("file", str(begins_with))
        self.note("file", _("A name that ends in .html makes a page, in .xlsx a workbook, any other plain text."))

    def field_changed(self, name: str) -> None:
        if name in ("first", "last"):
            self.note(name, day_words(self.entries(), name))

    def writing_store(self) -> AbstractContextManager[object]:
        # Nothing is written into the store.
        return nullcontext()

    def record(self, entries: Entries) -> Path:
        first, last = entries.day("first"), entries.day("last") or entries.today
        if first is not None and first > last:
            raise InputError(N_("The period ends before it begins."))
        file = entries.text("file")
        if not file:
            raise InputError(N_("Write the name of a file."))
        path = Path(file).expanduser()
        write_statement(self.customer_code, first, _not_after(last, entries.today), path)
        return path


def _not_after(day: date, today: date) -> date:
    """A statement says what is known: nothing of days to come."""
    return min(day, today)
