"""The customers shown, written to a file row by row, however many they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from model.customer_list import CustomerList, ListedCustomer
from model.money import format_amount
from tui.shared.table_files import write_file

# Programs read these; they are the names the tables and the command line use.
COLUMN_NAMES = (
    "code", "name", "owner", "kind", "stage", "last_trade", "traded_this_month", "balance", "overdue", "credit_left",
    "grade", "blacklisted",
)  # fmt: skip
FIGURES = {COLUMN_NAMES.index(name) for name in ("balance", "overdue", "credit_left")}


def write_customers(
    listed: CustomerList, path: Path, progress: Callable[[int], None], cancelled: Callable[[], bool]
) -> int:
    """Write every row of a list to a file that is there whole or not at all; call it inside the store.

    Args:
        progress: told how many rows are written, now and then.
        cancelled: asked between pages whether to stop; then nothing is left.

    Returns:
        How many rows were written.

    Raises:
        Refused: the file cannot be written.
    """

    def texts() -> Iterator[tuple[str, ...]]:
        written = 0
        for page in listed.all():
            if cancelled():
                return
            yield from map(_cells, page)
            written += len(page)
            progress(written)

    return write_file(path, COLUMN_NAMES, texts(), FIGURES, cancelled)


def _cells(customer: ListedCustomer) -> tuple[str, ...]:
    return (
        customer.code,
        customer.name,
        customer.owner,
        customer.kind,
        customer.stage,
        customer.last_trade.isoformat() if customer.last_trade else "",
        "" if customer.only_card else "yes" if customer.traded_this_month else "no",
        "" if customer.balance is None else format_amount(customer.balance),
        format_amount(customer.overdue),
        format_amount(customer.credit_left),
        customer.grade,
        "yes" if customer.blacklisted else "no",
    )
