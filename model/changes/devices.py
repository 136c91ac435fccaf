"""What became of a laptop, kept in the log for whoever asks later who let it in or shut it out."""

from __future__ import annotations

from model.changes.kind import Args, Kind
from model.changes.leasing import office_only
from model.context import Context
from model.errors import N_, InputError

WHATS = ("joined", "revoked")


class NoteDevice(Args, frozen=True):
    """A laptop joined, or was shut out.

    Attributes:
        person: whose it is.
        what: `joined` or `revoked`.
    """

    device: str
    person: bytes
    what: str


def note_device(args: NoteDevice, ctx: Context) -> None:
    """Only the log says it: which devices may come is the server's own, and no laptop's store has them."""
    office_only(ctx)
    if args.what not in WHATS:
        raise InputError(N_("A device is not {what}: it is {names}."), what=args.what, names=", ".join(WHATS))


DEVICE_KINDS = (Kind("device.note", NoteDevice, note_device),)
