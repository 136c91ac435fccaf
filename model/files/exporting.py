"""The company's tables as CSV files or one workbook, which an import reads back to the same company.

Voided documents are left out: they keep their numbers here and count nowhere. Rows stream from the database, so that
an export needs no more memory for a million orders than for ten.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from model.activity import COMPANY_CODE
from model.aliases import not_merged
from model.errors import N_, InputError, Refused
from model.files.reading import CSV_ENDING, XLSX_ENDING
from model.files.reasons_told import reason_told, state_told
from model.files.tables import TABLES, UNKNOWN_COST_WORD
from model.money import format_amount, format_percent, format_price, format_quantity
from model.rights import SIGHT_NAMES, SIGHTS
from model.store import current, execute

# What a sheet of a workbook can hold, its header included.
SHEET_ROWS = 1_048_576
COST_TABLE, COST_COLUMN = "costs", "cost"
CellRow = tuple[str, ...]


def export_tables(path: Path, table: str | None = None, *, sees_cost: bool = True) -> list[Path]:
    """Write the tables as they stand at one moment.

    A path that ends in .xlsx becomes a workbook, one that ends in .csv one table; any other is a folder of CSV files.

    Args:
        table: this one alone.
        sees_cost: whether they say what goods cost; else those cells are empty, and the table of costs has no rows.

    Returns:
        The files written.

    Raises:
        InputError: there is no such table, or the path cannot be written.
        Refused: of nothing but costs, which may not be seen.
    """
    if table is not None and table not in TABLES:
        raise InputError(N_("There is no table {table}: the tables are {names}."), table=table, names=", ".join(TABLES))
    ending = path.suffix.lower()
    if table is None and ending == CSV_ENDING and path.stem in TABLES:
        table = path.stem
    if table == COST_TABLE and not sees_cost:
        raise Refused(
            N_("Your role may not {what}: ask someone whose role is {roles}."),
            what=SIGHT_NAMES["see_cost"],
            roles=SIGHTS["see_cost"],
        )
    if table is None and ending == CSV_ENDING:
        raise InputError(N_("{path} is one file: say which table with --table, or name a folder."), path=path)
    names = list(TABLES) if table is None else [table]
    files = [path] if ending in (CSV_ENDING, XLSX_ENDING) else [path / f"{name}{CSV_ENDING}" for name in names]
    try:
        with current().database.atomic():
            if ending == XLSX_ENDING:
                _written_whole(path, lambda beside: _write_workbook(beside, names, sees_cost))
            else:
                for file, name in zip(files, names, strict=True):
                    _written_whole(file, lambda beside, name=name: _write_csv(beside, name, sees_cost))  # type: ignore[misc]
    except OSError as error:
        raise InputError(
            N_("{path} cannot be written: {reason}."), path=path, reason=error.strerror or str(error)
        ) from error
    return files


def _written_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file beside its place and move it there once it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _rows_of(name: str, sees_cost: bool) -> Iterator[CellRow]:
    """A table's rows, without what goods cost for who may not see it."""
    if sees_cost or COST_COLUMN not in TABLES[name].column_names:
        yield from ROWS_OF[name]()
    elif name != COST_TABLE:
        at = TABLES[name].column_names.index(COST_COLUMN)
        for row in ROWS_OF[name]():
            yield (*row[:at], "", *row[at + 1 :])


def _write_csv(path: Path, name: str, sees_cost: bool) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TABLES[name].column_names)
        writer.writerows(_rows_of(name, sees_cost))


def _write_workbook(path: Path, names: list[str], sees_cost: bool) -> None:
    # Half a second of other people's code that most starts of the program never need.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    workbook = Workbook(write_only=True)
    for name in names:
        sheet = workbook.create_sheet(name)
        sheet.append(TABLES[name].column_names)
        for count, row in enumerate(_rows_of(name, sees_cost), start=2):
            if count > SHEET_ROWS:
                raise InputError(
                    N_("{table} has more rows than a sheet can hold: export to a folder of CSV files."), table=name
                )
            cells: list[Any] = []
            for text in row:
                if not text.startswith("="):
                    cells.append(text or None)
                    continue
                # What begins with = is a text here, whatever a spreadsheet would make of it.
                cell = WriteOnlyCell(sheet, text)
                cell.data_type = "s"
                cells.append(cell)
            sheet.append(cells)
    workbook.save(path)


# ── each table's rows as text, in the order of its columns ──────────────────────────────────────────────────────


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _amount(value: int | None) -> str:
    return "" if value is None else format_amount(value)


def _price(value: int | None) -> str:
    return "" if value is None else format_price(value)


def _yes_no(value: int) -> str:
    return "yes" if value else "no"


def _salespeople() -> Iterator[CellRow]:
    for code, name, role, team, active in execute(
        "SELECT code, name, role, team, active FROM salesperson ORDER BY code"
    ):
        yield code, name, role, team, _yes_no(active)


