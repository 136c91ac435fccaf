"""The activity board of a month: of the customers someone is responsible for, how many traded.

*Responsible* are a salesperson's customers at the month's end (on the as-of day while the month lasts), and those given
back to the pool during the month without a trade; a customer claimed from the pool enters the month after, and a closed
one counts for nobody. *Traded* is a customer with a live sale above zero dated in the month, whoever took it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from model.ageing import anything_after
from model.aliases import not_merged
from model.balances import sums_on
from model.booking import customers_at_close, late_customers
from model.closing import FrozenLine, frozen_lines, is_closed
from model.dates import first_day, last_day, shifted
from model.fields import iso
from model.money import FULL_BP, rate_bp
from model.published import COMPANY, published_month
from model.store import one, rows

COMPANY_CODE = "*"

# The running totals answer for today; the documents answer for a day before the last of them.
_TRADED_NOW = "customer_month m WHERE m.month = ? AND m.orders > 0"
_SALE = "o.kind = 'sale' AND o.amount > 0 AND o.live_from <= ? AND (o.live_to IS NULL OR o.live_to > ?)"
_TRADED_THEN = f"orders o WHERE o.date >= ? AND o.date <= ? AND {_SALE}"
_NOBODYS = f"customer c WHERE (c.retail = 1 OR c.closed_on <= ? OR NOT {not_merged('c.id')})"
_OWNED = (
    "{a}.from_date <= ? AND ({a}.to_date IS NULL OR {a}.to_date > ?)"
    " AND NOT ({a}.started_by = 'claim' AND {a}.from_date >= ?)"
)
# Ownership never overlaps, so that only a customer given back more than once, or owned again, could count twice.
_OWNED_THEM = f"""
SELECT a.owner_id, a.customer_id, CASE WHEN {{traded}} THEN 1 ELSE 0 END AS traded
FROM assignment a WHERE {_OWNED.format(a="a")} AND NOT {{nobodys}} {{person}}
"""
_GAVE_THEM_BACK = f"""
SELECT DISTINCT a.owner_id, a.customer_id, 0 AS traded
FROM assignment a WHERE a.ended_by = 'release' AND a.to_date >= ? AND a.to_date <= ?
    AND NOT (a.started_by = 'claim' AND a.from_date >= ?) AND NOT {{traded}} AND NOT {{nobodys}} {{person}}
    AND NOT EXISTS (SELECT 1 FROM assignment k
        WHERE k.customer_id = a.customer_id AND k.owner_id = a.owner_id AND {_OWNED.format(a="k")})
