"""The README's table of roles: who may do and see what, from the one table of rights.

`python -m tui.roles_page` prints it.
"""

from __future__ import annotations

from model.people import ROLES
from model.rights import ANYBODYS, REACH_NAMES, RIGHT_NAMES, RIGHTS, SIGHT_NAMES, SIGHTS

YES, NO, ASKS = "yes", "–", "asks the office"
OWN, BY_SETTING = "own, pool and retail", "by a setting"
HEADING = "## Roles"
# What a salesperson sees only where the company wants it so.
SET_BY_THE_COMPANY = {"see_cost": "cost_visible_to_sales"}


def roles_table() -> str:
    """The table in Markdown, in English."""
    lines = [f"| what | {' | '.join(ROLES)} |", "| --- |" + " --- |" * len(ROLES)]
    lines += [_row(name, dict.fromkeys(ROLES, YES)) for name in ANYBODYS]
    lines += [_row(name, {role: OWN if role == "sales" else YES for role in ROLES}) for name in REACH_NAMES.values()]
    lines += [_row(RIGHT_NAMES[right], {role: _may(right, role) for role in ROLES}) for right in RIGHTS]
    lines += [_row(SIGHT_NAMES[sight], {role: _sees(sight, role) for role in ROLES}) for sight in SIGHTS]
    return "\n".join(lines)


def roles_section() -> str:
    """The section of the README."""
    return f"""{HEADING}

A salesperson's code says who sits at a store (`huoke me CODE`, or the office that a laptop has joined); its role says
what they may do. Where nobody sits, everything may be done. A refusal names the roles that could.

{roles_table()}

The company's settings are also its products, costs, people and the rule of performance credit. "{OWN}" holds on a
laptop that has joined an office; in a store of one's own nobody's customers are hidden. "{ASKS}" becomes a request
there, and is refused elsewhere. "{BY_SETTING}" is `{SET_BY_THE_COMPANY["see_cost"]}`: with `no`, cost
and margin are empty for a salesperson, and never reach their laptop. People's devices, enrolment codes, backups and
imports of a company with a server belong to whoever has the server's machine (`huoke server`), whatever their role.
"""


def _row(name: str, cells: dict[str, str]) -> str:
    return f"| {name} | {' | '.join(cells[role] for role in ROLES)} |"


def _may(right: str, role: str) -> str:
    from tui.session import REQUESTED_RIGHTS

    if role in RIGHTS[right]:
        return YES
    return ASKS if role == "sales" and right in REQUESTED_RIGHTS else NO


def _sees(sight: str, role: str) -> str:
    if role in SIGHTS[sight]:
        return YES
    return BY_SETTING if sight in SET_BY_THE_COMPANY else NO


if __name__ == "__main__":
    print(roles_section())