# The owner who lasts, the terms that last and the last word on the blacklist: a present that asks no clock.
_CUSTOMERS = """
SELECT c.code, c.name, c.short_name, c.retail, p.code, c.segment, c.contact, c.phone, c.address, c.city, c.bank_account,
    c.tax_id, t.credit_days, t.credit_from, t.credit_limit, b.blacklisted, c.label, c.created_on, c.closed_on, c.note
FROM customer c
LEFT JOIN assignment a ON a.customer_id = c.id AND a.to_date IS NULL
LEFT JOIN salesperson p ON p.id = a.owner_id
LEFT JOIN terms t ON t.customer_id = c.id AND t.until_date = '' AND t.from_date = (
    SELECT MAX(l.from_date) FROM terms l WHERE l.customer_id = c.id AND l.until_date = '')
LEFT JOIN blacklisting b ON b.customer_id = c.id AND b.from_date = (
    SELECT MAX(l.from_date) FROM blacklisting l WHERE l.customer_id = c.id)
WHERE {living}
ORDER BY c.code
"""


def _customers() -> Iterator[CellRow]:
    for row in execute(_CUSTOMERS.format(living=not_merged("c.id"))):
        code, name, short_name, retail, owner, *texts = row[:12]
        days, credit_from, limit, blacklisted, label, created_on, closed_on, note = row[12:]
        kind = "retail" if retail else "owned" if owner is not None else "shared"
        yield (
            code, name, short_name, kind, _text(owner), *texts, _text(days or 0), credit_from or "order",
            format_amount(limit or 0), _yes_no(blacklisted or 0), label, _text(created_on), _text(closed_on), note,
        )  # fmt: skip


def _assignments() -> Iterator[CellRow]:
    for customer, owner, first, end, started_by, ended_by in execute(
        "SELECT c.code, p.code, a.from_date, a.to_date, a.started_by, a.ended_by FROM assignment a"
        " JOIN customer c ON c.id = a.customer_id JOIN salesperson p ON p.id = a.owner_id"
        f" WHERE {not_merged('c.id')} ORDER BY c.code, a.from_date"
    ):
        by = " ".join(word for word in (started_by, ended_by) if word in ("claim", "release")) or "office"
        yield customer, owner, first, _text(end), by


def _terms() -> Iterator[CellRow]:
    for customer, first, days, credit_from, limit, until, reason in execute(
        "SELECT c.code, t.from_date, t.credit_days, t.credit_from, t.credit_limit, t.until_date, t.reason FROM terms t"
        f" JOIN customer c ON c.id = t.customer_id WHERE {not_merged('c.id')}"
        " ORDER BY c.code, t.from_date, t.until_date"
    ):
        yield customer, first, _text(days), _text(credit_from), _amount(limit), until, reason


def _products() -> Iterator[CellRow]:
    for row in execute(
        "SELECT p.code, p.name, p.brand, p.category, p.unit, p.price_e4, p.floor_e4, c.cost_e4, p.tax_rate_bp,"
        " p.stock_e3, p.stock_on, p.active FROM product p LEFT JOIN cost c ON c.product_id = p.id AND c.from_date = ("
        " SELECT MAX(l.from_date) FROM cost l WHERE l.product_id = p.id) ORDER BY p.code"
    ):
        *texts, price, floor, cost, tax_rate, stock, stock_on, active = row
        yield (
            *texts, format_price(price), _price(floor), _price(cost), format_percent(tax_rate),
            "" if stock is None else format_quantity(stock), _text(stock_on), _yes_no(active),
        )  # fmt: skip


def _costs() -> Iterator[CellRow]:
    for product, first, cost in execute(
        "SELECT p.code, c.from_date, c.cost_e4 FROM cost c JOIN product p ON p.id = c.product_id"
        " ORDER BY p.code, c.from_date"
    ):
        yield product, first, format_price(cost)


_ORDERS = """
SELECT o.number, c.code, o.date, m.code, o.kind, o.state, r.number, o.credit_days, o.due_date, o.valid_until,
    o.invoice_number, o.invoiced_on, o.decided_on, o.reason, o.note, o.amount, o.live_from, o.held_for, b.number
FROM orders o JOIN customer c ON c.id = o.customer_id LEFT JOIN salesperson m ON m.id = o.maker_id
LEFT JOIN orders r ON r.id = o.returns_id LEFT JOIN orders b ON b.id = o.replaces_id AND b.state <> 'voided'
WHERE o.state <> 'voided' ORDER BY o.date, o.number
"""


def _orders() -> Iterator[CellRow]:
    for row in execute(_ORDERS):
        number, customer, day, maker, kind, state, returns, days, due = row[:9]
        valid_until, invoice_number, invoiced_on, decided, reason, note, amount, live_from, held_for, replaces = row[9:]
        yield (
            number, customer, day, _text(maker), kind, state_told(state, live_from, day, decided, held_for),
            _text(returns), str(days), due, _text(valid_until), invoice_number, _text(invoiced_on), decided,
            reason_told(state, reason, held_for, replaces, live_from), note,
            format_amount(amount) if kind == "opening" else "",
        )  # fmt: skip


