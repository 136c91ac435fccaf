"""Figures over customers a laptop does not hold: computed at the office, published to every laptop, dated.

They are no facts: they are computed again from the documents whenever they are older than PUBLISHED_FOR.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from model.activity import activity_board
from model.dates import first_day, month_of
from model.people import Salesperson
from model.performance import performance_board
from model.potential_model import PotentialModel, encoded
from model.store import execute, meta, one, rows, set_meta
from model.synced import document_id
from model.totals import NOBODY
from model.touched import touch
from sync.server.scope import head_v

PUBLISHED_FOR = timedelta(minutes=10)

Figures = dict[tuple[str, bytes], tuple[int, int, int, int, int, int]]


def are_stale(now: datetime) -> bool:
    """Whether the published figures are old, and anything was written since they were made."""
    at, v = meta("published_at"), int(meta("published_v", "-1"))
    if v == head_v():
        return False
    return not at or now - datetime.fromisoformat(at) >= PUBLISHED_FOR


def claim(now: datetime) -> bool:
    """Whether this one is to compute them; of many that ask at the same moment only the first is told so.

    Call it in a transaction of its own that holds the office's row.
    """
    if not are_stale(now):
        return False
    set_meta("published_at", now.isoformat(timespec="seconds"))
    return True


def computed(day: date) -> Figures:
    """The figures of this month and the one before: (month, person, the company as sixteen zeros) →
    responsible, active, orders, amount, cost, uncosted."""
    found: Figures = {}
    this = month_of(day)
    for month in (month_of(first_day(this) - timedelta(days=1)), this):
        found.update(_of_month(month, day))
    return found


def _of_month(month: str, day: date) -> Iterator[tuple[tuple[str, bytes], tuple[int, int, int, int, int, int]]]:
    ids = {person.code: person.id for person in Salesperson.select()}
    board, performance = activity_board(month, day), performance_board(month, day)
    sold = {row.key: row for row in performance.rows}
    counted = {row.code: row for row in board.rows}
    for code in sorted(set(sold) | set(counted)):
        if code not in ids:
            continue
        row, margin = counted.get(code), sold.get(code)
        yield (
            (month, ids[code]),
            (
                row.responsible if row else 0, row.active if row else 0,
                margin.orders if margin else 0, margin.revenue if margin else 0, margin.cost if margin else 0,
                margin.uncosted if margin else 0,
            ),
        )  # fmt: skip
    whole = performance.company
    yield (
        (month, NOBODY),
        (
            board.company.responsible, board.company.active, whole.orders, whole.revenue, whole.cost,
            whole.uncosted,
        ),
    )  # fmt: skip


def publish_figures(figures: Figures, now: datetime) -> None:
    """Write what differs from what was published, inside a transaction that collects what is touched."""
    before = {
        (month, bytes(person)): tuple(values)
        for month, person, *values in rows(
            "SELECT month, person_id, responsible, active, orders, amount, cost, uncosted FROM published_month"
        )
    }
    as_of = now.isoformat(timespec="minutes")
    changed = {key for key, values in figures.items() if before.get(key) != values}
    if changed:
        # The company's line says how old all of them are.
        changed |= {key for key in figures if key[1] == NOBODY}
    for month, person in sorted(changed):
        touch("figure", document_id("figure", month, person))
        execute(
            "INSERT INTO published_month (month, person_id, responsible, active, orders, amount, cost, uncosted, as_of)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (month, person_id) DO UPDATE SET"
            " responsible = excluded.responsible, active = excluded.active, orders = excluded.orders,"
            " amount = excluded.amount, cost = excluded.cost, uncosted = excluded.uncosted, as_of = excluded.as_of",
            (month, person, *figures[(month, person)], as_of),
        )


def publish_potential(model: PotentialModel, day: date) -> None:
    """Publish the model of customers beside the company's figures of a month; collected as those are."""
    month, body = month_of(day), encoded(model)
    if not one("SELECT 1 FROM published_month WHERE month = ? AND person_id = ?", (month, NOBODY)):
        # A document begins with its first table; the figures themselves come with the next exchange.
        execute("INSERT INTO published_month VALUES (?, ?, 0, 0, 0, 0, 0, 0, '')", (month, NOBODY))
    touch("figure", document_id("figure", month, NOBODY))
    execute(
        "INSERT INTO published_potential (month, person_id, body) VALUES (?, ?, ?)"
        " ON CONFLICT (month, person_id) DO UPDATE SET body = excluded.body",
        (month, NOBODY, body),
    )


def note_published(v: int) -> None:
    """Remember the version at which the figures were published: nothing since means nothing to compute."""
    set_meta("published_v", str(v))
