"""Customers that are probably one: found as they arrive, judged together on credit until a person has decided.

Two laptops may each add the same customer. Both are kept; but until somebody says whether they are one, they share
one limit, so that nobody can buy twice on it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from model.aliases import not_merged, resolved
from model.batches import batches
from model.conflicts import Conflict, raise_conflict
from model.context import Context
from model.customers import Customer
from model.errors import N_
from model.leases import lent_in_all
from model.name_candidates import candidates_for_name, core_of, ids_with_phones, sound_of
from model.notices import speaks_for_the_office
from model.remembering import remembered
from model.settlement import reserved_money
from model.store import rows

if TYPE_CHECKING:
    from model.credit import Standing

# What is compared; an edit of anything else makes no duplicate.
COMPARED_FIELDS = frozenset({"name", "phone", "tax_id"})
REASON_NAMES = {
    "tax_id": N_("the same tax number"),
    "phone": N_("the same phone number"),
    "name": N_("the same name"),
    "same_sound": N_("a name said alike"),
    "similar_name": N_("a similar name"),
}
# How sure a likeness makes one, of 100. Two firms of one owner may share a telephone.
SAME_SCORE, SAME_PHONE_SCORE = 100, 95
# A name said alike is as sure as this part of how alike it sounds, in percent.
SOUND_PERCENT, LEAST_SOUND = 92, 95
# What is contained in a name wholly, where it is long enough to mean somebody.
LEAST_CONTAINED, SHORTEST_CONTAINED_CHARACTERS = 90, 4
LEAST_SCORE = 65
# Shorter ones are extensions, or no numbers at all.
SHORTEST_PHONE_DIGITS = 7
CHINA = "86"
CHINESE_MOBILE_DIGITS = 11
# A name says nothing once the words that every company has are left out of it.
SHORTEST_NAME_CHARACTERS = 2
# Of one customer, so that a crowd of namesakes is no crowd squared of questions.
MOST_QUESTIONS = 20
# As much of a name as the database looks for, before it is compared wholly.
NAME_CHARACTERS_SOUGHT = 12
_COMPANY_WORD = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|公司|\b(company|corporation|corp|incorporated|inc|limited|ltd|llc|co))$"
)
_BRACKETED = re.compile(r"[()（）\[\]【】]")
_NOT_IN_A_NAME = re.compile(r"[\W_]+")
_NUMBERS = re.compile(r"[^\d\s()+.-]+")

_OTHERS = """
SELECT c.id, c.name, c.phone, c.tax_id FROM customer c
LEFT JOIN customer_total t ON t.customer_id = c.id
WHERE c.id <> ? AND c.retail = 0 AND (c.closed_on IS NULL OR c.closed_on > ? OR t.balance > 0) AND ({likeness})
ORDER BY c.code
"""


def _narrow(column: str) -> str:
    """SQL for a column with its full-width digits as common ones: what an input method types stands in many cards."""
    for digit, wide in enumerate("０１２３４５６７８９"):
        column = f"REPLACE({column}, '{wide}', '{digit}')"
    return column


_PHONE = _narrow("c.phone")
_TAX_NUMBER = f"UPPER({_narrow('c.tax_id')})"
_OPEN = "SELECT customer_id, field FROM conflict WHERE state = 'open' AND kind = 'duplicate'"


def likely_duplicates(customer: Customer, day: str) -> list[tuple[bytes, str]]:
    """The other customers that are probably this one, each with the first of REASON_NAMES that says so.

    Closed ones count only while they owe something; walk-ins never do.

    Args:
        day: the business date as ISO text.
    """
    if customer.retail:
        return []
    tax, phones, name = plain_tax_number(customer.tax_id), phone_numbers(customer.phone), plain_name(customer.name)
    likenesses: list[str] = []
    parameters: list[object] = [customer.id, day]
    # A wide net that the database can draw in one reading; what it catches is then compared exactly.
    sought = [(_TAX_NUMBER, tax), ("LOWER(c.name)", name[:NAME_CHARACTERS_SOUGHT])]
    for column, text in (*sought, *((_PHONE, number) for number in sorted(phones))):
        if text:
            likenesses.append(f"{column} LIKE ?")
            # Marks and spaces may stand between any two characters.
            parameters.append(f"%{'%'.join(text)}%")
    if not likenesses:
        return []
    found = []
    for id_, other_name, phone, tax_id in rows(_OTHERS.format(likeness=" OR ".join(likenesses)), parameters):
        reason = (
            "tax_id" if tax and plain_tax_number(tax_id) == tax
            else "phone" if phones & phone_numbers(phone)
            else "name" if name and plain_name(other_name) == name
            else ""
        )  # fmt: skip
        if reason:
            found.append((bytes(id_), reason))
    return found


def phone_numbers(text: str) -> frozenset[str]:
    """The telephone numbers in a text, as digits without the country."""
    found = set()
    for number in _NUMBERS.split(unicodedata.normalize("NFKC", text)):
        digits = re.sub(r"\D", "", number)
        if digits.startswith(CHINA) and len(digits) == len(CHINA) + CHINESE_MOBILE_DIGITS:
            digits = digits.removeprefix(CHINA)
        if len(digits) >= SHORTEST_PHONE_DIGITS:
            found.add(digits)
    return frozenset(found)


def plain_name(text: str) -> str:
    """A company's name without spaces, punctuation and the words for company at its end."""
    name, longer = _BRACKETED.sub(" ", unicodedata.normalize("NFKC", text).casefold()), ""
    while name != longer:
        longer, name = name, _COMPANY_WORD.sub("", name.rstrip(" ,.\t\n"))
    name = _NOT_IN_A_NAME.sub("", name)
    return name if len(name) >= SHORTEST_NAME_CHARACTERS else ""


