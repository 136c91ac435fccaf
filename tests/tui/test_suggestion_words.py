"""A suggested limit of zero says why it is zero, wherever a suggestion gives its reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from textual.widgets import Static

from model.payment_record import payment_records
from model.store import Store
from tests.model.company import Company
from tests.tui.customers_desk import TODAY, small_company
from tests.tui.order_desk import until
from tui import locale
from tui.app import HuokeApp
from tui.archive.screen import ArchiveScreen
from tui.office.suggestions import Suggested
from tui.suggestion_words import suggestion_reason

pytestmark = pytest.mark.usefixtures("english")
WHY = "limit 0: no net revenue in the last 6 full months; pays every bill on time"


def fill(made: Company) -> None:
    """A customer that has paid every bill at once, and bought nothing in the last six full months."""
    made.product("P")
    made.customer("C1", days=30, limit="1000")
    for ago in (240, 230, 220):
        made.sell("C1", TODAY - timedelta(days=ago), "100", paid="100")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with small_company(tmp_path / "store", fill) as (opened, _company):
        yield opened


def test_the_reason_says_it_in_both_languages(store: Store) -> None:
    with store.use():
        (row,) = payment_records(TODAY)
        terms = Suggested(row, None).reason  # type: ignore[arg-type]
    assert (row.suggestion.days, row.suggestion.limit) == (45, 0)
    assert suggestion_reason(row.suggestion).startswith(WHY)
    assert terms == suggestion_reason(row.suggestion)
    locale.use("zh")
    assert suggestion_reason(row.suggestion).startswith("额度 0：近 6 个整月没有净销售额；")


async def test_the_archive_says_it(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        with store.use():
            (row,) = payment_records(TODAY)
        app.open_customer(row.id)
        await until(pilot, lambda: isinstance(app.screen, ArchiveScreen))
        await pilot.press("right_square_bracket", "right_square_bracket", "right_square_bracket")
        await until(pilot, lambda: WHY in str(app.screen.query_one("#record", Static).content))
