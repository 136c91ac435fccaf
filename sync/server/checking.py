"""What must always hold in the office's store: each rule a question, each answer the rows that break it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from model import totals
from model.changes.recording import chained
from model.store import rows
from sync.server.scope import feed_faults

CHANGES_PER_READING = 500

# Rule → a query whose rows break it.
_RULES = {
    "a document of a merged customer": """
        SELECT 'order', o.number FROM orders o JOIN alias a ON a.loser_id = o.customer_id
        UNION ALL SELECT 'receipt', r.number FROM receipt r JOIN alias a ON a.loser_id = r.customer_id
        UNION ALL SELECT 'contact', l.date FROM contact_log l JOIN alias a ON a.loser_id = l.customer_id
        UNION ALL SELECT 'allocation', x.date FROM allocation x JOIN alias a ON a.loser_id = x.customer_id
        UNION ALL SELECT 'lease', l.device FROM lease l JOIN alias a ON a.loser_id = l.customer_id
            WHERE l.granted > l.used + l.returned
    """,
    "a change that was applied twice": """
        SELECT c.kind, c.uid FROM change c JOIN orders o ON o.change_uid = c.uid
            WHERE c.kind IN ('order.record', 'order.return') GROUP BY c.kind, c.uid HAVING COUNT(*) > 1
        UNION ALL SELECT c.kind, c.uid FROM change c JOIN receipt r ON r.change_uid = c.uid
            WHERE c.kind IN ('receipt.record', 'receipt.reverse') GROUP BY c.kind, c.uid HAVING COUNT(*) > 1
    """,
    "a change without a result": """
        SELECT c.device, c.number FROM change c LEFT JOIN arrival a ON a.uid = c.uid
        WHERE a.uid IS NULL AND c.device <> 'A'
            AND EXISTS (SELECT 1 FROM device d WHERE d.code = c.device)
    """,
    "a gap in a device's changes": """
        SELECT d.code, d.last_number FROM device d WHERE d.last_number <>
            (SELECT COUNT(*) FROM change c WHERE c.device = d.code)
            + (SELECT COUNT(*) FROM repeated r WHERE r.device = d.code)
    """,
    "a lease below zero": "SELECT customer_id, device FROM lease WHERE granted < used + returned",
    "a feed ahead of its head": "SELECT kind, v FROM feed WHERE v > (SELECT v FROM head)",
    "an order of nothing": """
        SELECT number, state FROM orders o WHERE kind <> 'opening'
            AND NOT EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id)
    """,
}


@dataclass(frozen=True)
class Broken:
    """A rule that does not hold, and one row that shows it."""

    rule: str
    row: str


def faults(day: date) -> list[Broken]:
    """Everything in the office's store that is not as it must be; empty when all is well."""
    found = [
        Broken(rule, " ".join(_shown(value) for value in row)) for rule, query in _RULES.items() for row in rows(query)
    ]
    found += [
        Broken("a device's chain is made of its changes", f"{device} {number}") for device, number in _broken_chains()
    ]
    found += [
        Broken("the feed is what the documents say", f"{kind} {id_}: {kept} ≠ {wanted}")
        for kind, id_, kept, wanted in feed_faults(day)
    ]
    found += [
        Broken("a total is what the documents say", f"{fault.what} {fault.key}: {fault.kept} ≠ {fault.recomputed}")
        for fault in totals.faults()
    ]
    return found


def _broken_chains() -> Iterator[tuple[str, int]]:
    """Of each device the first change whose link does not follow from the one before; 0 where only its last differs."""
    for device, last in rows("SELECT code, chain FROM device"):
        link, is_whole = b"", True
        for number, kind, args, chain in _changes_of(device):
            link = chained(link, number, kind, args.encode() if isinstance(args, str) else bytes(args))
            if link != bytes(chain):
                yield device, number
                is_whole = False
                break
        if is_whole and link != bytes(last):
            yield device, 0


def _changes_of(device: str) -> Iterator[tuple[Any, ...]]:
    after = 0
    while found := rows(
        # What was sent again under another number stands in the log under its first one.
        "SELECT number, kind, args, chain FROM change WHERE device = ? AND number > ?"
        " UNION ALL SELECT r.number, c.kind, c.args, r.chain FROM repeated r JOIN change c ON c.uid = r.uid"
        " WHERE r.device = ? AND r.number > ? ORDER BY 1 LIMIT ?",
        (device, after, device, after, CHANGES_PER_READING),
    ):
        yield from found
        after = found[-1][0]


def _shown(value: object) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)
