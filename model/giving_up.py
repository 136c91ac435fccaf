"""What nobody waits for any more ends at once, in the middle of a statement too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import peewee

from model.connecting import complaints
from model.store import current

# SQLite asks after so many steps of its machine, which are some milliseconds.
STEPS_BETWEEN_ASKING = 100_000


class GivenUp(Exception):
    """Nobody waits for it any more."""


@contextmanager
def given_up_when(is_given_up: Callable[[], bool]) -> Iterator[None]:
    """End what this thread reads in the store in use, a file of SQLite, as soon as nobody waits for it.

    Args:
        is_given_up: asked all the time, on this thread, also in the middle of a statement; once yes, always yes.

    Raises:
        GivenUp: it said yes. What was being written is taken back.
    """
    connection: Any = current().database.connection()
    connection.set_progress_handler(is_given_up, STEPS_BETWEEN_ASKING)
    try:
        yield
    except complaints(peewee.DatabaseError) as error:
        # Of a write that ended so, what comes here is a complaint that there was nothing more to take back.
        if not is_given_up():
            raise
        raise GivenUp from error
    finally:
        connection.set_progress_handler(None, STEPS_BETWEEN_ASKING)
