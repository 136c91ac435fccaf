"""The slip of an order as text for an impact printer and as a page for a browser, in the language in use."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path

from rich.cells import cell_len

from model.errors import N_, Refused
from model.money import format_percent, format_price, format_quantity, grouped
from model.paper import Slip, SlipLine
from tui.locale import CATALOGUE_OF, _, language
from tui.shared.columns import Align, printable

PAPER_CELLS = 80
GAP_CELLS = 1
UNIT_CELLS_MOST = 6
WIDE_CELLS = 2
SIGNATURE_CELLS = 16
HTML_ENDINGS = (".html", ".htm")
PAGE_MARGIN_MM = 10

TITLES = {"sale": N_("Sales slip"), "quote": N_("Quotation"), "return": N_("Return slip")}
MARKS = {
    "held": N_("not released"),
    "expired": N_("expired"),
    "rejected": N_("rejected"),
    "cancelled": N_("cancelled"),
    "lost": N_("lost"),
    "voided": N_("voided"),
}
SIGNATURES = {
    "sale": (N_("Handed over by"), N_("Received by")),
    "quote": (N_("Offered by"), N_("Accepted by")),
    "return": (N_("Handed over by"), N_("Received by")),
}
Field = tuple[str, str]


# What stands on it, whatever it is written on ---------------------------------------------------


def _head_fields(slip: Slip) -> list[list[Field]]:
    """Name and value of what is said before the lines; each inner list may share a line of paper."""
    ends = (_("Valid until"), slip.valid_until) if slip.valid_until else (_("Due"), slip.due_date)
    fields: list[list[tuple[str, object]]] = [
        [(_("Number"), slip.number), (_("Date"), slip.day)],
        [(_("Returns goods of"), slip.returns)],
        [(_("Customer"), f"{slip.customer_code} {slip.customer}")],
        [(_("Contact"), slip.contact), (_("Phone"), slip.phone)],
        [(_("Address"), slip.address)],
        [(_("Salesperson"), slip.salesperson), ends],
    ]
    filled = [[(name, _one_line(str(value))) for name, value in group if value] for group in fields]
    return [group for group in filled if group]


def _sums(slip: Slip) -> list[Field]:
    """Name and value of what is said below the lines."""
    sums = [(_("Total"), grouped(slip.total)), (_("Of which tax"), grouped(slip.tax))]
    if slip.settled is not None and slip.open is not None:
        settled, still_open = (
            (_("Offset so far"), _("Not yet offset"))
            if slip.title == "return"
            else (_("Paid or offset so far"), _("Still open"))
        )
        sums += [(settled, grouped(slip.settled)), (still_open, grouped(slip.open))]
    return sums


def _heads(has_discount: bool) -> list[tuple[str, Align]]:
    """The heads of the columns of the lines."""
    discount: list[tuple[str, Align]] = [(_("Discount"), "right")] if has_discount else []
    return [
        (_("No."), "right"), (_("Product"), "left"), (_("Quantity"), "right"), (_("Unit"), "left"),
        (_("Unit price"), "right"), *discount, (_("Amount"), "right"),
    ]  # fmt: skip


def _cells(place: int, line: SlipLine, has_discount: bool) -> list[str]:
    """A line's cells, as many as there are heads."""
    discount = [f"{format_percent(line.discount_bp)}%" if line.discount_bp else ""] if has_discount else []
    return [
        str(place), _one_line(f"{line.code} {line.name}"), format_quantity(line.quantity_e3), _one_line(line.unit),
        format_price(line.price_e4), *discount, grouped(line.amount),
    ]  # fmt: skip


def _table(slip: Slip) -> tuple[list[tuple[str, Align]], list[list[str]]]:
    """The heads and the cells of every line; a column of discounts only where there is one."""
    has_discount = any(line.discount_bp for line in slip.lines)
    rows = [_cells(place, line, has_discount) for place, line in enumerate(slip.lines, 1)]
    return _heads(has_discount), rows


def _one_line(text: str) -> str:
    return " ".join(printable(text).split())


def _titles(slip: Slip) -> list[str]:
    mark = f"*** {_(MARKS[slip.mark])} ***" if slip.mark else ""
    return [line for line in (_one_line(slip.company), _(TITLES[slip.title]), mark) if line]


# Text ------------------------------------------------------------------------------------------


def slip_text(slip: Slip) -> str:
    """The slip in lines of at most 80 cells; what is too long goes on in the next line, nothing is cut."""
    rule = "-" * PAPER_CELLS
    blocks = [
        *(_centred(part) for title in _titles(slip) for part in wrapped(title, PAPER_CELLS)),
        "",
        *(line for group in _head_fields(slip) for line in _field_lines(group)),
        rule,
        *_table_lines(slip),
        rule,
        *_labelled(_("Total in words"), slip.capitals),
        *_sum_lines(_sums(slip)),
        "",
        *_signature_lines(slip),
    ]
    return "".join(line.rstrip() + "\n" for line in blocks)


