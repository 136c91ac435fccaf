"""When the model stands for potential, when the last twelve months do, and how long a fit is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from model.files.importing import import_paths
from model.money import parse_amount
from model.potential import Earnings, Purchases
from model.potential_model import NO_BETTER, NOT_SHOWN, PotentialModel, Trial, latest_model, own_model
from model.store import open_store
from model.value import HISTORY, MODEL, potential_of, valued
from tests.model.cdnow import CALIBRATED_UNTIL, LAST_DAY, needs_cdnow, write_cdnow
from tests.model.company import Company, company

TODAY = date(2026, 3, 31)
FITTED = PotentialModel(
    as_of=TODAY, customers=900, repeat_customers=400, fewest=50, purchases=Purchases(0.5, 9.0, 0.4, 3.0),
    earnings=Earnings(4.0, 3.0, 200.0), log_likelihood=-1234.5, better=True, trial=Trial(365, 1000, 2000),
)  # fmt: skip
NO_BETTER_THAN_BEFORE = msgspec.structs.replace(FITTED, better=False, trial=Trial(365, 3000, 2000))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path / "store", TODAY) as here:
        here.product("P", cost="60")
        for code in ("A", "LOSS"):
            here.customer(code, days=365, limit="100000")
        for day in (date(2026, 1, 5), date(2026, 2, 5), date(2026, 3, 5)):
            here.sell("A", day, "100")
            here.sell("LOSS", day, "50")
        yield here


def test_a_model_that_foretells_better_stands_for_potential(desk: Company) -> None:
    found = {row.code: row.potential for row in valued(TODAY, FITTED).rows}
    assert found["A"].source == MODEL
    assert FITTED.purchases is not None
    assert FITTED.earnings is not None
    orders = FITTED.purchases.expected(2, 59 / 7, 85 / 7, 365 / 7)
    assert found["A"].orders == pytest.approx(orders)
    assert found["A"].margin == round(orders * FITTED.earnings.expected(2, 40) * 100)
    # Whose purchases earn nothing in the mean the model does not know: there the year stands in.
    assert (found["LOSS"].source, found["LOSS"].margin) == (HISTORY, -parse_amount("30"))
    assert found["LOSS"].alive == pytest.approx(found["A"].alive)


def test_a_model_that_foretells_no_better_is_not_used_and_says_so(desk: Company) -> None:
    (found, _loss) = valued(TODAY, NO_BETTER_THAN_BEFORE).rows
    assert (found.potential.source, found.potential.margin, found.potential.orders) == (HISTORY, found.margin, 3)
    assert found.potential.alive is not None
    assert NO_BETTER_THAN_BEFORE.why_not() == (NO_BETTER, {"days": 365, "model": "30.00", "simple": "20.00"})
    assert msgspec.structs.replace(NO_BETTER_THAN_BEFORE, trial=None).why_not() == (NOT_SHOWN, {})
    assert FITTED.why_not() is None


def test_one_customers_potential_is_the_reports(desk: Company) -> None:
    own_model(TODAY)
    (row, _loss) = valued(TODAY, latest_model()).rows
    assert potential_of(desk.ids["A"], TODAY) == row.potential
    assert potential_of(desk.customer("NEW"), TODAY) is None


@needs_cdnow
def test_a_fit_is_kept_until_something_is_written(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", create=True)
    told: list[int] = []
    with store.use():
        import_paths([write_cdnow(tmp_path / "in")], on=LAST_DAY)
        first = own_model(CALIBRATED_UNTIL, lambda done, _of: told.append(done))
        assert first.holds
        assert told == sorted(told)
        told.clear()
        assert own_model(CALIBRATED_UNTIL, lambda done, _of: told.append(done)) == first
        assert told == []
        assert own_model(CALIBRATED_UNTIL - timedelta(days=7)) != first
        (tmp_path / "more").mkdir()
        (tmp_path / "more" / "customers.csv").write_text("code,name\nZ,Another\n", encoding="utf-8")
        own_model(CALIBRATED_UNTIL)
        import_paths([tmp_path / "more"], on=LAST_DAY)
        own_model(CALIBRATED_UNTIL, lambda done, _of: told.append(done))
        assert told
    store.close()
