"""The installed command in a real terminal: keys go in through a pty, and what a person would see comes out."""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pyte

PATIENCE_SECONDS = 60
KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "down": "\x1b[B",
    "up": "\x1b[A",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f10": "\x1b[21~",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
}


def installed_command() -> list[str]:
    """The command as it was installed beside this Python; the same module where only the sources are there."""
    installed = shutil.which("huoke", path=str(Path(sys.executable).parent))
    return [installed] if installed else [sys.executable, "-m", "tui.cli.main"]


class Terminal:
    """A terminal with Huoke running in it."""

    def __init__(
        self, arguments: list[str], columns: int, lines: int, today: str, preexec: Callable[[], None] | None = None
    ) -> None:
        command = [*installed_command(), *arguments]
        environment = {
            **{name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TEXTUAL_DRIVER")},
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
            "HUOKE_TODAY": today,
        }
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self.process = pexpect.spawn(
            command[0],
            command[1:],
            dimensions=(lines, columns),
            env=environment,
            timeout=PATIENCE_SECONDS,
            preexec_fn=preexec,
        )

    def press(self, *keys: str) -> None:
        """Press keys by name, or type a text."""
        for key in keys:
            self.process.send(KEYS.get(key, key))

    def text(self) -> str:
        """What stands on the screen."""
        # A wide character leaves an empty cell behind it.
        return "\n".join(
            "".join(self._screen.buffer[line][column].data for column in range(self._screen.columns)).rstrip()
            for line in range(self._screen.lines)
        )

    def wait(self, until: str | Callable[[str], bool]) -> str:
        """Read until a text stands on the screen, or a condition on all of it holds; tell what stood there if never."""
        met = until if callable(until) else lambda shown: until in shown
        end = time.monotonic() + PATIENCE_SECONDS
        while not met(self.text()):
            if time.monotonic() > end:
                raise AssertionError(f"never shown: {until}\n{self.text()}")
            try:
                self._stream.feed(self.process.read_nonblocking(65_536, timeout=1))
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                raise AssertionError(f"ended before it showed {until}\n{self.text()}") from None
        return self.text()

    def hang_up(self) -> None:
        """Take the terminal away, as closing its window does."""
        self.process.ptyproc.fileobj.close()

    def ended_by_signal(self) -> int | None:
        """Wait for the end of a program whose terminal is gone; the signal that ended it."""
        if hasattr(os, "pidfd_open"):
            ended, _, _ = select.select([os.pidfd_open(self.process.pid)], [], [], PATIENCE_SECONDS)
            assert ended, "it goes on without its terminal"
        self.process.wait()
        return self.process.signalstatus  # type: ignore[no-any-return]

    def wait_for_end(self) -> int:
        """Read until the program ends; its exit status."""
        self.process.expect(pexpect.EOF)
        self.process.close()
        return int(self.process.exitstatus if self.process.exitstatus is not None else -1)


def ignore_hangups() -> None:
    """What a program inherits from a starter that ignores hangups."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


@contextmanager
def terminal(
    *arguments: str, columns: int = 120, lines: int = 40, today: str, preexec: Callable[[], None] | None = None
) -> Iterator[Terminal]:
    """Huoke in a terminal of its own; ended by its own process id where a test leaves it running."""
    opened = Terminal(list(arguments), columns, lines, today, preexec)
    try:
        yield opened
    finally:
        opened.process.close(force=True)
