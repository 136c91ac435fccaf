"""Keep the catalogues complete: `python -m tui.locale.catalogue update [--from FOLDER] | check`."""

from __future__ import annotations

import argparse
import ast
import io
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from tui.locale import CATALOGUE_OF, DOMAIN, FOLDER

ROOT = FOLDER.parent.parent
PACKAGES = ("tui", "model", "sync", "sample_db")
KEYWORDS: dict[str, None] = {"_": None, "N_": None}
UNCHANGING_DATE = datetime(2026, 1, 1, tzinfo=UTC)
"""Written into every catalogue, so that a catalogue differs only when its texts differ."""
DROPPED_HEADERS = (b'"Generated-By:', b'"Report-Msgid-Bugs-To:', b'"Last-Translator:', b'"Language-Team:')
"""What Babel would write into a catalogue and says nothing about the texts."""


def po_path(locale: str) -> Path:
    """Where the translator's file of a locale is."""
    return FOLDER / locale / "LC_MESSAGES" / f"{DOMAIN}.po"


def marked_texts(root: Path = ROOT) -> Iterator[str]:
    """Every text that the packages mark for translation."""
    for package in PACKAGES:
        folder = root / package
        if folder.is_dir():
            for _file, _line, text, _comments, _context in extract_from_dir(
                folder, method_map=[("**.py", "python")], keywords=KEYWORDS, comment_tags=()
            ):
                if isinstance(text, str):
                    yield text
            for path in folder.rglob("*.py"):
                yield from texts_within_texts(path.read_text(encoding="utf-8"))


def texts_within_texts(source: str) -> Iterator[str]:
    """The texts that a source marks inside an f-string: before Python 3.12 Babel does not see those."""
    for outer in ast.walk(ast.parse(source)):
        if not isinstance(outer, ast.JoinedStr):
            continue
        for node in ast.walk(outer):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
                match node.args[0]:
                    case ast.Constant(value=str(text)):
                        yield text


def template() -> Catalog:
    """A catalogue of every marked text, untranslated."""
    catalogue = Catalog(domain=DOMAIN, project="huoke", creation_date=UNCHANGING_DATE)
    for text in marked_texts():
        catalogue.add(text)
    return catalogue


def read_catalogue(path: Path, locale: str) -> Catalog:
    """The translator's file, empty when there is none yet."""
    if not path.exists():
        return Catalog(locale=locale, domain=DOMAIN, project="huoke", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=locale, domain=DOMAIN)


def fill(catalogue: Catalog, translations: Mapping[str, str]) -> None:
    """Put translations into the texts that the catalogue holds; other texts are left out.

    A text that had another translation is printed, for one word may stand in two places that need two.
    """
    for text, translation in translations.items():
        message = catalogue.get(text)
        if message is not None and translation:
            if message.string and message.string != translation:
                print(f"{text}: {message.string} -> {translation}")
            message.string = translation
            message.flags.discard("fuzzy")


def read_translations(folder: Path) -> dict[str, str]:
    """The pairs of text and translation in a folder's JSON files, later names winning."""
    translations: dict[str, str] = {}
    for path in sorted(folder.glob("*.json")):
        translations.update(json.loads(path.read_text(encoding="utf-8")))
    return translations


def update(translations: Mapping[str, str]) -> None:
    """Bring every catalogue to the texts of today, fill in translations, and compile it."""
    texts = template()
    for locale in CATALOGUE_OF.values():
        path = po_path(locale)
        catalogue = read_catalogue(path, locale)
        catalogue.update(texts, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        fill(catalogue, translations)
        catalogue.project, catalogue.version = "huoke", ""
        catalogue.header_comment = f"# The texts of huoke in {locale}, compiled by tui.locale.catalogue."
        catalogue.creation_date = catalogue.revision_date = UNCHANGING_DATE
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_po_bytes(catalogue))
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)


def _po_bytes(catalogue: Catalog) -> bytes:
    file = io.BytesIO()
    write_po(file, catalogue, width=110, no_location=True, sort_output=True, ignore_obsolete=True)
    lines = file.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(DROPPED_HEADERS))


def faults() -> list[str]:
    """What is wrong with the catalogues, a sentence each; empty when all is well."""
    texts = {str(message.id) for message in template() if message.id}
    return [fault for locale in CATALOGUE_OF.values() for fault in _faults_of(locale, texts)]


def _faults_of(locale: str, texts: set[str]) -> Iterator[str]:
    path = po_path(locale)
    catalogue = read_catalogue(path, locale)
    translated: dict[str, str] = {}
    for text in sorted(texts):
        message = catalogue.get(text)
        if message is None:
            yield f"{locale}: missing: {text!r}"
        elif not message.string:
            yield f"{locale}: untranslated: {text!r}"
        elif message.fuzzy:
            yield f"{locale}: fuzzy: {text!r}"
        elif placeholders(text) != placeholders(str(message.string)):
            yield f"{locale}: other placeholders: {text!r} -> {message.string!r}"
        else:
            translated[text] = str(message.string)
    for message in catalogue:
        if message.id and str(message.id) not in texts:
            yield f"{locale}: no longer used: {message.id!r}"
    if translated and compiled(path.with_suffix(".mo")) != translated:
        yield f"{locale}: the compiled catalogue is stale: run python -m tui.locale.catalogue update"


def compiled(path: Path) -> dict[str, str]:
    """The translations in a compiled catalogue."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_mo(file) if message.id}


def placeholders(text: str) -> set[str]:
    """The names between braces in a text; a text that is no format has none."""
    try:
        return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None}
    except ValueError:
        return set()


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tui.locale.catalogue", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    updating = verbs.add_parser("update", help="extract the marked texts and compile the catalogues")
    updating.add_argument("--from", dest="folder", type=Path, help="a folder of JSON files {text: translation}")
    verbs.add_parser("check", help="fail when a text is missing, untranslated or stale")
    chosen = parser.parse_args(arguments)
    if chosen.verb == "update":
        update(read_translations(chosen.folder) if chosen.folder else {})
        return 0
    found = faults()
    print("\n".join(found) if found else "Every text is translated.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
