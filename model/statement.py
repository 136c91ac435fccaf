"""A customer's statement: what raised and lowered the balance, day by day, so that the customer can check it.

A cancelled order stands there twice, on its own day and on the day it was cancelled: the running balance at the end of
any day is the balance as of that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from model.errors import N_
from model.fields import iso
from model.laptop import refuse_a_card
from model.receipts import KIND_NAMES
from model.store import rows

OPENING_BALANCE = "opening_balance"
DOCUMENT_NAMES = {
    OPENING_BALANCE: N_("opening balance"),
    "sale": N_("order"),
    "return": N_("return"),
    "opening": N_("opening item"),
    "cancellation": N_("cancellation"),
    **KIND_NAMES,
}

# place keeps bills before returns and endings before money within a day, as allocation takes them.
_MOVES = """
SELECT o.live_from AS day, CASE WHEN o.kind = 'return' THEN 1 ELSE 0 END AS place, o.number AS number,
    o.kind AS document, CASE WHEN o.kind = 'return' THEN -o.amount ELSE o.amount END AS amount
FROM orders o WHERE o.customer_id = ? AND o.live_from <= ?
UNION ALL
SELECT o.live_to, 1, o.number, 'cancellation', CASE WHEN o.kind = 'return' THEN o.amount ELSE -o.amount END
FROM orders o WHERE o.customer_id = ? AND o.live_to <= ? AND o.live_from IS NOT NULL
UNION ALL
SELECT r.date, 2, r.number, r.kind, CASE
    WHEN r.kind = 'refund' THEN r.amount
    WHEN r.kind = 'reversal' THEN CASE WHEN b.kind = 'refund' THEN -r.amount ELSE r.amount END
    ELSE -r.amount END
FROM receipt r LEFT JOIN receipt b ON b.id = r.reverses_id WHERE r.customer_id = ? AND r.voided = 0 AND r.date <= ?
"""


@dataclass(frozen=True)
class StatementRow:
    """One movement, in minor units; `debit` raises what the customer owes, `credit` lowers it.

    Attributes:
        day: None for the opening balance of a statement from the beginning.
        document: a key of DOCUMENT_NAMES.
        balance: what the customer owed after it.
    """

    day: date | None
    document: str
    number: str
    debit: int
    credit: int
    balance: int


def statement(customer: bytes, from_date: date | None, to_date: date) -> list[StatementRow]:
    """A customer's statement of a period, both days included; its first row is the opening balance.

    Args:
        from_date: without it, from the customer's first document.

    Raises:
        Refused: only the customer's card is on this laptop.
    """
    refuse_a_card(customer, to_date)
    until = iso(to_date)
    moves = rows(
        f"SELECT m.day, m.document, m.number, m.amount FROM ({_MOVES}) m ORDER BY m.day, m.place, m.number",
        (customer, until) * 3,
    )
    first = "" if from_date is None else from_date.isoformat()
    balance = sum(amount for day, _, _, amount in moves if day < first)
    shown = [StatementRow(from_date, OPENING_BALANCE, "", 0, 0, balance)]
    for day, document, number, amount in moves:
        if day >= first:
            balance += amount
            shown.append(
                StatementRow(date.fromisoformat(day), document, number, max(amount, 0), max(-amount, 0), balance)
            )
    return shown
