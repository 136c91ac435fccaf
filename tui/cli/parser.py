"""How a command line is read: argparse, in one language, with one sentence for what is wrong."""

from __future__ import annotations

import argparse
import gettext
import os
import re
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from model.dates import parse_date
from model.errors import N_, InputError
from tui.cli.output import FORMATS, tell
from tui.locale import CATALOGUE_OF, DOMAIN, FOLDER, Language, _

Verbs: TypeAlias = "argparse._SubParsersAction[Parser]"
LANGUAGES: tuple[Language, ...] = ("zh", "en")
WRONG_USE = 2
MOST_DAYS_DIGITS = 5
# An input method leaves digits two cells wide; they are the same number.
WIDE_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")

# argparse's own texts: it asks gettext for them, so they stand in our catalogue.
ARGPARSE_TEXTS = (
    N_("usage: "),
    N_("positional arguments"),
    N_("options"),
    N_("show this help message and exit"),
    N_("the following arguments are required: %s"),
    N_("one of the arguments %s is required"),
    N_("unrecognized arguments: %s"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("expected one argument"),
    N_("expected at least one argument"),
    N_("not allowed with argument %s"),
)


class Parser(argparse.ArgumentParser):
    """A parser that takes no abbreviations and says what is wrong in one sentence."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("allow_abbrev", False)
        super().__init__(**options)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Refuse what this verb does not know here, so that the sentence points to its own help and not to huoke's."""
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(_("unrecognized arguments: %s") % " ".join(unknown))
        return known, unknown

    def error(self, message: str) -> NoReturn:
        tell(_("{reason}; see “{command} --help”.").format(reason=message, command=self.prog))
        sys.exit(WRONG_USE)


def speak(language: Language) -> None:
    """Have argparse's own texts in a language too."""
    # gettext reads this variable before the locale's; --lang would otherwise not reach argparse.
    os.environ["LANGUAGE"] = CATALOGUE_OF.get(language, language)
    gettext.bindtextdomain(DOMAIN, FOLDER)
    gettext.textdomain(DOMAIN)


def common_options() -> Parser:
    """The options that every verb takes, before or after it."""
    common = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = common.add_argument_group(_("for every command"))
    group.add_argument(
        "--store", type=Path, metavar=_("FOLDER"), help=_("the store's folder; without it, your own data folder")
    )
    group.add_argument(
        "--as-of",
        type=parse_date,
        metavar=_("DATE"),
        help=_("the day whose figures are shown, such as 2026-03-31; without it, today"),
    )
    group.add_argument("--lang", choices=LANGUAGES, help=_("the language; without it, that of the terminal"))
    group.add_argument("--format", choices=FORMATS, help=_("how rows are printed; without it, as a table"))
    return common


COMMON_WITH_VALUE = ("--store", "--as-of", "--lang", "--format")


def verb_in(words: Sequence[str]) -> str | None:
    """The verb of a command line: its first word that is neither an option nor an option's value."""
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in COMMON_WITH_VALUE
        else:
            return word
    return None


def language_in(words: Sequence[str]) -> Language | None:
    """The language that --lang asks for, read before the help is written in it."""
    asked = None
    for place, word in enumerate(words):
        if word == "--lang" and place + 1 < len(words):
            asked = words[place + 1]
        elif word.startswith("--lang="):
            asked = word.removeprefix("--lang=")
    return next((language for language in LANGUAGES if language == asked), None)


def days(text: str) -> int:
    """A whole number of days.

    Raises:
        InputError: it is none.
    """
    digits = text.strip().translate(WIDE_DIGITS)
    if re.fullmatch(rf"[0-9]{{1,{MOST_DAYS_DIGITS}}}", digits) is None:
        raise InputError(N_("“{value}” is not a number of days: write it like 30."), value=text)
    return int(digits)


def rows_wanted(text: str) -> int:
    """How many rows to print.

    Raises:
        InputError: it is no whole number above zero.
    """
    digits = text.strip().translate(WIDE_DIGITS)
    if re.fullmatch(r"[1-9][0-9]{0,5}", digits) is None:
        raise InputError(N_("“{value}” is not a number of rows: write it like 20."), value=text)
    return int(digits)


def add_date(parser: argparse.ArgumentParser, option: str = "--date", dest: str = "date") -> None:
    """An option for the business date of what is recorded."""
    parser.add_argument(option, dest=dest, type=parse_date, metavar=_("DATE"), help=_("its date; without it, today"))


def add_reason(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """An option for why it is done."""
    parser.add_argument("--reason", required=required, default="", metavar=_("TEXT"), help=_("why"))


def day_or(day: date | None, otherwise: date) -> date:
    """A day that was given, or the other one."""
    return otherwise if day is None else day
