"""The model of customers, fitted at the office once a business date, in a thread of its own, for every laptop."""

from __future__ import annotations

import logging
import threading

from model.errors import HuokeError
from model.giving_up import GivenUp
from model.potential_fit import FEWEST_REPEAT_CUSTOMERS
from model.potential_model import decoded, own_model
from model.published import published_potential
from model.store import meta, rows, set_meta
from sync.server.exchange import Office
from sync.server.storage import OFFICE_DEVICE, lock_device, retrying

# How often is asked whether another business date has begun.
PAUSE_SECONDS = 600
# A fit that is under way ends between two of its starts.
PATIENCE_SECONDS = 5
# Roughly, and at once: fewer give no model anyway.
_CAME_BACK = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM customer_total WHERE trades > 1 LIMIT ?) AS counted"
CLAIMED_ON = "potential_claimed_on"

log = logging.getLogger("huoke.server")


class Fitting:
    """Fits and publishes beside the exchanges, which never wait for it; of several servers of a company only one."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="huoke-fitting", daemon=True)

    def begin(self) -> None:
        """Go to work; `end` ends it."""
        self._thread.start()

    def end(self) -> None:
        """Stop soon; what is under way is not published."""
        self._ended.set()
        self._thread.join(PATIENCE_SECONDS)

    @property
    def is_working(self) -> bool:
        """Whether it goes on."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self.fit()
            except GivenUp:
                return
            except HuokeError as error:
                # The laptops go on with the model they have; the next business date brings another.
                log.warning("the model of customers was not fitted: %s", error)
            self._ended.wait(PAUSE_SECONDS)

    def fit(self) -> bool:
        """Fit and publish where that was not done on this business date and enough customers came back.

        Returns:
            Whether it was done now.

        Raises:
            GivenUp: `end` was called meanwhile.
        """
        with self._office.store.use():
            day = self._office.today()
            published = published_potential()
            if published is not None and decoded(published).as_of >= day:
                return False
            if rows(_CAME_BACK, (FEWEST_REPEAT_CUSTOMERS,))[0][0] < FEWEST_REPEAT_CUSTOMERS:
                return False
            if not retrying(lambda: self._claim(day.isoformat())):
                return False
            model = own_model(day, cancelled=self._ended.is_set)
            self._office.publish_potential(model)
            return True

    def _claim(self, day: str) -> bool:
        with self._office.store.writing():
            lock_device(OFFICE_DEVICE)
            if meta(CLAIMED_ON) >= day:
                return False
            set_meta(CLAIMED_ON, day)
            return True
