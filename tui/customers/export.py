"""The customers shown, written to a CSV file row by row, however many they are."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path

from model.customer_list import CustomerList, ListedCustomer
from model.errors import N_, Refused
from model.money import format_amount

# Programs read these; they are the names the tables and the command line use.
COLUMN_NAMES = (
    "code", "name", "owner", "kind", "stage", "last_trade", "traded_this_month", "balance", "overdue", "credit_left",
    "grade", "blacklisted",
)  # fmt: skip
# A text that begins so would be run as a formula by a spreadsheet.
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")


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
    part = path.with_name(path.name + ".part")
    try:
        written = _write(listed, part, progress, cancelled)
        if cancelled():
            part.unlink()
        else:
            os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Refused(N_("{path} cannot be written: {reason}."), path=str(path), reason=error.strerror) from error
    return written


def _write(
    listed: CustomerList, path: Path, progress: Callable[[int], None], cancelled: Callable[[], bool]
) -> int:
    written = 0
    # The mark at the beginning lets spreadsheets read Chinese.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMN_NAMES)
        for page in listed.all():
            if cancelled():
                break
            writer.writerows(_cells(customer) for customer in page)
            written += len(page)
            progress(written)
    return written


def _cells(customer: ListedCustomer) -> tuple[str, ...]:
    return (
        _harmless(customer.code),
        _harmless(customer.name),
        _harmless(customer.owner),
        customer.kind,
        customer.stage,
        customer.last_trade.isoformat() if customer.last_trade else "",
        "yes" if customer.traded_this_month else "no",
        format_amount(customer.balance),
        format_amount(customer.overdue),
        format_amount(customer.credit_left),
        _harmless(customer.grade),
        "yes" if customer.blacklisted else "no",
    )


def _harmless(text: str) -> str:
    return "'" + text if text.startswith(FORMULA_BEGINNINGS) else text
