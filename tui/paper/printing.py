"""Printing a slip from a screen: ask for the file, write it in a thread, say where it is."""

from __future__ import annotations

import asyncio
from pathlib import Path

from model.errors import N_, HuokeError, Refused
from model.paper import slip
from tui.locale import _, translate_error
from tui.paper.sheet import is_html, write_sheet
from tui.paper.slip import sheet_of_slip
from tui.session import Session, StoreScreen
from tui.shared.ask import AskText
from tui.shared.export import free_path, objection_to

# Where slips go unless a person names another place.
SLIPS_FOLDER = Path("~") / "huoke-slips"


async def print_slip(screen: StoreScreen, order_id: bytes, number: str) -> None:
    """Ask where the slip of an order goes, write it there and say so; what cannot be written is told."""
    proposed = await asyncio.to_thread(free_path, number, SLIPS_FOLDER, ".txt")
    question = _("Write the slip of {number} to which file?").format(number=number)
    details = _("A name that ends in .html makes a page for a browser, any other plain text for the printer.")
    text = await screen.app.push_screen_wait(
        AskText(question, details, value=str(proposed), objection=objection_to_slip)
    )
    if text is None:
        return
    path = Path(text).expanduser()
    try:
        await asyncio.to_thread(_write, screen.session, order_id, path)
    except HuokeError as error:
        screen.notify(translate_error(error), severity="error", markup=False)
        return
    screen.say(_("The slip of {number} is in {path}.").format(number=number, path=path))


def objection_to_slip(text: str) -> str:
    """Why a text cannot be the name of a slip's file, translated; empty when it can."""
    folder = SLIPS_FOLDER.expanduser()
    # The folder for slips is made with the first of them.
    if text and Path(text).expanduser().parent == folder and not folder.exists():
        return ""
    return objection_to(text)


def _write(session: Session, order_id: bytes, path: Path) -> None:
    folder = SLIPS_FOLDER.expanduser()
    if path.parent == folder:
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise Refused(N_("{path} cannot be written: {reason}."), path=str(path), reason=error.strerror) from error
    with session.store.use():
        printed = slip(order_id, session.today())
    write_sheet(sheet_of_slip(printed), path, html=is_html(path))