def _field_lines(group: Sequence[Field]) -> Iterator[str]:
    """Fields side by side where each has room in its half of the line, else below each other."""
    half = PAPER_CELLS // len(group)
    parts = [_labelled(name, value) for name, value in group]
    if all(len(part) == 1 and cell_len(part[0]) < half for part in parts):
        yield "".join(_placed(part[0], half) for part in parts)
    else:
        for part in parts:
            yield from part


def _labelled(name: str, value: str) -> list[str]:
    """A field in as many lines as it takes, the later ones under the value."""
    label = f"{name}: "
    indent = cell_len(label)
    first, *others = wrapped(value, PAPER_CELLS - indent)
    return [label + first, *(" " * indent + other for other in others)]


def _table_lines(slip: Slip) -> Iterator[str]:
    heads, rows = _table(slip)
    columns = [[head, *(row[at] for row in rows)] for at, (head, _align) in enumerate(heads)]
    widths = [max(map(cell_len, column)) for column in columns]
    widths[3] = max(cell_len(heads[3][0]), min(widths[3], UNIT_CELLS_MOST))
    # Figures are never broken; the product has what they leave.
    widths[1] = PAPER_CELLS - GAP_CELLS * (len(heads) - 1) - sum(widths[:1] + widths[2:])
    aligns = [align for _head, align in heads]
    for row in ([head for head, _align in heads], *rows):
        parts = [wrapped(cell, cells) for cell, cells in zip(row, widths, strict=True)]
        for at in range(max(map(len, parts))):
            yield (" " * GAP_CELLS).join(
                _placed(part[at] if at < len(part) else "", cells, align)
                for part, cells, align in zip(parts, widths, aligns, strict=True)
            )


def _sum_lines(sums: Sequence[Field]) -> Iterator[str]:
    """The sums below each other, each under the amounts of the lines."""
    for name, value in sums:
        yield _placed(f"{name}: {value}", PAPER_CELLS, "right")


def _signature_lines(slip: Slip) -> Iterator[str]:
    names = [_(name) for name in SIGNATURES[slip.title]]
    blank = "_" * SIGNATURE_CELLS
    yield "".join(_placed(f"{name}: {blank}", PAPER_CELLS // len(names)) for name in names)


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


def slip_html(slip: Slip) -> str:
    """The slip as one page that needs nothing beside it."""
    title = f"{_(TITLES[slip.title])} {_one_line(slip.number)}"
    signatures = "".join(f"<span>{escape(_(name))}: {'_' * SIGNATURE_CELLS}</span>" for name in SIGNATURES[slip.title])
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{CATALOGUE_OF.get(language(), language()).replace("_", "-")}">',
            f'<head><meta charset="utf-8"><title>{escape(title)}</title>',
            f"<style>\n{STYLE}\n</style></head>",
            "<body>",
            *_html_titles(slip),
            "<dl>",
            *(_html_field(field, alone=len(group) == 1) for group in _head_fields(slip) for field in group),
            "</dl>",
            *_html_table(slip),
            "<dl>",
            _html_field((_("Total in words"), slip.capitals), alone=True),
            "</dl>",
            '<dl class="sums">',
            *(_html_field(field, alone=True) for field in _sums(slip)),
            "</dl>",
            f'<div class="signatures">{signatures}</div>',
            "</body>",
            "</html>",
            "",
        ]
    )


def _html_titles(slip: Slip) -> Iterator[str]:
    if slip.company:
        yield f"<h1>{escape(_one_line(slip.company))}</h1>"
    yield f"<h2>{escape(_(TITLES[slip.title]))}</h2>"
    if slip.mark:
        yield f'<p class="mark">*** {escape(_(MARKS[slip.mark]))} ***</p>'


def _html_field(field: Field, *, alone: bool) -> str:
    name, value = map(escape, field)
    place = ' class="alone"' if alone else ""
    return f"<div{place}><dt>{name}</dt><dd>{value}</dd></div>"


def _html_table(slip: Slip) -> Iterator[str]:
    heads, rows = _table(slip)
    sides = [' class="right"' if align == "right" else "" for _head, align in heads]
    marked = "".join(f"<th{side}>{escape(head)}</th>" for (head, _align), side in zip(heads, sides, strict=True))
    yield f"<table><thead><tr>{marked}</tr></thead><tbody>"
    for row in rows:
        cells = "".join(f"<td{side}>{escape(cell)}</td>" for cell, side in zip(row, sides, strict=True))
        yield f"<tr>{cells}</tr>"
    yield "</tbody></table>"


# Files -----------------------------------------------------------------------------------------


def is_html(path: Path) -> bool:
    """Whether a file of this name is written as a page."""
    return path.suffix.lower() in HTML_ENDINGS


def write_slip(slip: Slip, path: Path, *, html: bool) -> None:
    """Write a slip to a file that is there whole or not at all.

    Raises:
        Refused: there is one already, or it cannot be written.
    """
    if path.exists():
        raise Refused(N_("{path} is there already: choose another name."), path=str(path))
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(slip_html(slip) if html else slip_text(slip), encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        # What was begun may not even have a folder that it could be taken away from.
        with suppress(OSError):
            part.unlink()
        raise Refused(N_("{path} cannot be written: {reason}."), path=str(path), reason=error.strerror) from error
