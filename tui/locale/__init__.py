"""The language of everything a person reads.

Texts are written in English and marked: `_("…")` translates now, `N_("…")` marks a text that is
translated where it is shown. Texts that outlive a change of language (keys, column heads, errors of
the business) are marked and translated late.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from model.errors import HuokeError

Language = Literal["zh", "en"]

DOMAIN = "huoke"
FOLDER = Path(__file__).parent
CATALOGUE_OF: Mapping[str, str] = {"zh": "zh_CN"}
"""The folder of each language's catalogue. English has none: the texts in the code are English."""

_language: Language = "en"
_catalogue: gettext.NullTranslations | None = None


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "marked, translated later"
    """Mark a text for the catalogue; it is translated where it is shown."""
    return text


def _(text: str) -> str:
    """The text in the language in use."""
    catalogue = _catalogue if _catalogue is not None else use(None)
    # The empty text is the key under which a catalogue keeps its own header.
    return catalogue.gettext(text) if text else ""


def use(language: Language | None = None) -> gettext.NullTranslations:
    """Show everything from now on in this language; without one, in the language of the environment."""
    global _language, _catalogue
    _language = language if language is not None else language_of_environment(os.environ)
    folder = CATALOGUE_OF.get(_language)
    if folder is None:
        _catalogue = gettext.NullTranslations()
    else:
        _catalogue = gettext.translation(DOMAIN, localedir=FOLDER, languages=[folder])
    return _catalogue


def language() -> Language:
    """The language in use."""
    if _catalogue is None:
        use(None)
    return _language


def language_of_environment(environment: Mapping[str, str]) -> Language:
    """Chinese when the first locale variable that is set names Chinese, else English."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(variable, ""):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def translate_error(error: HuokeError) -> str:
    """The sentence of an error of the business, in the language in use."""
    template = _(error.template)
    if not error.params:
        return template
    return template.format(**{name: _translate_value(value) for name, value in error.params.items()})


def _translate_value(value: object) -> object:
    """A value of an error; marked texts, other errors and lists of them are translated too."""
    from model.errors import HuokeError

    if isinstance(value, HuokeError):
        return translate_error(value)
    if isinstance(value, str):
        return _(value)
    if isinstance(value, list | tuple):
        separator = "、" if language() == "zh" else ", "
        return separator.join(str(_translate_value(each)) for each in value)
    return value
