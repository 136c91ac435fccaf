"""A temporary limit ends before its day: from then on the lasting one holds, and what was before stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from model.changes.customers import EndTemporaryTerms
from model.changes.recording import last_undoable
from model.changes.undo import UndoChange
from model.customers import terms_on
from model.errors import Refused
from model.temporary_limits import temporary_limits
from tests.model.company import Company, company

TODAY = date(2026, 3, 10)
DAY = timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as made:
        made.salesperson("S1")
        made.salesperson("F", "finance")
        made.customer("C1", "S1", days=10, limit="100")
        made.terms("C1", days=None, credit_from=None, limit="900", since=TODAY - 5 * DAY, until=TODAY + 20 * DAY)
        yield made


def end(desk: Company, on: date = TODAY, *, since: date = TODAY - 5 * DAY, by: str = "F") -> None:
    desk.do(EndTemporaryTerms(customer=desk.ids["C1"], from_date=since, until=TODAY + 20 * DAY, date=on), by)


def limit(desk: Company, day: date) -> int:
    return terms_on(desk.ids["C1"], day).credit_limit


def test_from_its_last_day_on_the_lasting_limit_holds_and_before_it_what_held(desk: Company) -> None:
    end(desk)
    assert (limit(desk, TODAY - DAY), limit(desk, TODAY), limit(desk, TODAY + DAY)) == (90_000, 10_000, 10_000)
    [listed] = temporary_limits(TODAY)
    assert (listed.until, listed.holds_on(TODAY), listed.lasting.credit_limit) == (TODAY - DAY, False, 10_000)
    desk.do(UndoChange(uid=last_undoable(desk.ids["F"]).uid), "F")
    assert limit(desk, TODAY + 20 * DAY) == 90_000


def test_one_that_ends_on_the_day_it_began_never_was(desk: Company) -> None:
    end(desk, TODAY - 5 * DAY)
    assert limit(desk, TODAY - 5 * DAY) == 10_000
    assert temporary_limits(TODAY) == []


def test_one_below_it_holds_again(desk: Company) -> None:
    desk.terms("C1", days=None, credit_from=None, limit="2000", since=TODAY, until=TODAY + 20 * DAY)
    end(desk, since=TODAY)
    assert limit(desk, TODAY) == 90_000


def test_it_ends_once_and_only_the_office_ends_it(desk: Company) -> None:
    with pytest.raises(Refused, match="may not"):
        end(desk, by="S1")
    with pytest.raises(Refused, match="after today"):
        end(desk, TODAY + DAY)
    end(desk)
    with pytest.raises(Refused, match="ended already"):
        end(desk)


def test_those_that_ended_long_ago_are_not_listed(desk: Company) -> None:
    desk.customer("C2", "S1")
    for ago in (100, 40):
        began = TODAY - ago * DAY
        desk.terms("C2", days=None, credit_from=None, limit="5", since=began, until=began + DAY)
    assert [(each.code, each.until) for each in temporary_limits(TODAY)] == [
        ("C1", TODAY + 20 * DAY), ("C2", TODAY - 39 * DAY)
    ]  # fmt: skip
