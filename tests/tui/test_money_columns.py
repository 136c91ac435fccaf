"""The amounts of the analysis fit their columns: a large company's are never `####`."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tui.analysis.face import money
from tui.analysis.losses import COST_FIGURES, LOST_FIGURES, LostOrdersBehind
from tui.analysis.margins import MARGIN_FIGURES, OrdersOfMargin
from tui.analysis.other_terms import OUTCOME_FIGURES, HeldBehind, Outcome
from tui.analysis.quarters import CUSTOMER_FIGURES, QUARTER_FIGURES
from tui.analysis.trends import TREND_FIGURES
from tui.shared.columns import lay_out
from tui.shared.figure_table import Figure

pytestmark = pytest.mark.usefixtures("english")
LEAST_MONEY_CELLS = 13
LISTS = (
    COST_FIGURES, LOST_FIGURES, LostOrdersBehind.FIGURES, MARGIN_FIGURES, OrdersOfMargin.FIGURES, HeldBehind.FIGURES,
    CUSTOMER_FIGURES, QUARTER_FIGURES, TREND_FIGURES,
)  # fmt: skip
# What a list has beside the chart on 120 columns, and alone on 80.
BESIDE_THE_CHART_CELLS, ALONE_CELLS = 70, 77


@pytest.mark.parametrize("figures", LISTS)
def test_a_column_of_money_is_as_wide_as_elsewhere(figures: Sequence[Figure]) -> None:
    of_money = [figure.column for figure in figures if figure.cell is money]
    assert of_money
    assert [column.key for column in of_money if column.width < LEAST_MONEY_CELLS] == []


@pytest.mark.parametrize("cells", [BESIDE_THE_CHART_CELLS, ALONE_CELLS])
def test_what_other_terms_change_in_a_large_company_fits(cells: int) -> None:
    row = Outcome("amount", "held amount", 1_234_567_890_12, 9_999_999_999_99, lambda _order: True)
    placed = lay_out([figure.column for figure in OUTCOME_FIGURES], cells)
    shown = {place.column.key for place in placed}
    assert shown == {"name", "present", "other"} | ({"change"} if cells == ALONE_CELLS else set())
    for place in placed:
        assert len(OUTCOME_FIGURES[place.index].text(row)) <= place.cells
