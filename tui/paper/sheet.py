"""Paper: a sheet as text for an impact printer and as a page for a browser, whatever stands on it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from rich.cells import cell_len

from model.errors import N_, Refused
from tui.locale import CATALOGUE_OF, _, language
from tui.shared.columns import Align, printable

PAPER_CELLS = 80
GAP_CELLS = 1
WIDE_CELLS = 2
SIGNATURE_CELLS = 16
HTML_ENDINGS = (".html", ".htm")
PAGE_MARGIN_MM = 10

Field = tuple[str, str]


@dataclass(frozen=True)
class Head:
    """The head of a column.

    Attributes:
        most: as many cells as its values may take before they go on in the next line; 0 for any.
    """

    text: str
    align: Align = "left"
    most: int = 0


@dataclass(frozen=True)
class Sheet:
    """What stands on a paper, translated.

    Attributes:
        name: what the paper is called and its number, as a browser shows it.
        company: printed larger; may be empty.
        title: what kind of paper it is.
        mark: why it is not to be acted on; may be empty.
        fields: said before the table; each inner list may share a line of paper.
        heads, rows: the table.
        wide: the column that has the room which the others leave.
        words: said below the table over the whole width.
        sums: said below it under the amounts.
        signatures: who signs.
    """

    name: str
    company: str
    title: str
    mark: str
    fields: Sequence[Sequence[Field]]
    heads: Sequence[Head]
    rows: Sequence[Sequence[str]]
    wide: int
    words: Sequence[Field] = ()
    sums: Sequence[Field] = ()
    signatures: Sequence[str] = field(default=())


def one_line(text: str) -> str:
    """What people typed, as it can stand in a line."""
    return " ".join(printable(text).split())


# Text ------------------------------------------------------------------------------------------


def sheet_text(sheet: Sheet) -> str:
    """The sheet in lines of at most 80 cells; what is too long goes on in the next line, nothing is cut."""
    rule = "-" * PAPER_CELLS
    blocks = [
        *(_centred(part) for title in _titles(sheet) for part in wrapped(title, PAPER_CELLS)),
        "",
        *(line for group in sheet.fields for line in _field_lines(group)),
        rule,
        *_table_lines(sheet),
        rule,
        *(line for name, value in sheet.words for line in _labelled(name, value)),
        *_sum_lines(sheet.sums),
        *(["", *_signature_lines(sheet)] if sheet.signatures else []),
    ]
    return "".join(line.rstrip() + "\n" for line in blocks)


def _titles(sheet: Sheet) -> list[str]:
    mark = f"*** {sheet.mark} ***" if sheet.mark else ""
    return [line for line in (one_line(sheet.company), sheet.title, mark) if line]


def _field_lines(group: Sequence[Field]) -> Iterator[str]:
    """Fields side by side where each has room in its part of the line, else below each other."""
    share = PAPER_CELLS // len(group)
    parts = [_labelled(name, value) for name, value in group]
    if all(len(part) == 1 and cell_len(part[0]) < share for part in parts):
        yield "".join(_placed(part[0], share) for part in parts)
    else:
        for part in parts:
            yield from part


def _labelled(name: str, value: str) -> list[str]:
    """A field in as many lines as it takes, the later ones under the value."""
    label = name + _(": ")
    indent = cell_len(label)
    first, *others = wrapped(value, PAPER_CELLS - indent)
    return [label + first, *(" " * indent + other for other in others)]


def _table_lines(sheet: Sheet) -> Iterator[str]:
    heads = sheet.heads
    columns = [[head.text, *(row[at] for row in sheet.rows)] for at, head in enumerate(heads)]
    widths = [max(map(cell_len, column)) for column in columns]
    for at, head in enumerate(heads):
        if head.most:
            widths[at] = max(cell_len(head.text), min(widths[at], head.most))
    # Figures are never broken; one column has what they leave.
    others = sum(widths) - widths[sheet.wide]
    widths[sheet.wide] = PAPER_CELLS - GAP_CELLS * (len(heads) - 1) - others
    for row in ([head.text for head in heads], *sheet.rows):
        parts = [wrapped(cell, cells) for cell, cells in zip(row, widths, strict=True)]
        for at in range(max(map(len, parts))):
            yield (" " * GAP_CELLS).join(
                _placed(part[at] if at < len(part) else "", cells, head.align)
                for part, cells, head in zip(parts, widths, heads, strict=True)
            )


def _sum_lines(sums: Sequence[Field]) -> Iterator[str]:
    """The sums below each other, each under the amounts of the lines."""
    for name, value in sums:
        yield _placed(name + _(": ") + value, PAPER_CELLS, "right")


def _signature_lines(sheet: Sheet) -> Iterator[str]:
    blank = "_" * SIGNATURE_CELLS
    share = PAPER_CELLS // len(sheet.signatures)
    yield "".join(_placed(name + _(": ") + blank, share) for name in sheet.signatures)


def _centred(text: str) -> str:
    return " " * ((PAPER_CELLS - cell_len(text)) // 2) + text


def _placed(text: str, cells: int, align: Align = "left") -> str:
    """A text that fits, in exactly so many cells."""
    blank = " " * (cells - cell_len(text))
    return blank + text if align == "right" else text + blank


def wrapped(text: str, cells: int) -> list[str]:
    """A text in lines of at most so many cells, at least one; words of letters stay whole where they can.

    Args:
        cells: two or more: a Chinese character takes two.
    """
    lines: list[str] = []
    while cell_len(text) > cells:
        end = 0
        while cell_len(text[: end + 1]) <= cells:
            end += 1
        blank = text.rfind(" ", 1, end + 1)
        # Chinese is broken between any two characters; only a word of letters goes whole into the next line.
        is_in_word = max(map(cell_len, text[end - 1 : end + 1])) < WIDE_CELLS
        cut = blank if blank > 0 and is_in_word else end
        lines.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*lines, text]


# HTML ------------------------------------------------------------------------------------------

# Widths in per cent, so that the same page fills A4 and A5, upright or across.
STYLE = f"""
@page {{ margin: {PAGE_MARGIN_MM}mm; }}
body {{ font: 10pt/1.4 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; color: #000;
  background: #fff; max-width: 190mm; margin: 0 auto; }}
h1, h2, .mark {{ text-align: center; margin: 0; font-size: 14pt; }}
h2 {{ font-size: 12pt; letter-spacing: .2em; }}
.mark {{ font-size: 11pt; font-weight: bold; }}
dl {{ display: flex; flex-wrap: wrap; margin: 4mm 0 2mm; }}
dl div {{ flex: 1 1 45%; display: flex; overflow-wrap: anywhere; }}
dl .alone {{ flex-basis: 100%; }}
dt::after {{ content: ":"; margin-right: .5em; }}
dt {{ white-space: nowrap; }}
dd {{ margin: 0; }}
table {{ width: 100%; border-collapse: collapse; }}
thead {{ display: table-header-group; }}
tr {{ break-inside: avoid; }}
th, td {{ border: 1px solid #000; padding: .6mm 1.2mm; text-align: left; overflow-wrap: anywhere; }}
.right {{ text-align: right; white-space: nowrap; }}
.sums {{ display: block; text-align: right; }}
.sums div {{ justify-content: flex-end; }}
.signatures {{ display: flex; margin-top: 10mm; }}
.signatures span {{ flex: 1; }}
""".strip()


def sheet_html(sheet: Sheet) -> str:
    """The sheet as one page that needs nothing beside it."""
    signatures = "".join(f"<span>{escape(name)}{_(': ')}{'_' * SIGNATURE_CELLS}</span>" for name in sheet.signatures)
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{CATALOGUE_OF.get(language(), language()).replace("_", "-")}">',
            f'<head><meta charset="utf-8"><title>{escape(sheet.name)}</title>',
            f"<style>\n{STYLE}\n</style></head>",
            "<body>",
            *_html_titles(sheet),
            "<dl>",
            *(_html_field(part, alone=len(group) == 1) for group in sheet.fields for part in group),
            "</dl>",
            *_html_table(sheet),
            "<dl>",
            *(_html_field(part, alone=True) for part in sheet.words),
            "</dl>",
            '<dl class="sums">',
            *(_html_field(part, alone=True) for part in sheet.sums),
            "</dl>",
            f'<div class="signatures">{signatures}</div>',
            "</body>",
            "</html>",
            "",
        ]
    )


def _html_titles(sheet: Sheet) -> Iterator[str]:
    if sheet.company:
        yield f"<h1>{escape(one_line(sheet.company))}</h1>"
    yield f"<h2>{escape(sheet.title)}</h2>"
    if sheet.mark:
        yield f'<p class="mark">*** {escape(sheet.mark)} ***</p>'


def _html_field(part: Field, *, alone: bool) -> str:
    name, value = map(escape, part)
    place = ' class="alone"' if alone else ""
    return f"<div{place}><dt>{name}</dt><dd>{value}</dd></div>"


def _html_table(sheet: Sheet) -> Iterator[str]:
    sides = [' class="right"' if head.align == "right" else "" for head in sheet.heads]
    marked = "".join(f"<th{side}>{escape(head.text)}</th>" for head, side in zip(sheet.heads, sides, strict=True))
    yield f"<table><thead><tr>{marked}</tr></thead><tbody>"
    for row in sheet.rows:
        cells = "".join(f"<td{side}>{escape(cell)}</td>" for cell, side in zip(row, sides, strict=True))
        yield f"<tr>{cells}</tr>"
    yield "</tbody></table>"


# Files -----------------------------------------------------------------------------------------


def is_html(path: Path) -> bool:
    """Whether a file of this name is written as a page."""
    return path.suffix.lower() in HTML_ENDINGS


def write_sheet(sheet: Sheet, path: Path, *, html: bool) -> None:
    """Write a sheet to a file that is there whole or not at all.

    Raises:
        Refused: there is one already, or it cannot be written.
    """
    if path.exists():
        raise Refused(N_("{path} is there already: choose another name."), path=str(path))
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(sheet_html(sheet) if html else sheet_text(sheet), encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        # What was begun may not even have a folder that it could be taken away from.
        with suppress(OSError):
            part.unlink()
        raise Refused(N_("{path} cannot be written: {reason}."), path=str(path), reason=error.strerror) from error
