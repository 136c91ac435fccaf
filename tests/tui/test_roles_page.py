"""The README's table of roles tells what the rights in the code are."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.people import ROLE_NAMES, ROLES
from model.rights import REACH_NAMES, RIGHT_NAMES, RIGHTS, SIGHT_NAMES, SIGHTS, WITHIN_REACH
from tui.roles_page import roles_section, roles_table
from tui.session import REQUESTED_RIGHTS


def test_every_right_and_sight_has_a_name_and_roles_that_there_are() -> None:
    assert RIGHTS.keys() == RIGHT_NAMES.keys()
    assert SIGHTS.keys() == SIGHT_NAMES.keys()
    assert set(ROLES) == set(ROLE_NAMES)
    assert all(set(roles) <= set(ROLES) for roles in (*RIGHTS.values(), *SIGHTS.values()))
    assert REACH_NAMES.keys() <= WITHIN_REACH
    assert RIGHTS.keys() >= REQUESTED_RIGHTS


@pytest.mark.parametrize("right", RIGHTS)
def test_every_right_has_a_row(right: str) -> None:
    [row] = [line for line in roles_table().splitlines() if line.startswith(f"| {RIGHT_NAMES[right]} |")]
    cells = [cell.strip() for cell in row.strip("|").split("|")[1:]]
    assert [role for role, cell in zip(ROLES, cells, strict=True) if cell == "yes"] == [
        role for role in ROLES if role in RIGHTS[right]
    ]


def test_the_readme_shows_the_roles_of_the_rights() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert roles_section().strip() in readme, "run `python -m tui.roles_page` and put its section into the README"