"""
_COMPANY = """
SELECT COUNT(*) FROM customer c WHERE c.retail = 0 AND (c.closed_on IS NULL OR c.closed_on > ?)
    AND (c.created_on IS NULL OR c.created_on <= ?) AND c.id NOT IN (SELECT loser_id FROM alias)"""
_BLACKLISTED = (
    "COALESCE((SELECT b.blacklisted FROM blacklisting b WHERE b.customer_id = c.id AND b.from_date <= ?"
    " ORDER BY b.from_date DESC LIMIT 1), 0)"
)


@dataclass(frozen=True)
class ActivityRow:
    """One salesperson's line of the board, or the company's.

    Attributes:
        person: None for the company.
        previous_bp: last month's rate in basis points; None where nobody was responsible for anybody.
        rank: 1 is the best; None for the company.
        frozen: the month is closed, and these are the numbers kept then.
        late: how many more customers would be active by what arrived after the close.
    """

    person: bytes | None
    code: str
    name: str
    responsible: int
    active: int
    previous_bp: int | None = None
    rank: int | None = None
    frozen: bool = False
    late: int = 0

    @property
    def rate_bp(self) -> int | None:
        """Traded ÷ responsible in basis points; None, not zero, without any responsible customer."""
        return rate_bp(self.active, self.responsible)

    @property
    def change_bp(self) -> int | None:
        """How the rate moved since last month, in basis points."""
        return None if self.rate_bp is None or self.previous_bp is None else self.rate_bp - self.previous_bp

    @property
    def _standing(self) -> tuple[Fraction, int, str]:
        """What the board is sorted by; undefined rates come last."""
        rate = Fraction(self.active, self.responsible) if self.responsible else Fraction(-1)
        return (-rate, -self.active, self.code)

    def more_to_rate(self, target_bp: int) -> int | None:
        """How many more customers must trade to reach a rate in basis points; None where that cannot be."""
        more = max(-(-target_bp * self.responsible // FULL_BP) - self.active, 0)
        return more if self.responsible and self.active + more <= self.responsible else None

    def more_to_pass(self, above: ActivityRow) -> int | None:
        """How many more customers must trade to stand above another; None where that cannot be."""
        for more in range(1, self.responsible - self.active + 1):
            if replace(self, active=self.active + more)._standing < above._standing:
                return more
        return None


@dataclass(frozen=True)
class Board:
    """A month's board, the best first, and the company: all owned and shared customers, retail apart.

    Attributes:
        published: on a salesperson's laptop, when the office counted all but one's own row; None elsewhere.
    """

    month: str
    as_of: date
    rows: tuple[ActivityRow, ...]
    company: ActivityRow
    published: str | None = None

    def more_to_next_rank(self, row: ActivityRow) -> int | None:
        """How many more customers must trade for one rank better; None for the first, or where that cannot be."""
        if row.rank is None or row.rank == 1:
            return None
        return row.more_to_pass(self.rows[row.rank - 2])


@dataclass(frozen=True)
class CustomerActivity:
    """A customer counted as responsible, and whether it traded; balance in minor units, dates as of the day."""

    id: bytes
    code: str
    name: str
    traded: bool
    given_back: bool
    last_trade: date | None
    balance: int


def activity_board(month: str, as_of: date, *, without_blacklisted: bool = False) -> Board:
    """The board of a month as of a day; a closed month shows the numbers frozen at its close.

    Args:
        without_blacklisted: leave customers that are blacklisted out of the company's line.
    """
    counted, before = _person_counts(month, as_of), _person_counts(shifted(month, -1), as_of)
    frozen = any(count.frozen for count in counted.values())
    unranked = []
    for person, code, name, role, active in rows("SELECT id, code, name, role, active FROM salesperson"):
        count = counted.get(person, _Count(0, 0))
        # On a closed board stands who stood there, and nobody who came later.
        if count.frozen or (not frozen and (count.responsible or (active and role == "sales"))):
            previous = before.get(person, _Count(0, 0))
            unranked.append(
                ActivityRow(
                    person, code, name, count.responsible, count.active,
                    previous_bp=rate_bp(previous.active, previous.responsible), frozen=count.frozen, late=count.late,
                )
            )  # fmt: skip
    ranked = sorted(unranked, key=lambda row: row._standing)
    company = _company_count(month, as_of, without_blacklisted)
    last_company = _company_count(shifted(month, -1), as_of, without_blacklisted)
    return Board(
        month, as_of, tuple(replace(row, rank=place) for place, row in enumerate(ranked, start=1)),
        ActivityRow(
            None, COMPANY_CODE, "", company.responsible, company.active,
            previous_bp=rate_bp(last_company.active, last_company.responsible), frozen=company.frozen,
            late=company.late,
        ),
        None if frozen or (published := published_month(month)) is None else published.as_of,
    )  # fmt: skip


def board_to_freeze(month: str, as_of: date) -> list[FrozenLine]:
    """The lines of a month's board as it stands, the company's last: what a close keeps."""
    board = activity_board(month, as_of)
    return [
        *(FrozenLine(row.person, row.responsible, row.active) for row in board.rows if row.person is not None),
        FrozenLine(COMPANY, board.company.responsible, board.company.active),
    ]


def activity_by_month(
    person: bytes | None, months: Iterable[str], as_of: date, *, without_blacklisted: bool = False
) -> list[tuple[str, int | None]]:
    """The activity rate of each month in basis points, of a salesperson or, without one, of the company."""
    points = []
    for month in months:
        if person is None:
            count = _company_count(month, as_of, without_blacklisted)
        else:
            count = _person_counts(month, as_of, person).get(person, _Count(0, 0))
        points.append((month, rate_bp(count.active, count.responsible)))
    return points


def inactive_customers(person: bytes, month: str, as_of: date, limit: int | None = None) -> list[CustomerActivity]:
    """Whom a salesperson could still activate: responsible customers without a trade, the quietest first."""
    return _customers(person, month, as_of, traded=False, limit=limit)


def active_customers(person: bytes, month: str, as_of: date, limit: int | None = None) -> list[CustomerActivity]:
    """The responsible customers that traded in the month, the longest ago first."""
    return _customers(person, month, as_of, traded=True, limit=limit)


@dataclass(frozen=True)
class _Count:
    responsible: int
    active: int
    frozen: bool = False
    late: int = 0


def _counted_on(month: str, as_of: date) -> str:
    """The day whose owners are responsible: the month's last, or the as-of day while the month lasts."""
    return min(last_day(month), as_of).isoformat()


