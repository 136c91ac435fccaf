"""The office fits the model of customers once a day; laptops reckon with it, and with no more than they may see."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from model.changes.company import SetSetting
from model.kept_values import kept_values, refresh_values
from model.potential import Earnings, Purchases
from model.potential_model import PotentialModel, Trial, published_model
from model.trading_history import trading_histories
from model.value import value_report
from sync.server.fitting import Fitting
from sync.server.imports import import_at_office
from tests.sync.offices import Company

MODEL = PotentialModel(
    as_of=date(2026, 11, 23), customers=900, repeat_customers=400, fewest=50,
    purchases=Purchases(0.5, 9.0, 0.4, 3.0), earnings=Earnings(4.0, 3.0, 200.0), log_likelihood=-1234.5, better=True,
    trial=Trial(365, 1000, 2000),
)  # fmt: skip


def _staffed(company: Company) -> Company:
    company.person("BOSS", "manager")
    company.person("A")
    company.product("P")
    company.customer("C1", "A", limit=100_000)
    return company


def test_a_laptop_reckons_with_the_offices_model(empty_company: Company) -> None:
    company = _staffed(empty_company)
    laptop = company.laptop("A")
    laptop.sync()
    laptop.sell("C1", "P", 2)
    with laptop.store.use():
        report = value_report(company.day)
        assert report.model is None
        assert [row.potential.source for row in report.rows] == ["history"]
    with company.store.use():
        company.office.publish_potential(MODEL)
    laptop.sync()
    with laptop.store.use():
        report = value_report(company.day)
        assert report.model == MODEL
        (row,) = report.rows
        assert row.potential.source == "model"
        # A customer that bought today for the first time: 1.53 days, each earning what all do, 400.00.
        assert row.potential.margin == round(row.potential.orders * 40_000)


def test_who_may_not_see_cost_is_not_told_what_purchases_earn(empty_company: Company) -> None:
    company = _staffed(empty_company)
    company.at_office(SetSetting(name="cost_visible_to_sales", from_date=date(2026, 1, 1), value="no"))
    with company.store.use():
        company.office.publish_potential(MODEL)
    seller, manager = company.laptop("A"), company.laptop("BOSS")
    for laptop, seen in ((manager, MODEL), (seller, None)):
        laptop.sync()
        with laptop.store.use():
            found = published_model()
        assert found is not None
        assert found.purchases == MODEL.purchases
        assert (found == MODEL) == (seen is MODEL)
    assert found.earnings is None
    assert found.trial is None
    assert found.holds


def test_the_office_fits_once_a_day_and_only_where_enough_came_back(empty_company: Company, tmp_path: Path) -> None:
    company = empty_company
    fitting = Fitting(company.office)
    assert not fitting.fit()
    with company.store.use():
        import_at_office(
            company.store, [_files(tmp_path / "in", company.day)], company.office.record_here, on=company.day
        )  # fmt: skip
    assert fitting.fit()
    assert not fitting.fit()
    with company.store.use():
        published = published_model()
        assert published is not None
        assert (published.as_of, published.repeat_customers) == (company.day, 60)
        # Every database adds up trading days alike.
        histories = trading_histories(company.day)
        assert sorted(each.history.repeats for each in histories.values()) == sorted(
            1 + place % 3 for place in range(60)
        )
        assert {each.history.earned for each in histories.values()} == {4000, 8000, 12000}
        assert 0 < len(trading_histories(company.day, part=128)) < 60
        assert trading_histories(company.day, next(iter(histories))).items() <= histories.items()
        assert refresh_values(company.day)
        assert {row.code: row for row in kept_values()} == {row.code: row for row in value_report(company.day).rows}
    company.day += timedelta(days=1)
    assert fitting.fit()


def _files(folder: Path, day: date) -> Path:
    """Sixty customers that came back once to three times, each time for a margin of 40.00."""
    customers, orders, lines = ["code,name"], ["number,customer,date"], ["order,line,product,quantity,price,cost"]
    for place in range(60):
        customers.append(f"K{place:02},Customer {place}")
        for back in range(2 + place % 3):
            number = f"O{place:02}-{back}"
            orders.append(f"{number},K{place:02},{day - timedelta(days=1 + back * (7 + place % 5))}")
            lines.append(f"{number},1,P,1,100,60")
    folder.mkdir()
    tables = {"products": ["code,name,price", "P,Goods,100"], "customers": customers, "orders": orders}
    for name, table in (*tables.items(), ("order_lines", lines)):
        (folder / f"{name}.csv").write_text("\n".join(table) + "\n", encoding="utf-8")
    return folder


def test_fitting_ends_when_the_server_does(tmp_path: Path) -> None:
    company = _staffed(Company(tmp_path))
    fitting = Fitting(company.office)
    fitting.begin()
    fitting.end()
    assert not fitting.is_working
    company.store.close()
