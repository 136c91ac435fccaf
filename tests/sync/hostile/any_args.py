"""Arguments of every kind of change, well typed and otherwise arbitrary."""

from __future__ import annotations

import datetime
import types
import typing
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from model.changes.kind import Args
from model.customers import CARD_FIELDS
from model.orders import LOST_REASONS
from model.receipts import KINDS
from model.settings import DEFAULTS
from tests.sync.offices import FIRST_DAY

NUMBERS = (0, 1, -1, 2, 100, 1_000, 10_000, 10**6, 10**10, 10**13, 2**31, 2**53, 2**63 - 1, 2**63, 2**64 - 1, -(2**63))
WORDS = (
    "", "x", "called", "王芳", "2026-11-23", "0001-01-01", "13800000001", "X/2", "a b", "\0", "a\x1fb", "\u2028",
    "'; --", "{number}", "%s", "-1", "0.01", "80", "yes", "Asia/Shanghai", "sales", "admin", "month_end", "x" * 2_001,
    *KINDS, *LOST_REASONS, *DEFAULTS, *CARD_FIELDS, "closed_on",
)  # fmt: skip
DAYS = (
    FIRST_DAY, FIRST_DAY - timedelta(days=1), FIRST_DAY + timedelta(days=1), date(2026, 1, 1), date(1900, 1, 1),
    date.min, date.max,
)  # fmt: skip


def any_args(kind: type[Args], ids: list[bytes]) -> SearchStrategy[Args]:
    """Arguments of a kind; ids are mostly those of rows that there are."""
    return st.builds(kind, **_fields(kind, ids))


def _fields(kind: type[msgspec.Struct], ids: list[bytes]) -> Mapping[str, SearchStrategy[Any]]:
    return {name: _any(hint, ids) for name, hint in typing.get_type_hints(kind).items()}


def _any(hint: Any, ids: list[bytes]) -> SearchStrategy[Any]:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return st.one_of(*(_any(one, ids) for one in inner))
    if origin is tuple:
        parts = inner[:1] if inner[-1] is Ellipsis else inner
        if inner[-1] is Ellipsis:
            return st.lists(_any(parts[0], ids), max_size=3).map(tuple)
        return st.tuples(*(_any(one, ids) for one in parts))
    if origin is dict:
        names = st.sampled_from((*CARD_FIELDS, "closed_on", "owner_id"))
        return st.dictionaries(names, _any(inner[1], ids), max_size=3)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return st.builds(hint, **_fields(hint, ids))
    return _PLAIN[hint](ids)


_PLAIN: dict[Any, Any] = {
    bytes: lambda ids: st.one_of(
        st.sampled_from(ids), st.sampled_from(ids), st.binary(min_size=16, max_size=16), st.binary(max_size=20)
    ),
    int: lambda _ids: st.one_of(st.sampled_from(NUMBERS), st.integers(-(2**63), 2**64 - 1), st.integers(1, 20)),
    str: lambda _ids: st.one_of(st.sampled_from(WORDS), st.text(st.characters(codec="utf-8"), max_size=12)),
    bool: lambda _ids: st.booleans(),
    date: lambda _ids: st.one_of(st.sampled_from(DAYS), st.dates()),
    datetime.date: lambda _ids: st.one_of(st.sampled_from(DAYS), st.dates()),
    type(None): lambda _ids: st.none(),
}
