"""`huoke order`: record an order or quote, decide about one, take goods back, print the slip."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from model.changes.documents import next_number
from model.changes.invoicing import InvoiceOrder
from model.changes.kind import Args
from model.changes.order_amending import AmendOrder
from model.changes.orders import (
    CancelOrder,
    ConfirmOrder,
    LineArgs,
    LoseOrder,
    OrderRecorded,
    RecordOrder,
    RejectOrder,
    ReleaseOrder,
    ReturnLine,
    ReturnOrder,
    lines_of,
)
from model.changes.receipts import Payment
from model.credit import REASON_NAMES, REASONS_FOR_A_PERSON, Reason, Verdict
from model.customers import customer_by_code
from model.dates import parse_date
from model.errors import N_, InputError
from model.ids import new_id
from model.laptop import Mark
from model.leases import on_a_laptop
from model.money import format_amount, grouped, parse_amount
from model.orders import LOST_REASONS, Order, OrderLine, order_by_number
from model.paper import slip
from model.people import salesperson_by_code
from model.returns import returned_before
from tui.cli.desk import Desk
from tui.cli.lookup import TypedLine, returned_goods, typed_line
from tui.cli.output import Cell, Column, print_rows, tell
from tui.cli.parser import Parser, Verbs, add_date, add_reason, day_or
from tui.exchange.words import MARK_WORDS
from tui.locale import _

COLUMNS = (
    Column("number", N_("number")),
    Column("total", N_("total"), right=True),
    Column("state", N_("state")),
    Column("verdict", N_("verdict")),
    Column("cure", N_("cure"), right=True),
    Column("held_for", N_("held for")),
)
INVOICE_COLUMNS = (
    Column("number", N_("number")),
    Column("invoice_number", N_("invoice")),
    Column("invoiced_on", N_("invoiced on")),
)
STATE_NAMES = {
    "quote": N_("quote"),
    "confirmed": N_("confirmed"),
    "held": N_("held"),
    "rejected": N_("rejected"),
    "cancelled": N_("cancelled"),
    "lost": N_("lost"),
    "voided": N_("voided"),
}
ENDINGS: dict[str, type[CancelOrder] | type[RejectOrder] | type[LoseOrder]] = {
    "cancel": CancelOrder,
    "reject": RejectOrder,
    "lose": LoseOrder,
}


def add_parser(verbs: Verbs, common: Parser) -> None:
    parser = verbs.add_parser(
        "order", parents=[common], help=_("record an order, return goods, or decide about an order")
    )
    acts = parser.add_subparsers(required=True, metavar=_("ACT"), dest="act", parser_class=Parser)
    _add_adding(acts, common)
    confirm = acts.add_parser("confirm", parents=[common], help=_("a quote is won: it becomes an order"))
    confirm.add_argument("number", metavar=_("NUMBER"))
    confirm.add_argument("--paid", type=parse_amount, metavar=_("AMOUNT"), help=_("money received with it"))
    add_date(confirm)
    confirm.set_defaults(run=_confirm)
    release = acts.add_parser("release", parents=[common], help=_("let a held order through"))
    release.add_argument("numbers", nargs="+", metavar=_("NUMBER"))
    add_reason(release, required=False)
    add_date(release)
    release.set_defaults(run=_release)
    for act, told in (
        ("cancel", _("take an order, held order or quote back")),
        ("reject", _("refuse a held order")),
        ("lose", _("a quote or held order that the customer did not take: --reason is one of {names}")),
    ):
        ending = acts.add_parser(act, parents=[common], help=told.format(names=", ".join(LOST_REASONS)))
        ending.add_argument("numbers", nargs="+" if act == "reject" else 1, metavar=_("NUMBER"))
        add_reason(ending, required=True)
        add_date(ending)
        ending.set_defaults(run=_end)
    _add_amending(acts, common)
    _add_invoicing(acts, common)
    _add_slip(acts, common)
    coming_back = acts.add_parser("return", parents=[common], help=_("goods of an order come back"))
    coming_back.add_argument("number", metavar=_("NUMBER"))
    coming_back.add_argument(
        "--line", dest="lines", required=True, nargs="+", action="extend", type=returned_goods, metavar="CODE:QTY",
        help=_("a product and how much of it comes back; the order's first lines of it are taken first"),
    )  # fmt: skip
    coming_back.add_argument("--note", default="", metavar=_("TEXT"), help=_("a remark on the document"))
    add_date(coming_back)
    coming_back.set_defaults(run=_return)


def _add_amending(acts: Verbs, common: Parser) -> None:
    amend = acts.add_parser(
        "amend", parents=[common],
        help=_("what a confirmed order shall be instead: it waits until the office releases it"),
    )  # fmt: skip
    amend.add_argument("number", metavar=_("NUMBER"))
    amend.add_argument(
        "--line", dest="lines", required=True, nargs="+", action="extend", type=typed_line,
        metavar="CODE:QTY[@PRICE][%DISCOUNT]",
        help=_("every line that it shall have; without a price, that of the order, else the list price"),
    )  # fmt: skip
    amend.add_argument("--note", default="", metavar=_("TEXT"), help=_("a remark on the document"))
    add_date(amend)
    amend.set_defaults(run=_amend)


def _add_invoicing(acts: Verbs, common: Parser) -> None:
    invoice = acts.add_parser(
        "invoice", parents=[common], help=_("write down which tax invoice was made for bills, or that there is none")
    )
    invoice.add_argument("numbers", nargs="+", metavar=_("NUMBER"))
    invoice.add_argument(
        "--invoice", required=True, metavar=_("TEXT"), help=_("the invoice's number; an empty text takes it away")
    )
    add_date(invoice)
    invoice.set_defaults(run=_invoice)


def _add_slip(acts: Verbs, common: Parser) -> None:
    printing = acts.add_parser(
        "slip", parents=[common], help=_("print the slip of an order, quote or return, 80 columns wide")
    )
    printing.add_argument("number", metavar=_("NUMBER"))
    printing.add_argument("--html", action="store_true", help=_("as a page for a browser"))
    printing.add_argument(
        "--output", type=Path, metavar=_("PATH"),
        help=_("a new file to write it to; without one, it is printed; a name that ends in .html makes a page"),
    )  # fmt: skip
    printing.set_defaults(run=_slip)


def _add_adding(acts: Verbs, common: Parser) -> None:
    add = acts.add_parser("add", parents=[common], help=_("record an order or a quote"))
    add.add_argument("--customer", required=True, metavar=_("CODE"), help=_("the customer's code"))
    add.add_argument(
        "--line", dest="lines", required=True, nargs="+", action="extend", type=typed_line,
        metavar="CODE:QTY[@PRICE][%DISCOUNT]",
        help=_("a product, how much, its unit price and discount; without a price, the list price"),
    )  # fmt: skip
    add_date(add)
    add.add_argument("--paid", type=parse_amount, metavar=_("AMOUNT"), help=_("money received with it"))
    add.add_argument("--method", default="", metavar=_("TEXT"), help=_("how it was paid"))
    add.add_argument(
        "--maker", metavar=_("PERSON"), help=_("the salesperson who took it; without it, who sits here, else the owner")
    )
    add.add_argument("--quote", action="store_true", help=_("a quote: it uses no credit and counts nowhere"))
    add.add_argument(
        "--valid-until",
        type=parse_date,
        metavar=_("DATE"),
        help=_("the last day on which the quote may become an order"),
    )
    add.add_argument("--note", default="", metavar=_("TEXT"), help=_("a remark on the document"))
    add.set_defaults(run=_add)


def _add(arguments: Namespace, desk: Desk) -> int:
    with desk.writing():
        maker = desk.person() if arguments.maker is None else salesperson_by_code(arguments.maker).id
        recorded = desk.record(
            RecordOrder(
                id=new_id(),
                number=next_number(),
                customer=customer_by_code(arguments.customer).id,
                date=day_or(arguments.date, desk.today),
                lines=tuple(_line(place, line) for place, line in enumerate(arguments.lines, start=1)),
                maker=maker,
                quote=arguments.quote,
                valid_until=arguments.valid_until,
                payment=_payment(arguments.paid, arguments.method),
                note=arguments.note,
            )
        )
        promise = _promise(recorded)
    _print_recorded(recorded, desk, promise)
    return 0


def _line(place: int, line: TypedLine) -> LineArgs:
    product = line.product()
    return LineArgs(
        line=place,
        product=product.id,
        quantity_e3=line.quantity_e3,
        price_e4=product.price_e4 if line.price_e4 is None else line.price_e4,
        discount_bp=line.discount_bp,
    )


def _payment(amount: int | None, method: str = "") -> Payment | None:
    return None if amount is None else Payment(id=new_id(), number=next_number(), amount=amount, method=method)


def _confirm(arguments: Namespace, desk: Desk) -> int:
    with desk.writing():
        recorded = desk.record(
            ConfirmOrder(
                order=order_by_number(arguments.number).id,
                date=day_or(arguments.date, desk.today),
                payment=_payment(arguments.paid),
            )
        )
        promise = _promise(recorded)
    _print_recorded(recorded, desk, promise)
    return 0


def _release(arguments: Namespace, desk: Desk) -> int:
    day = day_or(arguments.date, desk.today)
    with desk.writing():
        released = [
            desk.record(ReleaseOrder(order=order_by_number(number).id, date=day, reason=arguments.reason))
            for number in dict.fromkeys(arguments.numbers)
        ]
    _print_all(released, desk)
    return 0


def _end(arguments: Namespace, desk: Desk) -> int:
    day = day_or(arguments.date, desk.today)
    ended = []
    with desk.writing():
        for number in dict.fromkeys(arguments.numbers):
            order = order_by_number(number)
            args: Args = ENDINGS[arguments.act](order=order.id, date=day, reason=arguments.reason)
            desk.record(args)
            order = Order.get_by_id(order.id)
            ended.append(OrderRecorded(order.id, order.number, order.state, order.amount, None))
    _print_all(ended, desk)
    return 0


def _return(arguments: Namespace, desk: Desk) -> int:
    with desk.writing():
        order = order_by_number(arguments.number)
        recorded = desk.record(
            ReturnOrder(
                id=new_id(),
                number=next_number(),
                order=order.id,
                date=day_or(arguments.date, desk.today),
                lines=_returned_lines(order, arguments.lines),
                note=arguments.note,
            )
        )
    _print_recorded(recorded, desk)
    return 0


def _amend(arguments: Namespace, desk: Desk) -> int:
    with desk.writing():
        order = order_by_number(arguments.number)
        sold = {line.product_id: line for line in reversed(lines_of(order))}
        recorded = desk.record(
            AmendOrder(
                id=new_id(),
                number=next_number(),
                order=order.id,
                version=order.version,
                date=day_or(arguments.date, desk.today),
                lines=tuple(_amended_line(place, line, sold) for place, line in enumerate(arguments.lines, start=1)),
                note=arguments.note,
            )
        )
    _print_recorded(recorded, desk)
    return 0


def _amended_line(place: int, line: TypedLine, sold: Mapping[bytes, OrderLine]) -> LineArgs:
    """A line as it shall be; where no price is typed, the order's price and discount for the product stay."""
    typed = _line(place, line)
    before = sold.get(typed.product)
    if before is None or line.price_e4 is not None:
        return typed
    return msgspec.structs.replace(typed, price_e4=before.price_e4, discount_bp=typed.discount_bp or before.discount_bp)


