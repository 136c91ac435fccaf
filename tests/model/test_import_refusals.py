"""Files that cannot be taken: each fault is told with its place, and the store stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from model.customers import terms_on
from model.errors import ImportRefused
from model.files.importing import import_paths
from model.people import Salesperson
from model.store import one, rows
from tests.model.import_files import BASE, TODAY, everything, id_of, new_company, refused, take, write


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with new_company(tmp_path) as files:
        yield files


# ── what files look like ──


def test_gbk_and_byte_order_marks_are_read(folder: Path) -> None:
    write(folder, salespeople="code,name\nS1,Ann\n")
    (folder / "customers.csv").write_bytes("code,name,owner\nC1,北京联想,S1\n".encode("gbk"))
    (folder / "products.csv").write_bytes(b"\xef\xbb\xbf" + "code,name\nP1,鼠标\n".encode())
    import_paths([folder], on=TODAY)
    assert rows("SELECT name FROM customer UNION ALL SELECT name FROM product") == [("北京联想",), ("鼠标",)]


def test_a_workbook_is_read_as_a_person_sees_it(folder: Path) -> None:
    folder.mkdir()
    book = Workbook()
    book.active.title = "customers"
    for row in (["code", "name", "credit_days", "credit_limit", "blacklisted", "created_on", "note"],
                [103, "One", 30.0, 1234.1, True, datetime(2025, 1, 2), None], [104, "Two"]):  # fmt: skip
        book.active.append(row)
    book.create_sheet("Sheet2")
    book.save(folder / "any name.xlsx")
    import_paths([folder / "any name.xlsx"], on=TODAY)
    assert rows("SELECT code, created_on FROM customer ORDER BY code") == [("103", "2025-01-02"), ("104", None)]
    assert terms_on(id_of("customer", "103"), TODAY).credit_limit == 123410


def test_yes_and_no_are_understood_in_both_languages(folder: Path) -> None:
    words = ("yes", "no", "true", "FALSE", "1", "0", "是", "否", "")
    take(folder, salespeople="code,name,active\n" + "".join(f"S{n},N,{word}\n" for n, word in enumerate(words)))
    active = [person.active for person in Salesperson.select().order_by(Salesperson.code)]
    assert active == [True, False, True, False, True, False, True, False, True]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\x00\xff\xfe\x00\x81", "neither UTF-8 nor GBK"),
        (b"code,name,colour\nC1,One,red\n", "no column “colour”"),
        (b"code,name,name\nC1,One,Two\n", "twice"),
        (b"code\nC1\n", "name is missing"),
        (b"code,name\nC1,One,Two\n", "3 cells, the header 2"),
        (b"code,name,city\nC1,One\n", "2 cells, the header 3"),
        (b"code,name\nC1,On\x00e\n", "control characters"),
        (b"code,name\nC1,On\x1b[2Je\n", "control characters"),
        (b"code,name\nC1," + b"x" * 5000 + b"\n", "5000 characters"),
        (b"code,name\nC1," + b"x" * 200_000 + b"\n", "more than 131072 characters"),
        (b'code,name\nC1,"One"x\n', "not CSV"),
        (b'code,name\nC1,"One\n', "not CSV"),
        (b"code,name\n,One\n", "code is empty"),
        (b"code,name\nC 1,One\n", "cannot be a code"),
        (b"code,name\nC1,One\nC1,Two\n", "twice, first in row 2"),
        (b"code,name,kind\nC1,One,friend\n", "not one of owned, shared, retail"),
        (b"code,name,credit_limit\nC1,One,12.345\n", "more than 2 decimals"),
        (b"code,name,credit_limit\nC1,One,-5\n", "below zero"),
        (b"code,name,created_on\nC1,One,2026-02-30\n", "no day 2026-02-30"),
        (b"code,name,owner\nC1,One,S9\n", "no salesperson S9"),
        (b"code,name,kind\nC1,One,owned\n", "needs an owner"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_taken_is_told_and_changes_nothing(folder: Path, content: bytes, said: str) -> None:
    write(folder)
    (folder / "customers.csv").write_bytes(content)
    before = everything()
    with pytest.raises(ImportRefused) as told:
        import_paths([folder], on=TODAY)
    assert len(told.value.bad_rows) == 1
    assert str(told.value) == ("Rows that cannot be imported: 1. Nothing was written: mend them and import again.")
    assert said in str(told.value.bad_rows[0].error)
    assert told.value.bad_rows[0].file == "customers.csv"
    assert everything() == before


@pytest.mark.parametrize(
    ("table", "row", "column", "said"),
    [
        ("orders", "O2,C9,2026-01-01", "customer", "no customer C9"),
        ("orders", "O2,C1,2026-04-01", "date", "after today"),
        ("orders", "O2,C1,01/02/2026", "date", "not a date"),
        ("orders", "O2,C1,2026-01-01", "number", "no lines"),
        ("orders", "O1,C1,2026-01-01", "number", "twice"),
        ("order_lines", "O9,1,P1,1,1,", "order", "no order O9"),
        ("order_lines", "O1,3,P9,1,1,", "product", "no product P9"),
        ("order_lines", "O1,3,P1,0,1,", "quantity", "not above zero"),
        ("order_lines", "O1,3,P1,-1,1,", "quantity", "not above zero"),
        ("order_lines", "O1,3,P1,1,-1,", "price", "below zero"),
        ("order_lines", "O1,3,P1,1,1,101", "discount", "0 to 100"),
        ("order_lines", "O1,1,P1,1,1,", "line", "two lines 1"),
        ("order_lines", "O1,3,P1,999999999,999999999,", "number", "too large"),
        ("receipts", "R2,C1,2026-02-01,0,", "amount", "not above zero"),
        ("receipts", "R2,C1,2026-02-01,1.234,", "amount", "more than 2 decimals"),
        ("receipts", "R2,C2,2026-02-01,5,O1", "order", "another customer"),
        ("receipts", "R2,C1,2026-02-01,5,O7", "order", "no order O7"),
    ],
)
def test_a_bad_row_is_told_with_its_place(folder: Path, table: str, row: str, column: str, said: str) -> None:
    bad = refused(folder, **{**BASE, table: BASE[table] + row + "\n"})
    assert len(bad) == 1
    assert (bad[0][0], bad[0][2]) == (f"{table}.csv" if said != "too large" else "orders.csv", column)
    assert said in bad[0][3]


@pytest.mark.parametrize(
    ("orders", "lines", "said"),
    [
        ("T1,C1,2026-01-12,return,O1,", "T1,1,P1,4,100,10,1", "Only 3 of line 1"),
        ("T1,C1,2026-01-12,return,O1,", "T1,1,P1,1,99,10,1", "sold at 100.00"),
        ("T1,C1,2026-01-12,return,O1,", "T1,1,P1,1,100,10,2", "no line 2 with this product"),
        ("T1,C1,2026-01-09,return,O1,", "T1,1,P1,1,100,10,1", "before the order"),
        ("T1,C2,2026-01-12,return,O1,", "T1,1,P1,1,100,10,1", "another customer"),
        ("T1,C1,2026-01-12,return,O9,", "T1,1,P1,1,100,10,1", "no sale O9"),
        ("T1,C1,2026-01-12,sale,O1,", "T1,1,P1,1,100,10,", "Only a return"),
        ("T1,C1,2026-01-12,sale,,5", "T1,1,P1,1,100,10,", "Only an opening item"),
        ("T1,C1,2026-01-12,opening,,5", "T1,1,P1,1,100,10,", "cannot have lines"),
        ("T1,C1,2026-01-12,sale,,", "T1,1,P1,1,100,10,1", "takes no order back"),
    ],
)
def test_a_return_or_opening_that_cannot_be_is_told(folder: Path, orders: str, lines: str, said: str) -> None:
    bad = refused(
        folder,
        **{
            **BASE,
            "orders": "number,customer,date,kind,returns,amount\nO1,C1,2026-01-10,,,\n" + orders + "\n",
            "order_lines": "order,line,product,quantity,price,discount,returns_line\nO1,1,P1,3,100,10,\n"
            + lines
            + "\n",
        },
    )
    assert len(bad) == 1, bad
    assert said in bad[0][3]


def test_every_bad_row_is_told_at_once_and_none_twice(folder: Path) -> None:
    bad = refused(
        folder,
        **{
            **BASE,
            "customers": BASE["customers"] + "C3,Three,S9,x,\n",
            "orders": BASE["orders"] + "O2,C3,2026-01-10\nO3,C1,never\n",
            "order_lines": BASE["order_lines"] + "O2,1,P1,1,1,\nO3,1,P1,1,1,\n",
            "receipts": BASE["receipts"] + "R2,C3,2026-02-01,5,O2\nR3,C1,2026-02-01,5,O3\n",
        },
    )
    assert [place[:3] for place in bad] == [("customers.csv", 4, "credit_days"), ("orders.csv", 4, "date")]


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"orders": "number,customer,date\nO1,C1,2026-01-11\n"}, "O1 is already in the store and differs"),
        ({"order_lines": BASE["order_lines"].replace("9.99", "9.98")}, "O1 is already in the store and differs"),
        ({"order_lines": BASE["order_lines"] + "O1,3,P2,1,1,\n"}, "O1 is already in the store and differs"),
        ({"receipts": BASE["receipts"].replace(",100,", ",101,")}, "R1 is already in the store and differs"),
        (
            {"receipts": BASE["receipts"].replace(",O1", ","), "allocations": "receipt,order,amount\nR1,O1,500\n"},
            "More",
        ),
    ],
)
def test_a_document_that_differs_is_refused_by_its_number(folder: Path, tables: dict[str, str], said: str) -> None:
    take(folder, **BASE)
    bad = refused(folder, **tables)
    assert len(bad) == 1
    assert said in bad[0][3]


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"assignments": "customer,owner,from,to\nC1,S1,2025-01-01,2025-03-01\nC1,S2,2025-02-01,\n"}, "overlap"),
        ({"assignments": "customer,owner,from,to\nC1,S1,2025-03-01,2025-03-01\n"}, "not after the beginning"),
        ({"terms": "customer,from,credit_days,until\nC1,2025-03-01,5,2025-02-01\n"}, "before the beginning"),
        ({"rules": "from,kind,owner_share,maker_share\n2025-01-01,owned,6000,5000\n"}, "11000, not 10000"),
        ({"closes": "month,salesperson,responsible,active\n2025-01,S1,3,4\n"}, "More customers are active"),
        ({"allocations": "receipt,order,amount\nR1,O1,50\n"}, "names a bill in its own row"),
        ({"contacts_log": "customer,date,salesperson,note\nC1,2026-04-02,S1,hi\n"}, "after today"),
    ],
)
def test_a_history_that_cannot_be_is_told(folder: Path, tables: dict[str, str], said: str) -> None:
    bad = refused(folder, **{**BASE, **tables})
    assert len(bad) == 1, bad
    assert said in bad[0][3]


def test_an_assignment_in_a_closed_month_is_refused(folder: Path) -> None:
    take(folder, **BASE, closes="month,salesperson,responsible,active\n2026-02,S1,3,2\n")
    bad = refused(folder, assignments="customer,owner,from,to\nC2,S1,2026-02-10,\n")
    assert "2026-02 is closed" in bad[0][3]


def test_a_reversal_takes_exactly_its_receipt_back_once(folder: Path) -> None:
    header = "number,customer,date,amount,kind,reverses\n"
    take(folder, **{**BASE, "receipts": header + "V1,C1,2026-02-03,100,reversal,R1\nR1,C1,2026-02-01,100,,\n"})
    assert one("SELECT balance FROM customer_total WHERE customer_id = ?", (id_of("customer", "C1"),)) == (31995,)
    for row, said in (
        ("V2,C1,2026-02-03,100,reversal,R1", "already reversed"),
        ("V2,C1,2026-02-03,99,reversal,R1", "no other amount"),
        ("V2,C1,2026-02-03,100,reversal,", "must name"),
        ("V2,C1,2026-02-03,100,,R1", "Only a reversal"),
    ):
        assert said in refused(folder, receipts=header + row + "\n")[0][3]
