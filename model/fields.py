"""Column types that both databases keep the same way."""

from __future__ import annotations

from datetime import date
from typing import Any

import peewee


class IdField(peewee.Field):
    """Sixteen bytes (see model.ids), in a BLOB or BYTEA."""

    field_type = "BLOB"

    def db_value(self, value: Any) -> Any:
        return None if value is None else bytes(value)

    def python_value(self, value: Any) -> Any:
        return None if value is None else bytes(value)


class BytesField(IdField):
    """Bytes of any length."""


class FlagField(peewee.Field):
    """Yes or no, kept as 1 or 0 in an integer column of either database."""

    field_type = "BIGINT"

    def db_value(self, value: bool | None) -> int | None:
        return None if value is None else int(value)

    def python_value(self, value: int | None) -> bool | None:
        return None if value is None else bool(value)


class DayField(peewee.Field):
    """A business date, kept as ISO text: it sorts, and its first seven characters are the month."""

    field_type = "TEXT"

    def db_value(self, value: date | str | None) -> str | None:
        return value.isoformat() if isinstance(value, date) else value

    def python_value(self, value: str | None) -> date | None:
        return None if not value else date.fromisoformat(value)


def iso(day: date | None) -> str | None:
    """A date as the databases keep it."""
    return None if day is None else day.isoformat()