def _invoice(arguments: Namespace, desk: Desk) -> int:
    with desk.writing():
        orders = [order_by_number(number) for number in arguments.numbers]
        day = day_or(arguments.date, desk.today)
        invoiced = [
            desk.record(InvoiceOrder(order=order.id, invoice_number=arguments.invoice, date=day)) for order in orders
        ]
    cells = [(order.number, order.invoice_number or None, order.invoiced_on) for order in invoiced]
    print_rows(INVOICE_COLUMNS, cells, desk.form)
    return 0


def _slip(arguments: Namespace, desk: Desk) -> int:
    # Only this act lays out paper; the others need not load what measures its cells.
    from tui.paper.sheet import is_html, sheet_html, sheet_text, write_sheet
    from tui.paper.slip import sheet_of_slip

    with desk.opened():
        printed = slip(order_by_number(arguments.number).id, desk.as_of)
    if arguments.output is None:
        sheet = sheet_of_slip(printed)
        print(sheet_html(sheet) if arguments.html else sheet_text(sheet), end="")
        return 0
    path = arguments.output.expanduser()
    write_sheet(sheet_of_slip(printed), path, html=arguments.html or is_html(path))
    tell(_("The slip of {number} is in {path}.").format(number=printed.number, path=path))
    return 0


def _returned_lines(order: Order, wanted: Sequence[TypedLine]) -> tuple[ReturnLine, ...]:
    """Which lines of the order the goods come back from; what is too much stays with the last one and is refused."""
    before = returned_before(order.id)
    left = {
        line.line: line.quantity_e3 - (before[line.line].quantity_e3 if line.line in before else 0)
        for line in lines_of(order)
    }
    taken: list[tuple[int, int]] = []
    for goods in wanted:
        taken += _taken(goods, _lines_with(order, goods), left)
    return tuple(
        ReturnLine(line=place, returns_line=line, quantity_e3=quantity)
        for place, (line, quantity) in enumerate(taken, start=1)
    )


