"""A secret to be is asked for until it is long enough and was typed twice the same, three times at most."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable

import pytest

from model.errors import InputError
from tui.cli.asking import asked_new_passphrase, asked_new_pin

WORDS = "several words are best"
AGAIN = "The same again: "
Typing = Callable[..., list[str]]


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Typing:
    """Someone who types these texts in a terminal; gives the prompts they are shown."""
    for variable in ("HUOKE_PASSPHRASE", "HUOKE_NEW_PIN"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)

    def typed(*texts: str) -> list[str]:
        coming, prompts = iter(texts), list[str]()

        def answer(prompt: str) -> str:
            prompts.append(prompt)
            return next(coming)

        monkeypatch.setattr(getpass, "getpass", answer)
        return prompts

    return typed


def test_what_is_too_short_is_told_before_it_is_typed_again(typing: Typing, capsys: pytest.CaptureFixture[str]) -> None:
    prompts = typing("short", WORDS, WORDS)
    assert asked_new_passphrase() == WORDS
    assert [prompt == AGAIN for prompt in prompts] == [False, False, True]
    assert "at least 8 characters" in capsys.readouterr().err


def test_two_that_differ_are_asked_for_again(typing: Typing, capsys: pytest.CaptureFixture[str]) -> None:
    typing("202611", "202612", "202613", "202613")
    assert asked_new_pin() == "202613"
    assert capsys.readouterr().err == "The two are not the same.\n"


def test_after_three_tries_it_ends_with_a_sentence(typing: Typing) -> None:
    prompts = typing("short", WORDS, WORDS + "?", "short")
    with pytest.raises(InputError, match="after 3 tries"):
        asked_new_passphrase()
    assert len(prompts) == 4


def test_what_the_environment_gives_is_asked_for_by_nobody(typing: Typing, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = typing()
    monkeypatch.setenv("HUOKE_PASSPHRASE", "short")
    with pytest.raises(InputError, match="at least 8"):
        asked_new_passphrase()
    monkeypatch.setenv("HUOKE_PASSPHRASE", WORDS)
    assert asked_new_passphrase() == WORDS
    assert prompts == []