def plain_tax_number(text: str) -> str:
    """A tax number as it is compared: capital letters and digits."""
    return _NOT_IN_A_NAME.sub("", unicodedata.normalize("NFKC", text).upper())


def put_before_the_office(customer: Customer, ctx: Context) -> None:
    """Make a task of each customer that this one probably is; only the office does, and once for each pair."""
    if not speaks_for_the_office(ctx):
        return
    asked = 0
    for other_id, reason in likely_duplicates(customer, ctx.business_date.isoformat()):
        if resolved(other_id) != other_id or _was_asked(customer.id, other_id):
            continue
        asked += 1
        if asked > MOST_QUESTIONS:
            # Each of many that are alike is asked about with some of them, and so belongs to them all.
            return
        other = Customer.get_by_id(other_id)
        raise_conflict(
            ctx, "duplicate", customer=customer.id, field=other_id.hex(), before=reason,
            mine=f"{customer.code} {customer.name}", theirs=f"{other.code} {other.name}",
            concerns=(customer.id, other_id),
        )  # fmt: skip


def similar_customers(
    *, name: str = "", phone: str = "", tax_id: str = "", limit: int = 5, day: date | None = None
) -> list[tuple[bytes, str, str, int, str]]:
    """The customers that one being typed may be already, the likeliest first; walk-ins and closed ones are left out.

    Names are ranked by RapidFuzz over what is compared of them (see `plain_name`), what is a company's own in them
    counting half, and by how they are said. A number must be the same.

    Args:
        limit: no more than so many.
        day: on which closed ones are closed; without it, all are left out that have a day from which they are.

    Returns:
        Of each its id, code, name, how sure the likeness makes one from 0 to 100, and a key of REASON_NAMES.
    """
    wanted, phones, tax = plain_name(name), phone_numbers(phone), plain_tax_number(tax_id)
    ids = [*_ids_with_tax_number(tax_id, tax), *ids_with_phones(sorted(phones)), *candidates_for_name(wanted)]
    found = []
    for id_, code, other, short, other_phone, other_tax in _cards_of(list(dict.fromkeys(ids)), day):
        score, reason = max(_name_likeness(wanted, plain_name(text)) for text in (other, short))
        if tax and plain_tax_number(other_tax) == tax:
            score, reason = SAME_SCORE, "tax_id"
        elif phones & phone_numbers(other_phone) and score < SAME_PHONE_SCORE:
            score, reason = SAME_PHONE_SCORE, "phone"
        if score >= LEAST_SCORE:
            found.append((bytes(id_), str(code), str(other), score, reason))
    return sorted(found, key=lambda one: (-one[3], one[1]))[:limit]


def _ids_with_tax_number(typed: str, tax: str) -> list[bytes]:
    if not tax:
        return []
    forms = sorted({typed.strip(), tax, tax.lower()})
    marks = ", ".join("?" * len(forms))
    return [bytes(row[0]) for row in rows(f"SELECT id FROM customer WHERE tax_id <> '' AND tax_id IN ({marks})", forms)]


def _cards_of(ids: list[bytes], day: date | None) -> list[tuple[Any, ...]]:
    """What is compared of customers: id, code, name, short name, phone, tax number."""
    found: list[tuple[Any, ...]] = []
    for some in batches(ids):
        found += rows(
            "SELECT id, code, name, short_name, phone, tax_id FROM customer WHERE retail = 0"
            f" AND (closed_on IS NULL OR closed_on > ?) AND {not_merged('id')}"
            f" AND id IN ({', '.join('?' * len(some))})",
            ("9999-12-31" if day is None else day.isoformat(), *some),
        )
    return found


