"""What every verb works with: which store, which day, who sits here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli.output import Format, tell
from tui.locale import _

if TYPE_CHECKING:
    from model.changes.kind import Args
    from model.store import Store

# Where a store keeps the code of the salesperson who sits at it; empty where nobody has signed in.
ME = "me"


@dataclass(frozen=True)
class Desk:
    """The common options of a verb.

    Attributes:
        folder: the store's folder.
        form: how rows are printed.
        today: the business date on which changes are judged.
        as_of: the day whose figures are shown.
    """

    folder: Path
    form: Format
    today: date
    as_of: date

    @contextmanager
    def opened(self, *, create: bool = False, keep: bool = True) -> Iterator[Store]:
        """The store, open and in use.

        Args:
            create: begin a store where there is none; nothing of it is left when the verb then fails.
            keep: whether a store begun here is left when the verb succeeds.

        Raises:
            StoreError: there is none, or it cannot be opened, read or written; its PIN is wrong; or its office took it
                back.
        """
        # Peewee takes longer to import than everything else here; the help does without it.
        from model.store import open_store
        from sync.shut_out import told_of_shut_out
        from tui.cli.asking import key_of_store

        if not create and (told := told_of_shut_out(self.folder)) is not None:
            raise told
        with nothing_left_behind(self.folder, keep=keep):
            store = open_store(self.folder, create=create, key=key_of_store(self.folder))
            with store.use():
                yield store

    @contextmanager
    def writing(self, *, create: bool = False) -> Iterator[Store]:
        """The store in use and in one transaction: a refused change leaves no trace, not even a number taken."""
        with self.opened(create=create) as store, store.writing():
            yield store

    def person(self) -> bytes | None:
        """The id of the one who sits here; None where nobody has signed in.

        Raises:
            InputError: the store names somebody it does not know.
        """
        from model.people import salesperson_by_code
        from model.store import meta

        code = meta(ME)
        return salesperson_by_code(code).id if code else None

    def record(self, args: Args) -> Any:
        """Do a change as the one who sits here, today, and give its outcome."""
        from model.changes.recording import record
        from model.laptop import refuse_at_the_office

        refuse_at_the_office()
        freed: list[str] = []
        outcome = record(args, person=self.person(), on=self.business_date(), freed=freed)
        if freed:
            tell(_("No longer held but confirmed: {numbers}.").format(numbers=_(", ").join(freed)))
        return outcome

    def word(self, names: Mapping[str, str], word: str) -> str:
        """A word of the data, which a table shows to a person in the language in use."""
        return _(names[word]) if self.form == "table" else word

    def business_date(self) -> date:
        """Today by the office's clock, where this laptop's is known to differ by a day; else the day it is here."""
        from model.store import meta
        from tui.clock import today

        skew_ms = int(meta("skew_ms", "0"))
        return today(skew_ms) if skew_ms else self.today


@contextmanager
def nothing_left_behind(folder: Path, *, keep: bool = True) -> Iterator[None]:
    """Take away what a verb began in a folder that had no store, unless it succeeds and the store is wanted."""
    from model.store import present_database

    folder = folder.expanduser()
    was_there = folder.is_dir()
    before = set(folder.iterdir()) if was_there else set()
    if was_there and present_database(folder).exists():
        yield
        return
    done = False
    try:
        yield
        done = True
    finally:
        if not (done and keep) and folder.is_dir():
            for made in set(folder.iterdir()) - before:
                made.unlink()
            if not was_there:
                folder.rmdir()