def _lines_with(order: Order, goods: TypedLine) -> list[OrderLine]:
    product = goods.product()
    lines = [line for line in lines_of(order) if line.product_id == product.id]
    if not lines:
        raise InputError(
            N_("The order {number} has no line with {code}: look at it in the customer's archive."),
            number=order.number,
            code=goods.code,
        )
    return lines


def _taken(goods: TypedLine, lines: Sequence[OrderLine], left: dict[int, int]) -> list[tuple[int, int]]:
    """(line, quantity in 1/1000) of each line that gives some of the goods back."""
    if goods.quantity_e3 <= 0:
        return [(lines[0].line, goods.quantity_e3)]
    taken: list[tuple[int, int]] = []
    wanted = goods.quantity_e3
    for line in lines:
        quantity = wanted if line is lines[-1] else min(wanted, left[line.line])
        if quantity > 0:
            taken.append((line.line, quantity))
            left[line.line] -= quantity
            wanted -= quantity
    return taken


def _promise(recorded: OrderRecorded) -> Mark:
    """On a laptop, whether the office will say the same to a confirmed order; else nothing."""
    verdict = recorded.verdict
    if verdict is None or verdict.name != "ok" or recorded.state != "confirmed" or not on_a_laptop():
        return ""
    return "guaranteed" if verdict.guaranteed else "provisional"


