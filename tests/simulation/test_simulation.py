"""The simulated company: whatever happens to machines and lines, every invariant holds, and one seed is one run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.mutants import MUTANTS, caught_by
from tests.simulation.world import EVERY_LATER_RELEASE, Founded, found_company, run_seed, scratch

# A range as `20-40`, or a number: so many from the first on.
SEEDS = os.environ.get("HUOKE_SIM_SEEDS", "6")
# Of the deliberate faults, those that the first seeds find: the others are for `python -m tests.simulation.mutants`.
QUICK_MUTANTS = ("sequence cursor", "tombstone omitted", "rejudge omitted")
SEEDS_PER_MUTANT = 6


def _seeds() -> range:
    first, _, last = SEEDS.rpartition("-")
    return range(int(first), int(last) + 1) if first else range(int(last))


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    folder = scratch()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def founded(place: Path) -> Founded:
    return found_company(place / "founded")


@pytest.mark.parametrize("seed", _seeds())
def test_every_invariant_holds_whatever_happens(founded: Founded, place: Path, seed: int) -> None:
    outcome = run_seed(founded, place, seed)
    if outcome.fault is not None:
        pytest.fail(str(outcome), pytrace=False)


def test_a_seed_is_one_run_and_wrong_clocks_change_nothing_of_it(founded: Founded, place: Path) -> None:
    skewed, again, straight = (run_seed(founded, place, 1, skewed=skewed) for skewed in (True, True, False))
    assert [outcome.fault for outcome in (skewed, again, straight)] == [None] * 3
    assert skewed.told == again.told == straight.told
    assert skewed.state == again.state == straight.state


def test_in_a_run_of_two_releases_a_laptop_too_old_to_pull_goes_on_pushing(founded: Founded, place: Path) -> None:
    # When it falls behind is chance, and so is whether it syncs before it is updated.
    outcomes = [run_seed(founded, place, EVERY_LATER_RELEASE * run) for run in (1, 2, 3)]
    assert [outcome.fault for outcome in outcomes] == [None] * 3
    assert sum(outcome.counted["only push"] for outcome in outcomes) > 0


@pytest.mark.parametrize("name", QUICK_MUTANTS)
def test_a_deliberate_fault_is_caught(founded: Founded, place: Path, name: str) -> None:
    [mutant] = [mutant for mutant in MUTANTS if mutant.name == name]
    assert caught_by(mutant, founded, place, range(SEEDS_PER_MUTANT)) is not None
