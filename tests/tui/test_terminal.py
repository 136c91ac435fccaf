"""The installed command in a real terminal, from the sample company to quitting."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from shutil import copytree

import pytest

from tests.conftest import SAMPLE_DAY
from tests.tui.terminal import ignore_hangups, installed_command, terminal

TODAY = SAMPLE_DAY.isoformat()


@pytest.fixture
def sample(sample_company: Path, tmp_path: Path) -> Path:
    return Path(copytree(sample_company, tmp_path / "company"))


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 40)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_customer_is_found_by_initials_and_its_archive_read(
    sample: Path, columns: int, lines: int, language: str
) -> None:
    with terminal("--store", str(sample), "--lang", language, columns=columns, lines=lines, today=TODAY) as shown:
        shown.wait("2026-11")
        shown.press("f3")
        shown.wait("C0001")
        shown.press("/", "lxzg")
        shown.wait(lambda text: "联想中关村" in text and "C0002" not in text)
        shown.press("enter", "enter")
        shown.wait("北京联想中关村电子经营部")
        shown.press("f6")
        shown.wait("2026-11")
        shown.press("ctrl+q")
        assert shown.wait_for_end() == 0


def test_a_second_screen_on_the_same_store_is_refused(sample: Path) -> None:
    with terminal("--store", str(sample), "--lang", "en", today=TODAY) as first:
        first.wait("customers traded")
        first.press("f3")
        first.wait("C0001")
        with terminal("--store", str(sample), "--lang", "en", today=TODAY) as second:
            second.wait("open already")
            assert second.wait_for_end() == 1
        # The command line writes beside the screen, and the screen notices.
        subprocess.run(
            [
                *installed_command(), "customer", "add", "--store", str(sample), "--lang", "en",
                "A0000", "--name", "Beside the screen",
            ],
            check=True, capture_output=True, env={"HUOKE_TODAY": TODAY, "PATH": "", "PYTHONPATH": "."},
        )  # fmt: skip
        # Its row stands above the first one shown: nothing jumps, the count tells of it.
        first.wait("596 shown")


def test_a_closed_terminal_ends_the_app_even_where_hangups_were_ignored(sample: Path) -> None:
    with terminal("--store", str(sample), today=TODAY, preexec=ignore_hangups) as shown:
        shown.wait("2026-11")
        shown.hang_up()
        assert shown.ended_by_signal() == signal.SIGHUP
