"""The benchmark runs and prints its ratios; it never judges a time."""

from __future__ import annotations

import pytest

from tests.benchmarks import desk


def test_the_benchmark_measures_each_thing_and_its_floor(capsys: pytest.CaptureFixture[str]) -> None:
    measured = desk.report(orders=3)
    assert len(measured) >= 2
    assert all(seconds > 0 and floor > 0 for _name, seconds, floor in measured)
