"""What imported rows become: all of them or nothing, and twice is once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import totals
from model.changes.log import Change
from model.changes.merging import MergeCustomers
from model.changes.recording import record, replay
from model.customers import blacklisted_on, owner_on, terms_on
from model.errors import ImportRefused, InputError, Refused
from model.files.importing import import_generated, import_paths
from model.files.intake import import_rows
from model.ids import new_id
from model.money import format_price, half_up
from model.orders import Order
from model.products import cost_on
from model.store import current, execute_many, one, open_store, rows, set_meta
from sample_db.company import SMALL, generate_scaled
from tests.model.classicmodels import classicmodels_tables, read_source, write_classicmodels
from tests.model.company import BUSINESS_TABLES
from tests.model.import_files import BASE, TODAY, everything, id_of, new_company, refused, take, write
from tests.model.test_export import facts


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with new_company(tmp_path) as files:
        yield files


# ── what rows become ──


def test_an_order_freezes_what_held_on_its_date(folder: Path) -> None:
    take(folder, **BASE)
    order = Order.get(Order.number == "O1")
    assert (order.amount, order.cost, order.uncosted) == (27000 + 4995, 18000, 4995)
    assert (order.due_date, order.credit_days) == (date(2026, 2, 9), 30)
    assert (order.owner_id, order.maker_id, order.owner_bp) == (id_of("salesperson", "S1"),) * 2 + (0,)
    assert order.open_amount == order.amount - 10000
    assert totals.faults() == []


def test_importing_twice_is_importing_once(folder: Path) -> None:
    first = take(folder, **BASE)
    before = everything()
    second = take(folder, **BASE)
    assert first["order_lines"] == (2, 0, 0)
    assert {name: (0, 0, sum(counts)) for name, counts in first.items()} == second
    assert everything() == before


def test_the_order_of_files_does_not_matter(folder: Path) -> None:
    write(folder, **BASE)
    files = sorted(folder.iterdir(), reverse=True)
    import_paths(files, on=TODAY)
    assert one("SELECT COUNT(*) FROM order_line") == (2,)


def test_files_may_refer_to_what_is_in_the_store(folder: Path) -> None:
    for name, text in BASE.items():
        if name != "order_lines":
            more = {"order_lines": BASE["order_lines"]} if name == "orders" else {}
            take(folder, **{name: text}, **more)
    assert one("SELECT balance FROM customer_total WHERE customer_id = ?", (id_of("customer", "C1"),)) == (21995,)
    assert totals.faults() == []


def test_few_new_documents_leave_the_totals_right(folder: Path) -> None:
    many = "".join(f"X{number},Customer {number},S1\n" for number in range(40))
    take(folder, **{**BASE, "customers": BASE["customers"] + many.replace(",S1\n", ",S1,,\n")})
    take(
        folder,
        orders="number,customer,date,maker\nO2,C2,2026-01-20,S2\nO3,C2,2026-02-20,S2\n",
        order_lines="order,line,product,quantity,price\nO2,1,P1,1,100\nO3,1,P1,1,50\n",
        receipts="number,customer,date,amount\nR2,C2,2026-02-25,120\n",
        contacts_log="customer,date,salesperson,note\nC2,2026-03-01,S2,called\n",
    )
    assert totals.faults() == []
    found = one("SELECT balance, last_contact FROM customer_total WHERE customer_id = ?", (id_of("customer", "C2"),))
    assert found == (3000, "2026-03-01")


def test_a_differing_customer_or_product_is_updated_from_the_day_of_the_import(folder: Path) -> None:
    take(folder, **BASE)
    day = date(2026, 3, 1)
    counts = take(
        folder,
        on=day,
        customers="code,name,owner,credit_limit,blacklisted\nC1,One Ltd,S2,7000,yes\n",
        products="code,name,cost\nP1,Mouse,65\n",
    )
    assert counts == {"customers": (0, 1, 0), "products": (0, 1, 0)}
    customer, product = id_of("customer", "C1"), id_of("product", "P1")
    earlier = date(2026, 2, 28)
    assert [owner_on(customer, each) for each in (earlier, day)] == [
        id_of("salesperson", code) for code in ("S1", "S2")
    ]
    assert [terms_on(customer, each).credit_limit for each in (earlier, day)] == [500000, 700000]
    assert [terms_on(customer, each).credit_days for each in (earlier, day)] == [30, 30]
    assert [blacklisted_on(customer, each) for each in (earlier, day)] == [False, True]
    assert [cost_on(product, each) for each in (earlier, day)] == [600000, 650000]
    assert rows("SELECT name, price_e4 FROM product WHERE code = 'P1'") == [("Mouse", 1000000)]


def test_histories_win_over_the_columns_of_a_customer(folder: Path) -> None:
    take(
        folder,
        **BASE,
        assignments="customer,owner,from,to,by\nC1,S2,2025-01-01,2025-06-01,claim release\nC1,S1,2025-07-01,,\n",
        terms="customer,from,credit_days,credit_limit,until\nC1,2025-01-01,10,100,\nC1,2025-03-01,,900,2025-03-31\n",
        costs="product,from,cost\nP1,2025-02-01,55\n",
    )
    customer = id_of("customer", "C1")
    assert owner_on(customer, date(2025, 6, 15)) is None
    assert rows("SELECT started_by, ended_by FROM assignment ORDER BY from_date") == [
        ("claim", "release"),
        ("office", ""),
    ]
    terms = terms_on(customer, date(2025, 3, 31))
    assert (terms.credit_days, terms.credit_limit) == (10, 90000)
    assert terms_on(customer, date(2024, 1, 1)).credit_limit == 0
    assert cost_on(id_of("product", "P1"), date(2025, 1, 31)) is None


def test_states_say_from_when_until_when_an_order_counts(folder: Path) -> None:
    states = "".join(
        f"O{number},C1,2026-01-01,{state}\n"
        for number, state in enumerate(("cancelled,2026-01-05", "cancelled,", "quote,", "held,"), start=2)
    )
    lines = "".join(f"O{number},1,P1,1,100\n" for number in range(2, 6))
    take(
        folder,
        **{
            **BASE,
            "orders": "number,customer,date,state,decided_on\nO1,C1,2026-01-10,,\n" + states,
            "order_lines": "order,line,product,quantity,price\nO1,1,P1,1,100\n" + lines,
        },
    )
    assert rows("SELECT number, live_from, live_to FROM orders ORDER BY number") == [
        ("O1", "2026-01-10", None), ("O2", "2026-01-01", "2026-01-05"), ("O3", None, None), ("O4", None, None),
        ("O5", None, None),
    ]  # fmt: skip


def test_an_opening_item_is_owed_but_no_sale(folder: Path) -> None:
    take(
        folder,
        salespeople=BASE["salespeople"],
        customers=BASE["customers"],
        orders="number,customer,date,kind,amount,due_date\nB1,C1,2026-01-01,opening,500,2025-12-01\nB2,C2,2026-01-01,opening,-70,\n",
    )
    assert rows("SELECT c.code, t.balance, t.trades FROM customer_total t JOIN customer c ON c.id = t.customer_id") in (
        [("C1", 50000, 0), ("C2", -7000, 0)], [("C2", -7000, 0), ("C1", 50000, 0)],
    )  # fmt: skip


@given(st.lists(st.integers(1, 40), min_size=1, max_size=5), st.integers(1, 99999), st.integers(0, 9999))
def test_returns_in_any_number_of_steps_give_exactly_what_was_sold(
    tmp_path: Path, steps: list[int], price_e4: int, owner_bp: int
) -> None:
    sold = sum(steps)
    numbers = list(enumerate(steps, start=1))
    returns = "".join(f"T{number},C1,2026-02-{number:02d},return,O1,\n" for number, _ in numbers)
    price = format_price(price_e4)
    lines = "".join(f"T{number},1,P1,{step},{price},1\n" for number, step in numbers)
    with open_store(tmp_path / new_id().hex(), create=True).use():
        take(
            tmp_path / "in",
            salespeople=BASE["salespeople"],
            customers=BASE["customers"],
            products="code,name,cost\nP1,Mouse,0.3333\n",
            rules=f"from,kind,owner_share,maker_share\n2025-01-01,owned,{owner_bp},{10000 - owner_bp}\n",
            orders="number,customer,date,kind,returns,maker\nO1,C1,2026-01-10,sale,,S2\n" + returns,
            order_lines="order,line,product,quantity,price,returns_line\n" + f"O1,1,P1,{sold},{price},\n" + lines,
        )
        of_sale, of_returns = (
            one("SELECT SUM(amount), SUM(cost), SUM(owner_amount), SUM(owner_cost) FROM orders WHERE kind = ?", (kind,))
            for kind in ("sale", "return")
        )
        assert of_sale == of_returns
        first = one("SELECT amount FROM orders WHERE number = 'T1'")
        assert first == (half_up(of_sale[0] * steps[0], sold),)
        assert totals.faults() == []


def test_a_return_may_leave_out_its_line_where_only_one_has_the_product(folder: Path) -> None:
    take(
        folder,
        **{
            **BASE,
            "orders": "number,customer,date,kind,returns\nO1,C1,2026-01-10,,\nT1,C1,2026-01-12,return,O1\n",
            "order_lines": BASE["order_lines"] + "T1,1,P1,1,100,\n",
        },
    )
    assert rows("SELECT amount, cost, discount_bp FROM order_line WHERE returns_line = 1") == [(9000, 6000, 1000)]


def test_a_change_of_import_replays_to_the_same_rows(folder: Path, tmp_path: Path) -> None:
    company = {"company": new_id().hex()}
    set_meta("company", company["company"])
    import_generated(generate_scaled(TODAY, SMALL.__class__(4, 12, 100, 3, 2)), on=TODAY)
    take(folder, customers="code,name,owner\nC0001,Renamed,S02\n", on=date(2026, 3, 31))
    first, changes = everything(), list(Change.select().order_by(Change.number))
    files = rows("SELECT * FROM import_file")
    with open_store(tmp_path / "second", create=True).use():
        set_meta("company", company["company"])
        execute_many("INSERT INTO import_file VALUES (?, ?, ?)", files)
        for change in changes:
            replay(change)
        second = everything()
    for table in BUSINESS_TABLES:
        assert sorted(second[table], key=repr) == sorted(first[table], key=repr), table


def test_a_generated_company_is_the_same_with_and_without_its_files(tmp_path: Path) -> None:
    seen = []
    for keep in (True, False):
        with open_store(tmp_path / str(keep), create=True).use():
            import_generated(generate_scaled(TODAY, SMALL.__class__(4, 12, 100, 3, 2)), on=TODAY, keep=keep)
            assert totals.faults() == []
            assert one("SELECT COUNT(*) FROM change") == (int(keep),)
            seen.append(facts())
    assert seen[0] == seen[1]


# ── ClassicModels, against its own figures ──


def test_classicmodels_imports_with_its_balances(folder: Path) -> None:
    write_classicmodels(folder)
    summary = import_paths([folder], on=TODAY)
    assert summary.tables["order_lines"].added == len(read_source("orderdetails"))
    assert totals.faults() == []
    assert not import_paths([folder], on=TODAY).changed
    assert {code: balance for code, balance in _own_balances().items() if balance} == dict(
        rows(
            "SELECT c.code, t.balance FROM customer_total t JOIN customer c ON c.id = t.customer_id"
            " WHERE t.balance <> 0"
        )
    )


def _own_balances() -> dict[str, int]:
    """Each customer's balance by SQL over the original rows alone."""
    tables = classicmodels_tables()
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE o (number, customer, state)")
    database.execute("CREATE TABLE l (number, quantity INTEGER, cents INTEGER)")
    database.execute("CREATE TABLE p (customer, cents INTEGER)")
    orders = [(row["number"], row["customer"], row["state"]) for row in tables["orders"]]
    database.executemany("INSERT INTO o VALUES (?, ?, ?)", orders)
    lines = [(row["order"], row["quantity"], row["price"].replace(".", "")) for row in tables["order_lines"]]
    database.executemany("INSERT INTO l VALUES (?, ?, ?)", lines)
    paid = [(row["customer"], row["amount"].replace(".", "")) for row in tables["receipts"]]
    database.executemany("INSERT INTO p VALUES (?, ?)", paid)
    found = database.execute(
        "SELECT customer, SUM(cents) FROM (SELECT o.customer, l.quantity * l.cents AS cents FROM l"
        " JOIN o USING (number) WHERE o.state = 'confirmed' UNION ALL SELECT customer, -cents FROM p) GROUP BY customer"
    ).fetchall()
    return dict(found)


