"""Runs the simulator for as long as one likes: `python -m tests.simulation.run --minutes 60 --processes 2`."""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator

from tests.simulation.world import STEPS, Outcome, found_company, run_seed, scratch

SECONDS_PER_MINUTE = 60
REPORT_EVERY_SECONDS = 60


def main() -> int:
    """Run seeds until the time is up, and print every one in which something did not hold."""
    wanted = _arguments()
    until = time.monotonic() + wanted.minutes * SECONDS_PER_MINUTE
    if wanted.seed is not None:
        outcomes: Iterator[Outcome] = _outcomes(wanted.seed, 1, wanted.steps, until, most=1)
        return _follow(outcomes, wanted.minutes)
    if wanted.processes == 1:
        return _follow(_outcomes(wanted.first, 1, wanted.steps, until), wanted.minutes)
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    workers = [
        context.Process(target=_work, args=(told, wanted.first + place, wanted.processes, wanted.steps, wanted.minutes))
        for place in range(wanted.processes)
    ]
    for worker in workers:
        worker.start()
    failed = _follow(_heard(told, len(workers)), wanted.minutes)
    for worker in workers:
        worker.join()
    return failed


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--steps", type=int, default=STEPS, help="how much happens in a run")
    parser.add_argument("--seed", type=int, help="only this one, with its story")
    return parser.parse_args()


def _outcomes(first: int, stride: int, steps: int, until: float, most: int | None = None) -> Iterator[Outcome]:
    folder = scratch()
    try:
        founded = found_company(folder / "founded")
        for seed in itertools.islice(itertools.count(first, stride), most):
            if most is None and time.monotonic() >= until:
                return
            yield run_seed(founded, folder, seed, steps=steps)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _work(told: multiprocessing.Queue[Outcome | None], first: int, stride: int, steps: int, minutes: float) -> None:
    until = time.monotonic() + minutes * SECONDS_PER_MINUTE
    for outcome in _outcomes(first, stride, steps, until):
        told.put(outcome.without_state())
    told.put(None)


def _heard(told: multiprocessing.Queue[Outcome | None], workers: int) -> Iterator[Outcome]:
    while workers:
        outcome = told.get()
        if outcome is None:
            workers -= 1
        else:
            yield outcome


def _follow(outcomes: Iterator[Outcome], minutes: float) -> int:
    """Print how it goes.

    Returns:
        1 where something did not hold.
    """
    began = told_at = time.monotonic()
    seeds, operations, failed = 0, 0, []
    counted: Counter[str] = Counter()
    for outcome in outcomes:
        seeds, operations = seeds + 1, operations + outcome.operations
        counted += outcome.counted
        if outcome.fault is not None:
            failed.append(outcome.seed)
            print(outcome, flush=True)
        if time.monotonic() - told_at > REPORT_EVERY_SECONDS:
            told_at = time.monotonic()
            rate = operations / (told_at - began)
            print(f"{seeds} seeds, {operations} operations, {rate:.0f} a second, {len(failed)} violations", flush=True)
    seconds = max(time.monotonic() - began, 0.001)
    print(", ".join(f"{what} {count}" for what, count in counted.most_common()))
    print(
        f"{seeds} seeds, {operations} operations in {seconds:.0f} s, {operations / seconds:.0f} a second,"
        f" violations: {failed or 'none'}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
