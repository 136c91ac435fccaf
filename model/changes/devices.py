"""What became of a laptop, kept in the log for whoever asks later who let it in or shut it out."""

from __future__ import annotations

from typing import Literal

from model.changes.kind import Args, Kind
from model.changes.leasing import office_only
from model.context import Context


class NoteDevice(Args, frozen=True):
    """A laptop joined, or was shut out.

    Attributes:
        person: whose it is.
    """

    device: str
    person: bytes
    what: Literal["joined", "revoked"]


def note_device(_args: NoteDevice, ctx: Context) -> None:
    """Only the log says it: which devices may come is the server's own, and no laptop's store has them."""
    office_only(ctx)


DEVICE_KINDS = (Kind("device.note", NoteDevice, note_device),)