# ── the import as a whole ──


def test_a_dry_run_says_the_same_and_writes_nothing(folder: Path) -> None:
    before = everything()
    summary = import_paths([write(folder, **BASE)], on=TODAY, dry_run=True)
    assert summary.dry_run
    assert summary.tables["orders"].added == 1
    assert everything() == before


def test_paths_that_are_no_tables_are_told(folder: Path) -> None:
    folder.mkdir()
    for path, said in ((folder, "no CSV or XLSX"), (folder / "missing.csv", "no file")):
        with pytest.raises(InputError, match=said):
            import_paths([path], on=TODAY)
    (folder / "notes.txt").write_text("hello")
    with pytest.raises(InputError, match="neither a CSV"):
        import_paths([folder / "notes.txt"], on=TODAY)
    (folder / "book.xlsx").write_text("not a workbook")
    (folder / "friends.csv").write_text("code\n1\n")
    with pytest.raises(ImportRefused) as told:
        import_paths([folder], on=TODAY)
    assert [bad.file for bad in told.value.bad_rows] == ["book.xlsx", "friends.csv"]


def test_a_laptop_of_a_company_imports_on_the_server(folder: Path) -> None:
    set_meta("server", "https://office.example")
    with pytest.raises(Refused, match="huoke server import"):
        import_paths([write(folder, **BASE)], on=TODAY)


