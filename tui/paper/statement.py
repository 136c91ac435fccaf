"""A customer's statement, as a sheet of paper in the language in use."""

from __future__ import annotations

from model.ageing import Ages
from model.errors import N_
from model.money import grouped
from model.paper import StatementPaper
from model.statement import DOCUMENT_NAMES, StatementRow
from tui.locale import _
from tui.paper.sheet import Field, Head, Sheet, one_line

NUMBER_CELLS_MOST = 20
AGE_NAMES = (
    N_("not due"),
    N_("1–30 days overdue"),
    N_("31–60 days overdue"),
    N_("61–90 days overdue"),
    N_("more than 90 days overdue"),
    N_("not yet allocated"),
)


def sheet_of_statement(paper: StatementPaper) -> Sheet:
    """A statement as it is sent to a customer, to be checked and signed."""
    return Sheet(
        name=f"{_('Statement of account')} {one_line(paper.customer_code)} {paper.last}",
        company=paper.company,
        title=_("Statement of account"),
        mark="",
        fields=_fields(paper),
        heads=[
            Head(_("Date")), Head(_("Document")), Head(_("Number"), most=NUMBER_CELLS_MOST), Head(_("Debits"), "right"),
            Head(_("Credits"), "right"), Head(_("Balance"), "right"),
        ],
        rows=[_cells(row) for row in paper.rows],
        wide=1,
        words=[(_("Balance in words"), paper.capitals), (_("Please check and sign"), _request(paper))],
        sums=_sums(paper),
        signatures=[_("Sent by"), _("Confirmed by")],
    )  # fmt: skip


def _fields(paper: StatementPaper) -> list[list[Field]]:
    first = _("the beginning") if paper.first is None else str(paper.first)
    fields = [
        [(_("Customer"), f"{paper.customer_code} {paper.customer}")],
        [(_("From"), first), (_("To"), str(paper.last))],
        [(_("Contact"), paper.contact), (_("Phone"), paper.phone)],
        [(_("Address"), paper.address)],
        [(_("Salesperson"), paper.salesperson)],
    ]
    filled = [[(name, one_line(value)) for name, value in group if value] for group in fields]
    return [group for group in filled if group]


def _cells(row: StatementRow) -> list[str]:
    return [
        "" if row.day is None else str(row.day), _(DOCUMENT_NAMES[row.document]), one_line(row.number),
        grouped(row.debit) if row.debit else "", grouped(row.credit) if row.credit else "", grouped(row.balance),
    ]  # fmt: skip


def _sums(paper: StatementPaper) -> list[Field]:
    """The turnover, the balance, and of what age it is."""
    balance = _("You owe") if paper.balance >= 0 else _("We owe you")
    sums = [
        (_("Debits"), grouped(sum(row.debit for row in paper.rows))),
        (_("Credits"), grouped(sum(row.credit for row in paper.rows))),
        (balance, grouped(abs(paper.balance))),
    ]
    return [*sums, *_ages(paper.ages)]


def _ages(ages: Ages) -> list[Field]:
    return [(_(name), grouped(amount)) for name, amount in zip(AGE_NAMES, ages.columns, strict=True) if amount]


def _request(paper: StatementPaper) -> str:
    if paper.overdue:
        return _("{amount} of it is overdue: please pay it, and tell us within seven days what is not right.").format(
            amount=grouped(paper.overdue)
        )
    return _("tell us within seven days what is not right.")
