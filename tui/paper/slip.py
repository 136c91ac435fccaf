"""The slip of an order, quote or return, as a sheet of paper in the language in use."""

from __future__ import annotations

from model.errors import N_
from model.money import format_percent, format_price, format_quantity, grouped
from model.paper import Slip, SlipLine
from tui.locale import _
from tui.paper.sheet import Field, Head, Sheet, one_line

UNIT_CELLS_MOST = 6

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
    filled = [[(name, one_line(str(value))) for name, value in group if value] for group in fields]
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


def _cells(place: int, line: SlipLine, has_discount: bool) -> list[str]:
    """A line's cells, as many as there are heads."""
    discount = [f"{format_percent(line.discount_bp)}%" if line.discount_bp else ""] if has_discount else []
    return [
        str(place), one_line(f"{line.code} {line.name}"), format_quantity(line.quantity_e3), one_line(line.unit),
        format_price(line.price_e4), *discount, grouped(line.amount),
    ]  # fmt: skip


def _heads(has_discount: bool) -> list[Head]:
    """The heads of the columns of the lines; a column of discounts only where there is one."""
    discount = [Head(_("Discount"), "right")] if has_discount else []
    return [
        Head(_("No."), "right"), Head(_("Product")), Head(_("Quantity"), "right"),
        Head(_("Unit"), most=UNIT_CELLS_MOST), Head(_("Unit price"), "right"), *discount, Head(_("Amount"), "right"),
    ]  # fmt: skip


def sheet_of_slip(slip: Slip) -> Sheet:
    """A slip as it is printed."""
    has_discount = any(line.discount_bp for line in slip.lines)
    return Sheet(
        name=f"{_(TITLES[slip.title])} {one_line(slip.number)}",
        company=slip.company,
        title=_(TITLES[slip.title]),
        mark=_(MARKS[slip.mark]) if slip.mark else "",
        fields=_head_fields(slip),
        heads=_heads(has_discount),
        rows=[_cells(place, line, has_discount) for place, line in enumerate(slip.lines, 1)],
        wide=1,
        words=[(_("Total in words"), slip.capitals)],
        sums=_sums(slip),
        signatures=[_(name) for name in SIGNATURES[slip.title]],
    )
