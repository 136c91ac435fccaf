"""Customers whose names have something in common with one that is being typed: few enough to compare each exactly.

Pieces of the name are asked of the search index one by one. A piece that very many names have is asked for longer, so
that 北京 and 科技 bring nobody and what is rare in a name brings all who share it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from model.aliases import not_merged
from model.pinyin import COMPANY_WORD, is_ideograph, readings
from model.search_index import INITIALS_CHARACTERS, PART, plain, runs_of, searches_by_index
from model.store import rows

# As far as the index answers for the beginnings of words by itself.
PIECE_CHARACTERS = (2, 3, 4)
LONGEST_NAME_CHARACTERS = 40
# A piece that so many names have says little.
MOST_OF_A_PIECE = 300
MOST_CANDIDATES = 400
SHORTEST_CORE_CHARACTERS = 2

_MATCHING = "SELECT rowid FROM customer_search WHERE customer_search MATCH ? LIMIT ?"
_IDS = "SELECT r.id FROM json_each(?) j JOIN customer_search_row r ON r.row = j.value"
_LIKE = f"SELECT id FROM customer WHERE LOWER(name) LIKE ? AND {not_merged('id')} ORDER BY code LIMIT {MOST_CANDIDATES}"


def core_of(name: str) -> str:
    """What is a company's own in its plain name: without its city and its trade, where something is left then."""
    core = COMPANY_WORD.sub("", name)
    return core if len(core) >= SHORTEST_CORE_CHARACTERS else name


def sound_of(name: str) -> str:
    """A plain name as it is usually said, in letters."""
    return "".join((readings(part) or (part,))[0] for part in PART.findall(name))


def candidates_for_name(name: str) -> list[bytes]:
    """The customers whose names share the most with this one, as far as an index can tell.

    Args:
        name: plain, as model.duplicates compares it.
    """
    if not searches_by_index():
        return [bytes(row[0]) for row in rows(_LIKE, (f"%{core_of(name)}%",))] if name else []
    shared: Counter[int] = Counter()
    for beginnings in _pieces(name):
        shared.update(_matches_of_rarest(beginnings))
    for question in _by_sound(name):
        shared.update(_matches(question))
    return _ids_of([row for row, _count in shared.most_common(MOST_CANDIDATES)])


def ids_with_phones(numbers: Sequence[str]) -> list[bytes]:
    """The customers that may have one of these telephone numbers, given as digits."""
    if not searches_by_index():
        return []
    # Of each number the index has its last eight digits, or all of a shorter one.
    return _ids_of([row for number in numbers for row in _matches(f'digits : "{number[-8:]}"')])


def _pieces(name: str) -> Iterator[list[str]]:
    """Beginnings of each place of a name where a word may begin, the shortest first."""
    for run in runs_of(plain(name, LONGEST_NAME_CHARACTERS)):
        for part in PART.finditer(run):
            if is_ideograph(part.group()):
                found = [run[part.start() : part.start() + length] for length in PIECE_CHARACTERS]
                yield [piece for piece in dict.fromkeys(found) if len(piece) > 1]
            elif len(part.group()) > 1:
                yield [part.group()]


def _matches_of_rarest(beginnings: Sequence[str]) -> list[int]:
    found: list[int] = []
    for piece in beginnings:
        found = _matches(f'words : "{piece}" *')
        if len(found) < MOST_OF_A_PIECE:
            break
    return found


def _by_sound(name: str) -> Iterator[str]:
    """Questions for names that are written otherwise and said alike."""
    core = core_of(name)
    said = [readings(character) for character in core if is_ideograph(character)]
    if len(said) < SHORTEST_CORE_CHARACTERS:
        if core.isascii() and core.isalpha():
            # Typed in letters: the initials of somebody's name, or its first syllables run together.
            yield f'initials : "{core[:INITIALS_CHARACTERS]}" *'
        return
    yield " AND ".join(f'syllables : "{reading[0]}"' for reading in said if reading)


def _matches(question: str) -> list[int]:
    return [int(row) for (row,) in rows(_MATCHING, (question, MOST_OF_A_PIECE))] if question else []


def _ids_of(found: Sequence[int]) -> list[bytes]:
    return [bytes(row[0]) for row in rows(_IDS, (json.dumps(list(dict.fromkeys(found))),))] if found else []
