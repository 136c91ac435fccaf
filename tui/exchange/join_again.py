"""Joining the same office again: where it does not know this laptop any more, or the laptop's key is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from model.store import Store
from tui.entry_form import FormField
from tui.first_run.join_form import JoinForm, join_office
from tui.locale import _
from tui.session import LineFactory


class JoinAgainForm(JoinForm):
    """Joins with a new code as a new device of the same office, and sends it what is kept here.

    Args:
        store: the laptop's.
        url: where it joined before.
        line: how a line to the office is made.
    """

    def __init__(self, store: Store, url: str, line: LineFactory) -> None:
        super().__init__(store.folder, join=partial(join_office, store_key=store.key), line=line)
        self._url = url

    def title_text(self) -> str:
        return _("Join again with a new code")

    def fields(self) -> Sequence[FormField]:
        return [replace(field, value=self._url) if field.name == "url" else field for field in super().fields()]