def _among(customer: str, column: str, source: str, *, few: bool) -> str:
    """A condition that a customer is in a set: looked up one by one for few customers, found at once for many."""
    if few:
        return f"EXISTS (SELECT 1 FROM {source} AND {column} = {customer})"
    return f"{customer} IN (SELECT {column} FROM {source})"


def _traded(customer: str, month: str, as_of: date, *, few: bool) -> tuple[str, list[Any]]:
    """A condition that a customer traded in a month, and its parameters."""
    if as_of >= last_day(month) and is_closed(month) and not frozen_lines(month):
        # No board was kept, but it stays all the same: by what was there when it was closed.
        at_close, parameters = customers_at_close(month)
        return _among(customer, "o.customer_id", f"({at_close}) o WHERE 1 = 1", few=few), list(parameters)
    if not anything_after(as_of):
        return _among(customer, "m.customer_id", _TRADED_NOW, few=few), [month]
    period = [iso(first_day(month)), _counted_on(month, as_of)]
    return _among(customer, "o.customer_id", _TRADED_THEN, few=few), [*period, iso(as_of), iso(as_of)]


def _responsible(month: str, as_of: date, person: bytes | None) -> list[tuple[str, list[Any]]]:
    """Who is responsible for whom in a month, and whether they traded: owner_id, customer_id, traded.

    Returns:
        Those who own them, and those who gave them back in the month, as queries with their parameters.
    """
    few = person is not None
    traded, of_traded = _traded("a.customer_id", month, as_of, few=few)
    among = {
        "traded": traded,
        "nobodys": _among("a.customer_id", "c.id", _NOBODYS, few=few),
        "person": "AND a.owner_id = ?" if few else "",
    }
    day, first = _counted_on(month, as_of), iso(first_day(month))
    own = [] if person is None else [person]
    return [
        (_OWNED_THEM.format(**among), [*of_traded, day, day, first, day, *own]),
        (_GAVE_THEM_BACK.format(**among), [first, day, first, *of_traded, day, *own, day, day, first]),
    ]


def _responsible_at_all(month: str, as_of: date, person: bytes | None) -> tuple[str, list[Any]]:
    """Both of them as one query, and its parameters."""
    owned, given_back = _responsible(month, as_of, person)
    return f"{owned[0]} UNION ALL {given_back[0]}", [*owned[1], *given_back[1]]


def _person_counts(month: str, as_of: date, person: bytes | None = None) -> dict[bytes, _Count]:
    frozen = _frozen(month, as_of)
    if any(who != COMPANY for who in frozen):
        late = _late_by_person(month, as_of, person)
        return {
            who: _Count(line.responsible, line.active, True, late.get(who, 0))
            for who, line in frozen.items()
            if who != COMPANY
        }
    published = published_month(month)
    if published is None:
        return _counted_here(month, as_of, person)
    counts = {who: _Count(row.responsible, row.active) for who, row in published.people.items()}
    if published.own is not None and (as_of <= last_day(month) or published.own not in counts):
        # The present month of one's own customers is all here, and newer than what the office published.
        own = _counted_here(month, as_of, published.own)
        counts.pop(published.own, None)
        counts.update({who: count for who, count in own.items() if who == published.own})
    return counts


def _counted_here(month: str, as_of: date, person: bytes | None) -> dict[bytes, _Count]:
    found: dict[bytes, _Count] = {}
    # Each by itself: together they would be sorted by owner, which takes longer than all the rest.
    for query, parameters in _responsible(month, as_of, person):
        for owner, responsible, active in rows(
            "SELECT r.owner_id, CAST(COUNT(*) AS BIGINT), CAST(SUM(r.traded) AS BIGINT)"
            f" FROM ({query}) r GROUP BY r.owner_id",
            parameters,
        ):
            before = found.get(owner, _Count(0, 0))
            found[owner] = _Count(before.responsible + responsible, before.active + active)
    return found


