"""The sample company's customers and people: who they are, how they buy and pay, and who owns them."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Literal, TypeVar

from sample_db import names
from sample_db.names import CompanyName, CompanyNames
from sample_db.seasons import Period

T = TypeVar("T")
Life = Literal["steady", "riser", "faller", "dormant", "once", "prospect"]
Habit = Literal["A", "B", "C", "D"]
PaysBy = Literal["bill", "batch", "round"]

OWNED_PERCENT = 70
SHARED_PERCENT = 20
CUSTOMER_SIZES = 5
DAYS_PER_YEAR = 365
TEAMS = ("渠道一部", "渠道二部", "行业部", "门市部")

SEGMENT_SHARES = (
    (names.RESELLER, 36), (names.INTEGRATOR, 18), (names.SHOP, 14), (names.EDUCATION, 11), (names.CAFE, 8),
    (names.COMPANY, 8), (names.GOVERNMENT, 5),
)  # fmt: skip
SIZE_SHARES = (44, 30, 15, 8, 3)
DAYS_BETWEEN_ORDERS = (37, 27, 18, 12, 7)
LIVES_OF_OWNED: tuple[tuple[Life, int], ...] = (
    ("steady", 63), ("riser", 12), ("faller", 11), ("dormant", 8), ("once", 2), ("prospect", 4),
)  # fmt: skip
LIVES_OF_SHARED: tuple[tuple[Life, int], ...] = (
    ("steady", 14), ("riser", 3), ("faller", 8), ("dormant", 42), ("once", 22), ("prospect", 11),
)  # fmt: skip
LIVES_OF_RETAIL: tuple[tuple[Life, int], ...] = (("steady", 50), ("dormant", 20), ("once", 30))
HABIT_SHARES: tuple[tuple[Habit, int], ...] = (("A", 56), ("B", 18), ("C", 16), ("D", 10))
PAYS_BY_SHARES: tuple[tuple[PaysBy, int], ...] = (("bill", 60), ("batch", 30), ("round", 10))
NOTES = (
    "老板爱喝茶，报价先打电话",
    "要专票，月底前开",
    "送货到地下一层库房",
    "只收原装耗材",
    "价格敏感，常比三家",
    "周三下午对账",
)


@dataclass(frozen=True, slots=True)
class Person:
    """One of the company's people; `diligence_percent` moves how often their customers buy."""

    code: str
    name: str
    role: str
    team: str
    diligence_percent: int = 100


@dataclass(slots=True)
class Span:
    """One stretch of ownership, half-open; `until` is empty for the present one."""

    owner: int
    since: int
    until: int | None
    by: str


@dataclass(slots=True)
class Term:
    """A credit term from a day on; one with `until` is a temporary limit."""

    since: int
    days: int
    month_end: bool
    limit_minor: int
    until: int | None
    reason: str


@dataclass(slots=True)
class Customer:
    """One customer: the master data and what its trade is made from."""

    code: str
    company: CompanyName
    contact: str
    phone: str
    address: str
    bank_account: str
    tax_id: str
    kind: str
    created: int
    life: Life
    size: int
    days_between_orders: float
    usual_lines: int
    habit: Habit
    pays_by: PaysBy
    spans: list[Span] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    stops_on: int | None = None
    stops_paying_on: int | None = None
    closed_on: int | None = None
    label: str = ""
    note: str = ""

    @property
    def blacklisted(self) -> bool:
        """A customer that stopped paying was put on the blacklist."""
        return self.stops_paying_on is not None

    def owner_on(self, day: int) -> int | None:
        """The position of the salesperson who owns the customer on a day, if one does."""
        for span in self.spans:
            if span.since <= day and (span.until is None or day < span.until):
                return span.owner
        return None

    def term_on(self, day: int) -> Term:
        """The lasting term on a day; temporary limits change no days."""
        found = self.terms[0]
        for term in self.terms:
            if term.since <= day and term.until is None:
                found = term
        return found

    @property
    def present_term(self) -> Term:
        """The lasting term of today."""
        return [term for term in self.terms if term.until is None][-1]


def pick(rng: Random, shares: tuple[tuple[T, int], ...]) -> T:
    """One of several things by their shares."""
    point = rng.randrange(sum(share for _, share in shares))
    for thing, share in shares:
        point -= share
        if point < 0:
            return thing
    raise AssertionError("shares are positive")