def test_a_salesperson_may_not_import(folder: Path) -> None:
    take(folder, **BASE)
    with pytest.raises(Refused, match="import tables"):
        import_paths([write(folder, salespeople="code,name\nS3,Cy\n")], on=TODAY, person=id_of("salesperson", "S1"))


def test_progress_is_told_table_by_table(folder: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    import_paths([write(folder, **BASE)], on=TODAY, progress=lambda *each: told.append(each))
    assert ("order_lines", 2, None) in told
    assert [name for name, *_ in told][:3] == ["salespeople", "customers", "products"]


def test_lines_of_many_orders_are_written_while_more_come(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file larger than memory should hold gives the same rows, and says so where an order's lines are apart."""
    monkeypatch.setattr("model.files.order_rows.LINES_HELD", 5)
    orders = "".join(f"N{number},C1,2026-01-{number:02d}\n" for number in range(1, 21))
    ordered = [f"N{number},{line},P1,1,10,\n" for number in range(1, 21) for line in (1, 2)]
    many = {**BASE, "orders": BASE["orders"] + orders, "order_lines": BASE["order_lines"] + "".join(ordered)}
    take(folder, **many)
    assert one("SELECT COUNT(*), SUM(amount) FROM orders WHERE number LIKE 'N%'") == (20, 20 * 2000)
    Random(1).shuffle(ordered)
    more = BASE["order_lines"] + "".join(ordered).replace("N", "M")
    bad = refused(
        folder, orders=many["orders"].replace("N", "M").replace("O1", "M0"), order_lines=more.replace("O1", "M0")
    )
    assert any("together" in each[3] for each in bad)


def test_rows_of_tables_in_a_wrong_order_are_a_mistake_of_the_program(folder: Path) -> None:
    from model.files.faults import SourceRow

    given_rows = [("products", SourceRow("x", 2, {"code": "P", "name": "P"})),
                  ("salespeople", SourceRow("x", 2, {"code": "S", "name": "S"}))]  # fmt: skip
    with current().writing(), pytest.raises(ValueError, match="comes after"):
        import_rows(given_rows, on=TODAY, change_uid=new_id())


# ── merged customers ──


def merged_company(folder: Path) -> None:
    """The base company, in which C2 turned out to be C1."""
    take(folder, **BASE)
    record(
        MergeCustomers(loser=id_of("customer", "C2"), winner=id_of("customer", "C1"), date=TODAY), person=None, on=TODAY
    )


def test_documents_that_name_a_merged_customer_go_to_whom_it_became(folder: Path) -> None:
    merged_company(folder)
    counts = take(
        folder, orders="number,customer,date\nO9,C2,2026-02-10\n",
        order_lines="order,line,product,quantity,price,discount\nO9,1,P1,1,100,\n",
        receipts="number,customer,date,amount,order\nR9,C2,2026-02-11,40,O9\n",
    )  # fmt: skip
    assert counts["orders"] == (1, 0, 0)
    became = id_of("customer", "C1")
    assert one("SELECT customer_id FROM orders WHERE number = 'O9'") == (became,)
    assert one("SELECT customer_id FROM receipt WHERE number = 'R9'") == (became,)
    assert totals.faults() == []


def test_rows_about_a_merged_customer_itself_change_nothing(folder: Path) -> None:
    merged_company(folder)
    before = everything()
    counts = take(
        folder, customers="code,name,owner,credit_days,credit_limit\nC2,Two again,S2,60,9000\n",
        assignments="customer,owner,from\nC2,S2,2026-01-01\n",
        terms="customer,from,credit_days,credit_limit\nC2,2026-01-01,90,1000\n",
    )  # fmt: skip
    assert counts == {"customers": (0, 0, 1), "assignments": (0, 0, 1), "terms": (0, 0, 1)}
    after = everything()
    before.pop("import_file", None)
    after.pop("import_file", None)
    assert after == before