def _name_likeness(wanted: str, other: str) -> tuple[int, str]:
    """How sure two plain names make one that they mean the same customer, and why."""
    # Half of what a start takes, and only needed while somebody types.
    from rapidfuzz import fuzz

    if not wanted or not other:
        return 0, ""
    if wanted == other:
        return SAME_SCORE, "name"
    own, others_own = core_of(wanted), core_of(other)
    written = (fuzz.ratio(wanted, other) + fuzz.ratio(own, others_own)) / 2
    if min(len(own), len(others_own)) >= SHORTEST_CONTAINED_CHARACTERS:
        contained = fuzz.partial_ratio(own, others_own)
        if contained >= LEAST_CONTAINED:
            # A name typed in part means the one that it is most of.
            written = max(written, (3 * contained + fuzz.ratio(wanted, other)) / 4)
    said = fuzz.ratio(sound_of(own), sound_of(others_own))
    if own != others_own and said >= LEAST_SOUND and said * SOUND_PERCENT / 100 > written:
        return round(said * SOUND_PERCENT / 100), "same_sound"
    # Names that differ are never as sure as those that do not.
    return min(round(written), SAME_SCORE - 1), "similar_name"


def _was_asked(one_id: bytes, other_id: bytes) -> bool:
    """Whether a person was asked about these two before, or has decided about them, and that still holds."""
    found = rows(
        "SELECT 1 FROM conflict WHERE kind = 'duplicate' AND state <> 'withdrawn'"
        " AND (customer_id = ? AND field = ? OR customer_id = ? AND field = ?) LIMIT 1",
        (one_id, other_id.hex(), other_id, one_id.hex()),
    )
    return bool(found)


def pair_of(conflict: Conflict) -> tuple[bytes, bytes]:
    """The two customers of a likely duplicate as they are now: the one that came later, and the other."""
    return resolved(conflict.customer_id or b""), resolved(bytes.fromhex(conflict.field))


def pooled_with(customer_id: bytes) -> tuple[bytes, ...]:
    """The other customers that are judged together with this one while nobody has decided, in the order of their ids.

    Who is probably the same as one that is probably the same belongs to it.
    """
    undecided = remembered("undecided duplicates", lambda: rows(_OPEN))
    if not undecided:
        return ()
    neighbours: dict[bytes, set[bytes]] = {}
    for one_id, other in undecided:
        pair = resolved(one_id), resolved(bytes.fromhex(other))
        if pair[0] != pair[1]:
            neighbours.setdefault(pair[0], set()).add(pair[1])
            neighbours.setdefault(pair[1], set()).add(pair[0])
    pool, waiting = {bytes(customer_id)}, [bytes(customer_id)]
    while waiting:
        for neighbour in neighbours.get(waiting.pop(), set()) - pool:
            pool.add(neighbour)
            waiting.append(neighbour)
    return tuple(sorted(pool - {bytes(customer_id)}))


def pool_standing(customer_id: bytes, standing: Standing, standing_of: Callable[[bytes], Standing]) -> Standing:
    """The standing by which an order is judged: of the customer and of all that are probably the same, as one.

    What they owe, and what is lent to devices of the others' credit, is added up, and the highest of their limits has
    to do for all; one that is blacklisted or overdue stops each. A customer without likely duplicates keeps its own.

    Args:
        standing: the customer's own.
        standing_of: the own standing of another customer on the same day.
    """
    others = pooled_with(customer_id)
    if not others:
        return standing
    together = [standing, *(standing_of(other) for other in others)]
    return replace(
        standing,
        # Money reserved for an order that waits lowers a balance, but is there for that order alone.
        balance=pooled_balance(together) + sum(lent_in_all(other) + reserved_money(other) for other in others),
        credit_limit=pooled_limit(together),
        blacklisted=any(each.blacklisted for each in together),
        overdue=sum(each.overdue for each in together),
        overdue_bills=tuple(bill for each in together for bill in each.overdue_bills),
    )


def pooled_balance(standings: list[Standing]) -> int:
    """What customers owe together, in minor units: the money of one does not pay for another."""
    return sum(max(standing.balance, 0) for standing in standings)


def pooled_limit(standings: list[Standing]) -> int:
    """The one limit that customers share, in minor units."""
    return max(standing.credit_limit for standing in standings)