def make_people(rng: Random, salespeople: int) -> list[Person]:
    """The salespeople in teams, then a manager, a finance person and an administrator."""
    width = max(2, len(str(salespeople)))
    people = []
    for number in range(1, salespeople + 1):
        team = TEAMS[(number - 1) * len(TEAMS) // salespeople]
        # Diligence is spread evenly and mixed, so that the board has a top and a bottom in every team.
        diligence = 52 + (number * 7 % salespeople) * 104 // salespeople
        people.append(Person(f"S{number:0{width}d}", names.person_name(rng), "sales", team, diligence))
    people.append(Person("M01", names.person_name(rng), "manager", "销售部"))
    people.append(Person("F01", names.person_name(rng), "finance", "财务部"))
    people.append(Person("A01", names.person_name(rng), "admin", "信息部"))
    return people


def make_customers(
    rng: Random, period: Period, people: list[Person], count: int, interval_percent: int, lines_typical: int
) -> list[Customer]:
    """All customers in the order of their codes; about half were there before the history begins."""
    company_names = CompanyNames(rng)
    sellers = [position for position, person in enumerate(people) if person.role == "sales"]
    width = max(4, len(str(count)))
    made = []
    blacklisted_left = max(3, count // 75)
    for number in range(1, count + 1):
        customer = _customer(rng, period, company_names, f"C{number:0{width}d}")
        customer.spans = _ownership(rng, period, customer, sellers)
        owner = customer.spans[-1].owner if customer.spans else None
        diligence = people[owner].diligence_percent if owner is not None else 80
        base = DAYS_BETWEEN_ORDERS[customer.size] * interval_percent / diligence
        customer.days_between_orders = base * (0.6 + 0.8 * rng.random())
        customer.usual_lines = max(1, lines_typical + rng.randint(-2, 2))
        customer.terms = _terms(rng, period, customer)
        if blacklisted_left and _may_go_bad(customer, period):
            blacklisted_left -= 1
            _go_bad(rng, customer)
        made.append(customer)
    return made


def _customer(rng: Random, period: Period, company_names: CompanyNames, code: str) -> Customer:
    point = rng.randrange(100)
    kind = "owned" if point < OWNED_PERCENT else "shared"
    if point >= OWNED_PERCENT + SHARED_PERCENT:
        kind = "retail"
    curated = company_names.curated()
    if curated is not None:
        kind = "retail" if curated.segment == names.WALK_IN else "owned" if kind == "retail" else kind
    company = curated or company_names.of(names.WALK_IN if kind == "retail" else pick(rng, SEGMENT_SHARES))
    lives = {"owned": LIVES_OF_OWNED, "shared": LIVES_OF_SHARED, "retail": LIVES_OF_RETAIL}[kind]
    life = pick(rng, lives)
    size = 0 if kind == "retail" else pick(rng, tuple(enumerate(SIZE_SHARES)))
    created = _created(rng, period, life)
    if company.short_name == names.SHOWN_CUSTOMER:
        # Everyone looks at this one first: it has bought well for the whole three years.
        kind, life, size, created = "owned", "steady", 3, -2 * DAYS_PER_YEAR
    stops_on = _stops_on(rng, period, created) if life == "dormant" else None
    is_company = kind != "retail"
    return Customer(
        code=code,
        company=company,
        contact=names.contact_name(rng),
        phone=names.phone(rng),
        address=company_names.address(company) if rng.random() < 0.9 else "",
        bank_account=names.bank_account(rng) if is_company and rng.random() < 0.45 else "",
        tax_id=names.tax_id(rng) if is_company and rng.random() < 0.6 else "",
        kind=kind,
        created=created,
        life=life,
        size=size,
        days_between_orders=0.0,
        usual_lines=1,
        habit=pick(rng, HABIT_SHARES),
        pays_by=pick(rng, PAYS_BY_SHARES),
        stops_on=stops_on,
        closed_on=_closed_on(rng, period, stops_on),
        label="重点" if size == CUSTOMER_SIZES - 1 else "",
        note=rng.choice(NOTES) if rng.random() < 0.12 else "",
    )


def _created(rng: Random, period: Period, life: Life) -> int:
    """The day a customer was first written down; negative before the history begins."""
    if life == "prospect":
        return period.last - rng.randint(5, 400)
    if rng.random() < 0.52:
        return -rng.randint(20, 6 * DAYS_PER_YEAR)
    return rng.randint(0, period.last - 12)


def _stops_on(rng: Random, period: Period, created: int) -> int:
    """The day after which a customer going dormant buys no more, mostly months ago."""
    first = max(created, 0) + 60
    return rng.randint(min(first, period.last - 45), max(first, period.last - 45))


def _closed_on(rng: Random, period: Period, stops_on: int | None) -> int | None:
    """A few of those who stopped long ago gave up their business."""
    if stops_on is None or stops_on > period.last - DAYS_PER_YEAR or rng.random() > 0.15:
        return None
    return stops_on + rng.randint(210, 330)


def _ownership(rng: Random, period: Period, customer: Customer, sellers: list[int]) -> list[Span]:
    if customer.kind == "retail":
        return []
    owner = rng.choice(sellers)
    if customer.kind == "shared":
        if customer.life in ("once", "prospect") or rng.random() < 0.35:
            return []
        # Given back to the pool some months after it last bought.
        earliest = (customer.stops_on if customer.stops_on is not None else period.last // 2) + 90
        released = min(period.last - 1, earliest + rng.randint(0, 150))
        if released <= customer.created:
            return []
        return [Span(owner, customer.created, released, "release")]
    start = max(customer.created, 0)
    room = period.last - start
    point = rng.random()
    if room < 200 or point < 0.76:
        return [Span(owner, customer.created, None, "office")]
    handed_over = start + rng.randint(60, room - 40)
    if point < 0.88:
        successor = rng.choice([seller for seller in sellers if seller != owner])
        return [
            Span(owner, customer.created, handed_over, "office"),
            Span(successor, handed_over, None, "office"),
        ]
    if point < 0.95:
        claimant = rng.choice([seller for seller in sellers if seller != owner])
        claimed = min(period.last - 2, handed_over + rng.randint(15, 120))
        return [Span(owner, customer.created, handed_over, "release"), Span(claimant, claimed, None, "claim")]
    return [Span(owner, handed_over, None, "claim")]


def _terms(rng: Random, period: Period, customer: Customer) -> list[Term]:
    """New customers prepay; the known ones were granted days, in one or two steps.

    The limits are set when the trade is known: a limit follows the size of a customer's business.
    """
    prepaid = Term(customer.created, 0, False, 0, None, "新客户，先款后货")
    may_have_credit = customer.kind != "retail" and customer.life not in ("once", "prospect")
    if not may_have_credit or rng.random() < (0.38, 0.24, 0.12, 0.04, 0.0)[customer.size]:
        return [prepaid]
    days = rng.choice(((7, 15), (7, 15, 30), (15, 30, 30), (30, 30, 45), (30, 45, 60))[min(customer.size, 4)])
    month_end = rng.random() < 0.22
    if month_end:
        days = rng.choice((0, 10, 15, 30)) if customer.size < 3 else rng.choice((15, 30))
    if customer.created < -DAYS_PER_YEAR:
        terms = [Term(customer.created, days, month_end, 0, None, "")]
    else:
        granted = max(customer.created, 0) + rng.randint(60, 150)
        if granted > period.last - 10:
            return [prepaid]
        terms = [prepaid, Term(granted, days, month_end, 0, None, "合作三个月，准予放账")]
    last = terms[-1]
    if customer.size >= 1 and rng.random() < 0.25 and last.since < period.last - 260:
        raised = max(last.since, 0) + rng.randint(120, 240)
        terms.append(Term(raised, min(60, last.days + 15), month_end, 0, None, "回款及时，账期放宽"))
    return terms


def _may_go_bad(customer: Customer, period: Period) -> bool:
    has_credit = customer.present_term.days > 0
    return (
        has_credit
        and customer.life == "dormant"
        and customer.size <= 2
        and customer.closed_on is None
        and customer.stops_on is not None
        and 200 < customer.stops_on < period.last - 150
    )


def _go_bad(rng: Random, customer: Customer) -> None:
    """Buys a last time on credit and is not seen again."""
    assert customer.stops_on is not None
    customer.stops_paying_on = customer.stops_on - rng.randint(15, 60)
    customer.habit = "D"
    customer.note = "多次催款无果，已列入黑名单"