def _frozen(month: str, as_of: date) -> dict[bytes, FrozenLine]:
    """The lines kept at a month's close, by salesperson and of the company.

    Before its last day a month cannot be closed: a question as of an earlier day is answered from the documents.
    """
    if as_of < last_day(month) or not is_closed(month):
        return {}
    return {line.person: line for line in frozen_lines(month)}


def _anyone_late(month: str, as_of: date) -> bool:
    query, parameters = late_customers(month, as_of)
    return one(f"{query} LIMIT 1", parameters) is not None


def _late_by_person(month: str, as_of: date, person: bytes | None) -> dict[bytes, int]:
    """How many of each salesperson's customers trade in a closed month only by what arrived later."""
    if not _anyone_late(month, as_of):
        return {}
    query, parameters = _responsible_at_all(month, as_of, person)
    late, of_late = late_customers(month, as_of)
    return dict(
        rows(
            f"SELECT r.owner_id, CAST(COUNT(*) AS BIGINT) FROM ({query}) r"
            f" WHERE r.traded = 1 AND r.customer_id IN ({late}) GROUP BY r.owner_id",
            (*parameters, *of_late),
        )
    )


def _company_count(month: str, as_of: date, without_blacklisted: bool) -> _Count:
    frozen = None if without_blacklisted else _frozen(month, as_of).get(COMPANY)
    if frozen is not None:
        late = _company_counted(month, as_of, only_late=True).active if _anyone_late(month, as_of) else 0
        return _Count(frozen.responsible, frozen.active, True, late)
    published = published_month(month)
    if published is not None:
        return _Count(published.company.responsible, published.company.active)
    return _company_counted(month, as_of, without_blacklisted=without_blacklisted)


def _company_counted(month: str, as_of: date, *, without_blacklisted: bool = False, only_late: bool = False) -> _Count:
    """The company's line as it stands now.

    Args:
        only_late: of customers that trade in a closed month only by what arrived later.
    """
    day = _counted_on(month, as_of)
    query, parameters = _COMPANY, list[Any]((day, day))
    if only_late:
        late, of_late = late_customers(month, as_of)
        query += f" AND c.id IN ({late})"
        parameters += of_late
    if without_blacklisted:
        query += f" AND {_BLACKLISTED} = 0"
        parameters.append(day)
    # Of those who traded, who are few, each is looked up; all together every one would be asked whether it traded.
    traded, of_traded = _traded("c.id", month, as_of, few=False)
    [[responsible]] = rows(query, parameters)
    [[active]] = rows(f"{query} AND {traded}", [*parameters, *of_traded])
    return _Count(int(responsible), int(active))


def _customers(person: bytes, month: str, as_of: date, *, traded: bool, limit: int | None) -> list[CustomerActivity]:
    query, parameters = _responsible_at_all(month, as_of, person)
    known_later = anything_after(as_of)
    last_trade = "t.last_trade"
    trade_parameters: Sequence[Any] = ()
    if known_later:
        last_trade = f"(SELECT MAX(o.date) FROM orders o WHERE o.customer_id = c.id AND {_SALE})"
        trade_parameters = (iso(as_of), iso(as_of))
    day = _counted_on(month, as_of)
    found = rows(
        f"SELECT * FROM (SELECT c.id, c.code, COALESCE(NULLIF(c.short_name, ''), c.name), {last_trade} AS last_trade,"
        " COALESCE(t.balance, 0),"
        " NOT EXISTS (SELECT 1 FROM assignment k WHERE k.customer_id = c.id AND k.owner_id = r.owner_id"
        " AND k.from_date <= ? AND (k.to_date IS NULL OR k.to_date > ?)) AS given_back"
        f" FROM ({query}) r JOIN customer c ON c.id = r.customer_id"
        " LEFT JOIN customer_total t ON t.customer_id = c.id WHERE r.traded = ?) shown"
        " ORDER BY COALESCE(last_trade, ''), code" + ("" if limit is None else f" LIMIT {int(limit)}"),
        (*trade_parameters, day, day, *parameters, int(traded)),
    )
    return [
        CustomerActivity(
            id_, code, name, traded, bool(given_back),
            date.fromisoformat(last) if last else None,
            _balance_then(id_, as_of) if known_later else balance,
        )
        for id_, code, name, last, balance, given_back in found
    ]  # fmt: skip


def _balance_then(customer: bytes, as_of: date) -> int:
    sums = sums_on(as_of, customer).get(customer)
    return 0 if sums is None else sums.balance
