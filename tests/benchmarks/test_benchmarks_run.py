"""The benchmark runs and prints its ratios; it never judges a time."""

from __future__ import annotations

import pytest

from tests.benchmarks import bootstrap, desk, exchange


def test_the_benchmark_measures_each_thing_and_its_floor(capsys: pytest.CaptureFixture[str]) -> None:
    measured = desk.report(orders=3)
    assert len(measured) >= 2
    assert all(seconds > 0 and floor > 0 for _name, seconds, floor in measured)


def test_the_benchmark_of_exchanges_prints_each_of_its_ratios(capsys: pytest.CaptureFixture[str]) -> None:
    exchange.report(laptops=1)
    printed = capsys.readouterr().out
    for what in ("beyond the payload", "cold: 1 request", "warm: 1 request", "× the bulk insert of the same rows"):
        assert what in printed


def test_the_benchmark_of_new_laptops_measures_them_and_their_floor(capsys: pytest.CaptureFixture[str]) -> None:
    measured = bootstrap.report(orders=200)
    assert "packed at the office" in capsys.readouterr().out
    assert all(seconds > 0 and floor > 0 for _name, seconds, floor in measured)
