"""What a rule may know besides its arguments and the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Context:
    """Who does a change, where, and on which business date it is judged.

    A rule reads no clock and no chance: replaying the same change gives the same rows.

    Attributes:
        person: id of the salesperson who acts; None while a stand-alone store has no people yet.
        device: code of the device that recorded the change.
        change_uid: the change's own id.
        business_date: the judge's business date, kept with the change.
        arrived: whether the office judges a change that a laptop recorded earlier. A fact is then never refused for
            what the laptop could not know: it is judged, clamped or put before a person.
        replayed: whether a laptop does its own unsent change again, over what the office said meanwhile. It guesses
            then what the office will make of it.
    """

    person: bytes | None
    device: str
    change_uid: bytes
    business_date: date
    arrived: bool = False
    replayed: bool = False

    @property
    def is_past(self) -> bool:
        """Whether the change was recorded before, so that nobody is there to choose otherwise."""
        return self.arrived or self.replayed
