"""Reckoning the values of all customers in the background, once a day, for whoever asks where one stands among all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Lock

from model.errors import HuokeError
from model.giving_up import GivenUp, given_up_when
from model.kept_values import refresh_values, values_as_of
from model.store import Store

# Two that reckon at once would write the same rows.
_under_way = Lock()


def reckon_values(store: Store, day: date, is_cancelled: Callable[[], bool]) -> bool:
    """Reckon all customers' values unless they are of this day or being reckoned; in a thread.

    Returns:
        Whether there are new ones.
    """
    if not _under_way.acquire(blocking=False):
        return False
    try:
        with store.use(), given_up_when(is_cancelled):
            return values_as_of() != day and refresh_values(day, cancelled=is_cancelled)
    except GivenUp:
        return False
    except HuokeError:
        # The store is busy or was replaced; whoever looks again tries again.
        return False
    finally:
        _under_way.release()
