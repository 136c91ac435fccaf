"""Who may import whom, and what a start of the command line may load."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LATE = ("textual", "plotext", "httpx", "openpyxl", "pypinyin")
DATABASE = ("peewee",)
LONGEST_SECONDS = 120


def loaded_by(*words: str) -> set[str]:
    """The top packages a command line has loaded when it ends."""
    program = (
        "import sys\nfrom tui.cli.main import main\nstatus = main(sys.argv[1:])\n"
        "print('|'.join(sorted({name.partition('.')[0] for name in sys.modules})), file=sys.stderr)\nsys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=LONGEST_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split("|"))


def test_the_help_loads_neither_screens_nor_database() -> None:
    assert loaded_by("--help").isdisjoint((*LATE, *DATABASE))


@pytest.mark.parametrize("words", [("log",), ("order", "--help"), ("report", "balance"), ("salesperson", "list")])
def test_a_verb_loads_only_what_it_needs(tmp_path: Path, words: tuple[str, ...]) -> None:
    store = ("--store", str(tmp_path / "store"))
    loaded_by("salesperson", "add", "LI", "Li", *store)
    assert loaded_by(*words, *store).isdisjoint(LATE)


def test_the_import_contracts_are_kept() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [command, "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
