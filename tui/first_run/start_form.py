"""A company of one's own: its name, and the one who sits here."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path

from model.changes.company import AddSalesperson, SetSetting
from model.changes.recording import record
from model.dates import EARLIEST_BUSINESS_DATE
from model.errors import N_, InputError
from model.ids import new_id
from model.store import set_meta
from tui.cli.desk import ME, Desk
from tui.clock import today
from tui.entry_form import Entries, EntryForm, FormField
from tui.locale import _


class StartForm(EntryForm[Path]):
    """Starts a company in a folder; dismisses with the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def title_text(self) -> str:
        return _("Start a company")

    def fields(self) -> Sequence[FormField]:
        return [
            FormField("company", _("company")),
            FormField("person", _("your name")),
            FormField("code", _("your code"), hint=_("short, such as S01: it stands in tables")),
        ]

    def today(self) -> date:
        return today()

    def reading_store(self) -> AbstractContextManager[object]:
        # There is none yet: recording makes it.
        return nullcontext()

    def writing_store(self) -> AbstractContextManager[object]:
        return nullcontext()

    def record(self, entries: Entries) -> Path:
        company = entries.text("company")
        if not company:
            raise InputError(N_("Write the name of the company."))
        name, code = entries.text("person"), entries.text("code")
        entries.reading = "person" if not name else "code"
        desk = Desk(self.folder, "table", entries.today, entries.today)
        with desk.writing(create=True):
            record(AddSalesperson(id=new_id(), code=code, name=name, role="admin"), person=None, on=entries.today)
            setting = SetSetting(name="company_name", from_date=EARLIEST_BUSINESS_DATE, value=company)
            record(setting, person=None, on=entries.today)
            set_meta(ME, code)
        return self.folder