def _print_recorded(recorded: OrderRecorded, desk: Desk, promise: Mark = "") -> None:
    _print_all([recorded], desk, promise)


def _print_all(recorded: Sequence[OrderRecorded], desk: Desk, promise: Mark = "") -> None:
    """A row for each order, and what is to be done about those that are held."""
    print_rows(COLUMNS, [_row(each, desk, promise) for each in recorded], desk.form)
    for each in recorded:
        if desk.form == "table" and each.state == "held" and each.verdict is not None:
            print(_what_to_do(each.number, each.verdict))


def _row(recorded: OrderRecorded, desk: Desk, promise: Mark) -> tuple[Cell, ...]:
    verdict = recorded.verdict
    held_for = None if verdict is None else verdict.held_for
    name = None if verdict is None else verdict.name
    state = recorded.state
    if desk.form == "table":
        state, name = _(STATE_NAMES[state]), None if name is None else _(REASON_NAMES[name])
        held_for = None if verdict is None else reasons_told(verdict)
    if promise:
        name = _(MARK_WORDS[promise]) if desk.form == "table" else promise
    cure = format_amount(verdict.cure) if verdict is not None and verdict.cure else None
    return (recorded.number, format_amount(recorded.amount), state, name, cure, held_for)


def reasons_told(verdict: Verdict) -> str:
    """Everything that stops an order, translated, with its amounts and what it is about."""
    return "; ".join(map(_told, verdict.reasons))


def _told(reason: Reason) -> str:
    parts = [_(REASON_NAMES[reason.name])]
    if reason.amount:
        parts.append(grouped(reason.amount))
    if reason.about:
        parts.append(f"({', '.join(reason.about)})")
    return " ".join(parts)


def _what_to_do(number: str, verdict: Verdict) -> str:
    # Money alone does not release what a person must look at.
    if verdict.cure and not any(reason.name in REASONS_FOR_A_PERSON for reason in verdict.reasons):
        said = _("Receive {amount} to release {number}, or have the office release it with a reason.")
        if verdict.cures_by_older_bills:
            said = _(
                "Receive {amount} without --order, for what is overdue, to release {number},"
                " or have the office release it with a reason."
            )
        return said.format(amount=grouped(verdict.cure), number=number)
    return _("The office can release {number} with a reason.").format(number=number)
