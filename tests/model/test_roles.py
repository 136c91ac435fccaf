"""Somebody gets another role: the leaders give it, nobody to themselves, and it is undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from model.changes.company import AddSalesperson, SetRole, SetWorksHere
from model.changes.recording import last_undoable
from model.changes.undo import UndoChange
from model.errors import InputError, Refused
from model.ids import new_id
from model.people import salesperson_by_code
from tests.model.company import Company, company

TODAY = date(2026, 3, 10)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as made:
        for code, role in (("S1", "sales"), ("M", "manager"), ("F", "finance"), ("X", "admin")):
            made.salesperson(code, role)
        yield made


def give(desk: Company, person: str, role: str, by: str = "M") -> None:
    desk.do(SetRole(person=desk.ids[person], role=role), by)


def test_a_manager_gives_a_role_and_takes_it_back(desk: Company) -> None:
    give(desk, "S1", "finance")
    assert salesperson_by_code("S1").role == "finance"
    desk.do(UndoChange(uid=last_undoable(desk.ids["M"]).uid), "M")
    assert salesperson_by_code("S1").role == "sales"


@pytest.mark.parametrize(
    ("person", "role", "by"), [("S1", "manager", "F"), ("S1", "manager", "S1"), ("M", "admin", "M")]
)
def test_nobody_else_does_and_nobody_to_themselves(desk: Company, person: str, role: str, by: str) -> None:
    with pytest.raises(Refused):
        give(desk, person, role, by)


def test_only_an_admin_makes_admins_and_takes_that_from_them(desk: Company) -> None:
    for deed in (
        SetRole(person=desk.ids["S1"], role="admin"), SetRole(person=desk.ids["X"], role="sales"),
        SetWorksHere(person=desk.ids["X"], active=False),
        AddSalesperson(id=new_id(), code="Y", name="Person Y", role="admin"),
    ):  # fmt: skip
        with pytest.raises(Refused, match="ask someone whose role"):
            desk.do(deed, "M")
    give(desk, "S1", "admin", by="X")
    assert salesperson_by_code("S1").role == "admin"


def test_there_are_no_other_roles(desk: Company) -> None:
    with pytest.raises(InputError, match="no role chief"):
        give(desk, "S1", "chief")
