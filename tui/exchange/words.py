"""How an exchange with the office is said: how far it is, what it did, where the key of this device is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.laptop import Mark
from tui.locale import N_, _

if TYPE_CHECKING:
    from sync.client import Exchanged, Progress

KIBIBYTE = 1024
UNSENT_SIGN = "↑"
"""Stands before the state of a document that the office has not got yet."""
MARK_WORDS: dict[Mark, str] = {"guaranteed": N_("guaranteed"), "provisional": N_("provisional")}
MARK_SENTENCES: dict[Mark, str] = {
    "unsent": N_("not sent yet"),
    "guaranteed": N_("not sent yet; guaranteed: paid, or within what the office lent"),
    "provisional": N_("not sent yet; provisional: the office may hold it"),
}
KEY_PLACES = {
    "keyring": N_("system keyring"),
    "file": N_("file under a passphrase"),
    "file under the PIN": N_("file under the PIN"),
}
MERGING_WORDS = {
    "totals": N_("adding up… {count} customers"),
    "replay": N_("doing what is unsent again… {count}"),
}
# A new laptop begins with a whole snapshot, and puts it together itself.
BEGINNING_WORDS = {
    "waiting": N_("the office is preparing what this laptop may hold…"),
    "fetching": N_("receiving… {count} of {all} parts"),
    "building": N_("putting together… {count} documents"),
    "totals": N_("adding up…"),
    "search": N_("making the customers findable…"),
    "indexes": N_("nearly done: putting in order…"),
}


def marked_state(state: str, mark: Mark) -> str:
    """The state of an order, as a word, on a laptop whose office may not have it yet."""
    return UNSENT_SIGN + (_(MARK_WORDS[mark]) if mark in MARK_WORDS else state) if mark else state


def mark_sentence(mark: Mark) -> str:
    """What a mark means."""
    return _(MARK_SENTENCES[mark]) if mark else ""


def bytes_text(count: int) -> str:
    """So many bytes as a person reads them."""
    if count < KIBIBYTE:
        return f"{count} B"
    unit, tenths = ("KB", count * 10 // KIBIBYTE) if count < KIBIBYTE**2 else ("MB", count * 10 // KIBIBYTE**2)
    return f"{tenths // 10:,}.{tenths % 10} {unit}"


def progress_words(progress: Progress) -> str:
    """What an exchange is doing, and how much of it."""
    if progress.doing == "sending" and not progress.changes:
        # Nothing goes up: what is asked for is all that is new, and it is on its way.
        so_far = _("receiving… {count} documents").format(count=f"{progress.documents:,}")
        return so_far if progress.documents else _("receiving… asking the office what is new")
    if progress.doing == "sending":
        return _("sending… {count} changes").format(count=f"{progress.changes:,}")
    if progress.doing == "receiving":
        if progress.documents_left:
            every = progress.documents + progress.documents_left
            return _("receiving… {count} of {all} documents").format(count=f"{progress.documents:,}", all=f"{every:,}")
        return _("receiving… {count} documents").format(count=f"{progress.documents:,}")
    if progress.doing == "pause":
        return _("it did not get through: trying again…")
    if progress.doing in BEGINNING_WORDS:
        every = progress.documents + progress.documents_left
        return _(BEGINNING_WORDS[progress.doing]).format(count=f"{progress.documents:,}", all=f"{every:,}")
    merging = MERGING_WORDS.get(progress.doing.removeprefix("merging "))
    return _("merging…") if merging is None else _(merging).format(count=f"{progress.changes:,}")


def progress_with_bytes(progress: Progress) -> str:
    """The same, with what went over the network until now."""
    return _("{doing} · {up} up, {down} down").format(
        doing=progress_words(progress), up=bytes_text(progress.bytes_up), down=bytes_text(progress.bytes_down)
    )


def exchanged_words(done: Exchanged) -> str:
    """What an exchange did, in one sentence."""
    said = [_("sent {count}").format(count=done.pushed)]
    for count, words in (
        (done.confirmed, N_("confirmed {count}")),
        (done.held, N_("held {count}")),
        (done.refused, N_("refused {count}")),
        (done.conflicts, N_("conflicts {count}")),
        (done.waiting, N_("waiting {count}")),
    ):
        if count:
            said.append(_(words).format(count=count))
    said.append(_("received {count}").format(count=f"{done.rows_pulled:,}"))
    return _("Synced: {what}.").format(what=_(", ").join(said))


def cost_words(done: Exchanged) -> str:
    """What an exchange cost."""
    return _("{up} up, {down} down, round trips: {trips}, {seconds} s").format(
        up=bytes_text(done.bytes_up), down=bytes_text(done.bytes_down), trips=done.round_trips,
        seconds=f"{done.seconds:.1f}",
    )  # fmt: skip