# Where a line has no cost although its product had one, the file must say so: an empty cell would ask the product.
_ORDER_LINES = """
SELECT o.number, l.line, p.code, l.quantity_e3, l.price_e4, l.discount_bp, l.cost_e4, l.returns_line,
    CASE WHEN l.cost_e4 IS NULL THEN EXISTS (
        SELECT 1 FROM cost k WHERE k.product_id = l.product_id AND k.from_date <= o.date) ELSE FALSE END
FROM orders o JOIN order_line l ON l.order_id = o.id JOIN product p ON p.id = l.product_id
WHERE o.state <> 'voided' ORDER BY o.date, o.number, l.line
"""


def _order_lines() -> Iterator[CellRow]:
    for number, line, product, quantity, price, discount, cost, returns_line, known in execute(_ORDER_LINES):
        yield (
            number, str(line), product, format_quantity(quantity), format_price(price), format_percent(discount),
            UNKNOWN_COST_WORD if known else _price(cost), _text(returns_line),
        )  # fmt: skip


# A receipt that names one bill without an amount names it in its own row; more of them stand in allocations.
_NAMED_ONE = """
SELECT o.number FROM receipt_order w JOIN orders o ON o.id = w.order_id WHERE w.receipt_id = r.id AND w.amount IS NULL
    AND o.state <> 'voided' AND (SELECT COUNT(*) FROM receipt_order v WHERE v.receipt_id = r.id) = 1
"""
_RECEIPTS = f"""
SELECT r.number, c.code, r.date, r.amount, r.kind, r.method, r.reference, ({_NAMED_ONE}), b.number
FROM receipt r JOIN customer c ON c.id = r.customer_id LEFT JOIN receipt b ON b.id = r.reverses_id
WHERE r.voided = 0 ORDER BY r.date, r.number
"""


def _receipts() -> Iterator[CellRow]:
    for number, customer, day, amount, kind, method, reference, order, reverses in execute(_RECEIPTS):
        yield number, customer, day, format_amount(amount), kind, method, reference, _text(order), _text(reverses)


_ALLOCATIONS = """
SELECT r.number, o.number, w.amount, r.amount, o.amount, r.date, o.live_from,
    CASE WHEN o.live_from IS NULL AND o.state IN ('lost', 'rejected', 'cancelled') THEN o.decided_on END,
    (SELECT e.amount FROM allocation e WHERE e.customer_id = r.customer_id AND e.source_id = r.id
        AND e.bill_id = o.id AND e.date = r.date)
FROM receipt r JOIN receipt_order w ON w.receipt_id = r.id JOIN orders o ON o.id = w.order_id
WHERE r.voided = 0 AND o.state <> 'voided' AND (w.amount IS NOT NULL OR (
    SELECT COUNT(*) FROM receipt_order v WHERE v.receipt_id = r.id) > 1)
ORDER BY r.date, r.number, w.position
"""


def _allocations() -> Iterator[CellRow]:
    """Bills named with an amount or beside others: what each of them received on that day, or had reserved for it."""
    present, left = "", 0
    for receipt, order, wished, amount, order_amount, day, live_from, ended, received in execute(_ALLOCATIONS):
        if receipt != present:
            present, left = receipt, amount
        if live_from is not None and live_from <= day:
            taken = min(received or 0, left if wished is None else wished)
        elif ended is not None and ended <= day:
            taken = 0
        else:
            taken = min(left, order_amount if wished is None else wished)
        # What was paid already or ended took nothing, and naming it says nothing more.
        if taken > 0:
            left -= taken
            yield receipt, order, format_amount(taken)


def _contacts_log() -> Iterator[CellRow]:
    for customer, day, person, note, next_on in execute(
        "SELECT c.code, l.date, p.code, l.note, l.next_on FROM contact_log l JOIN customer c ON c.id = l.customer_id"
        " JOIN salesperson p ON p.id = l.person_id ORDER BY l.date, c.code, l.id"
    ):
        yield customer, day, person, note, _text(next_on)


def _rules() -> Iterator[CellRow]:
    for first, kind, owner_bp, maker_bp in execute(
        "SELECT from_date, kind, owner_bp, maker_bp FROM attribution_rule ORDER BY from_date, kind"
    ):
        yield first, kind, str(owner_bp), str(maker_bp)


def _closes() -> Iterator[CellRow]:
    for month, person, responsible, active in execute(
        "SELECT m.month, COALESCE(p.code, ?) AS code, m.responsible, m.active FROM month_close m"
        " LEFT JOIN salesperson p ON p.id = m.person_id ORDER BY m.month, code",
        (COMPANY_CODE,),
    ):
        yield month, person, str(responsible), str(active)


ROWS_OF: dict[str, Callable[[], Iterator[CellRow]]] = {
    "salespeople": _salespeople,
    "customers": _customers,
    "assignments": _assignments,
    "terms": _terms,
    "products": _products,
    "costs": _costs,
    "rules": _rules,
    "orders": _orders,
    "order_lines": _order_lines,
    "receipts": _receipts,
    "allocations": _allocations,
    "contacts_log": _contacts_log,
    "closes": _closes,
}
