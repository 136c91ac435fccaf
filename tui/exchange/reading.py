"""What the Sync screen reads from the store; every function runs in a thread, inside `with store.use():`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

import peewee

from model.archive import DocumentRef
from model.change_history import ChangeRow
from model.changes import about
from model.changes.deciding import present_value, right_to_decide
from model.changes.kind import Args
from model.conflicts import KINDS as CONFLICT_KINDS
from model.conflicts import Conflict, parts_of
from model.customers import Customer
from model.document_cards import order_card
from model.duplicates import REASON_NAMES as DUPLICATE_NAMES
from model.errors import HuokeError
from model.laptop import cards_among, days_left_offline, last_heard, unsent_count
from model.money import grouped
from model.notices import Notice
from model.outbox import UnsentChange, args_of, named_by, said_by_the_office, told, unsent_changes
from model.people import Salesperson
from model.settings import setting_on
from model.store import meta, one, rows
from tui import keymap
from tui.archive.change_words import CHANGE_WORDS, change_details
from tui.archive.words import FIELD_WORDS, releasing_words, term_words, verdict_words
from tui.exchange.device_key import key_place
from tui.locale import N_, _, translate_error
from tui.session import Session

UNSENT_SHOWN = 500
INBOX_SHOWN = 500
FATE_WORDS = {
    "held": N_("held"),
    "conflict": N_("conflict"),
    "requested": N_("request"),
    "refused": N_("refused"),
    "quarantined": N_("set aside"),
}
ASKED_WORDS = {
    **FIELD_WORDS,
    "credit_days": N_("credit days"),
    "credit_from": N_("counted from"),
    "credit_limit": N_("limit"),
    "from_date": N_("from"),
    "until": N_("until"),
    "owner": N_("owner"),
    "blacklisted": N_("blacklisted"),
    "reason": N_("reason"),
}


@dataclass(frozen=True)
class OfficeFacts:
    """How this laptop stands.

    Attributes:
        heard: when the office was last heard of, UTC.
        skew_ms: the office's clock less this machine's, milliseconds.
        unsent: changes the office has not got, all of them.
    """

    server: str
    company: str
    device: str
    person: str
    key_place: str
    heard: datetime | None
    days_left: int | None
    skew_ms: int
    unsent: int


@dataclass(frozen=True)
class ConflictFacts:
    """What a decision needs: the conflict's id, what stands now, and the right; it is empty where none is needed."""

    id: bytes
    kind: str
    present: str
    right: str


@dataclass(frozen=True)
class InboxEntry:
    """One thing to look at.

    Attributes:
        kind: where it comes from.
        id: of the change, the conflict or the notice.
        word: what it is, translated.
        sentence: what there is to say, translated.
        about: number of the document or code of the customer.
        day: ISO.
        details: further lines: of a conflict, what each side wants.
        way: where and by which keys something is done about its document, translated.
    """

    kind: Literal["result", "conflict", "notice"]
    id: bytes
    word: str
    sentence: str
    about: str
    day: str
    customer: bytes | None
    document: DocumentRef | None = None
    details: tuple[str, ...] = ()
    way: str = ""
    conflict: ConflictFacts | None = None


@dataclass(frozen=True)
class UnsentRow:
    """A change that the office has not got, in words; `waits` says why it cannot be done here for now."""

    change: UnsentChange
    word: str
    details: str
    waits: str
    customer: bytes | None
    document: DocumentRef | None


@dataclass(frozen=True)
class ExchangeRead:
    """All that the screen shows."""

    facts: OfficeFacts
    inbox: tuple[InboxEntry, ...] = ()
    unsent: tuple[UnsentRow, ...] = ()


def read_exchange(session: Session) -> ExchangeRead | None:
    """Everything of the screen; None on a store that has joined no office."""
    if not meta("server"):
        return None
    day = session.today()
    place = key_place(session.store)
    facts = OfficeFacts(
        server=meta("server"),
        company=setting_on("company_name", day),
        device=meta("device"),
        person="" if session.person is None else session.person.name,
        key_place="" if place is None else place,
        heard=last_heard(),
        days_left=days_left_offline(day),
        skew_ms=int(meta("skew_ms", "0")),
        unsent=unsent_count(),
    )
    inbox = [*_results(day), *open_conflicts(session.person_id), *_notices(session)]
    return ExchangeRead(facts, tuple(inbox), tuple(map(_unsent_row, unsent_changes(UNSENT_SHOWN))))


def kind_word(kind: str) -> str:
    """A kind of change in words."""
    return _(CHANGE_WORDS.get(kind, kind))


# --- own changes that fared otherwise than expected


def _results(day: date) -> list[InboxEntry]:
    from sync.client import unseen_results

    # What waits for a decision, or waited, stands among the conflicts itself.
    decided = {bytes(row[0]) for row in rows("SELECT change_uid FROM conflict")}
    return [_result(day, *result) for result in unseen_results()[:INBOX_SHOWN] if bytes(result[0]) not in decided]


def _result(today: date, uid: bytes, kind: str, status: str, result: bytes) -> InboxEntry:
    found = one("SELECT args, business_date FROM change WHERE uid = ?", (uid,))
    encoded, day = (b"", "") if found is None else (bytes(found[0]), str(found[1]))
    args = args_of(kind, encoded)
    error = told(result)
    fields = error.params.get("fields")
    if isinstance(fields, list):
        error.params["fields"] = [FIELD_WORDS.get(name, name) for name in fields]
    said = translate_error(error)
    sentence = f"{kind_word(kind)}: {said}" if said else kind_word(kind)
    document = document_of(args)
    number = named_by(args) if document is None else document.number
    entry = InboxEntry(
        "result", uid, _(FATE_WORDS.get(status, status)), sentence, number, day, customer_of(args), document
    )
    return _held(entry, told(result), today) if document is not None and document.state == "held" else entry


def _held(entry: InboxEntry, said: HuokeError, today: date) -> InboxEntry:
    """Of an order that is still held: for whom it is, how much, and what releases it; below, which keys do so.

    Of a customer of whom only the card is here it says why the office held it: what is owed is not known.
    """
    document, customer = entry.document, entry.customer
    card = None if document is None else order_card(document.id, today)
    if document is None or customer is None or card is None or card.verdict is None:
        return entry
    only_card = bool(cards_among([customer]))
    reasons = _(", ").join(_(str(reason)) for reason in said.params.get("reasons", ()))
    whom = Customer.get_by_id(customer)

    def said_with(verdict: str) -> str:
        words = {"customer": whom.shown_name, "amount": grouped(card.row.amount)}
        return _("{customer} {amount}: {verdict}").format(**words, verdict=reasons if only_card else verdict)

    in_row, in_full = said_with(verdict_words(card.verdict, in_row=True)), said_with(verdict_words(card.verdict))
    way = releasing_words(whom.code)
    return replace(entry, sentence=in_row, details=(f"{document.number} {in_full}", way), way=way)


def customer_of(args: Args | None) -> bytes | None:
    """The customer that a change is about, where it is in this store."""
    for customer in sorted(about.customers_about(args)) if args is not None else ():
        if one("SELECT 1 FROM customer WHERE id = ?", (customer,)) is not None:
            return customer
    return None


def document_of(args: Args | None) -> DocumentRef | None:
    """The order or receipt that a change made or decided on, where it is in this store."""
    for name in ("id", "order", "receipt"):
        id_ = getattr(args, name, None)
        if not isinstance(id_, bytes):
            continue
        found = one(
            "SELECT number, kind, state FROM orders WHERE id = ?"
            " UNION ALL SELECT number, kind, '' FROM receipt WHERE id = ?",
            (id_, id_),
        )
        if found is not None:
            return DocumentRef(id_, *map(str, found))
    return None


# --- what waits for a decision


def open_conflicts(person: bytes | None, kinds: Sequence[str] = CONFLICT_KINDS) -> list[InboxEntry]:
    """What waits for a decision, the oldest first.

    Args:
        person: who looks at it.
        kinds: of conflicts.
    """
    found = Conflict.select().where(Conflict.state == "open", Conflict.kind.in_(kinds))
    return [
        _conflict(conflict, person) for conflict in found.order_by(Conflict.made_on, Conflict.id).limit(INBOX_SHOWN)
    ]


def _conflict(conflict: Conflict, person: bytes | None) -> InboxEntry:
    code = _code_of(conflict.customer_id)
    if conflict.kind == "field":
        word, sentence, details = _field_words(conflict, person)
    else:
        word, sentence, details = (_request_words if conflict.kind == "request" else _duplicate_words)(conflict)
    return InboxEntry(
        "conflict", conflict.id, word, sentence, code, conflict.made_on.isoformat(), conflict.customer_id,
        details=details,
        conflict=ConflictFacts(conflict.id, conflict.kind, _present(conflict), right_to_decide(conflict)),
    )  # fmt: skip


def _present(conflict: Conflict) -> str:
    """What stands now in the fields of a conflict; empty where its customer is not in this store any more."""
    if conflict.customer_id is None or not _code_of(conflict.customer_id):
        return ""
    return present_value(conflict)


def _field_words(conflict: Conflict, person: bytes | None) -> tuple[str, str, tuple[str, ...]]:
    parts = parts_of(conflict)
    fields = _(", ").join(_(FIELD_WORDS.get(part.name, part.name)) for part in parts)
    # Whose it is stands in the details: the two values decide, and a narrow terminal must not cut them off.
    template = N_("{fields}: yours {mine}, office {theirs}")
    if conflict.person_id != person:
        template = N_("{fields}: wanted {mine}, office {theirs}")
    sentence = _(template).format(
        fields=fields, mine=_listed(part.mine for part in parts), theirs=_listed(part.theirs for part in parts)
    )
    take, keep = (keymap.shown_keys(keymap.ACTION_OF[f"exchange.{verb}"]) for verb in ("take_mine", "keep_theirs"))
    details = (
        _("{fields}, before: {before}").format(fields=fields, before=_joined(part.before for part in parts)),
        _("{key} takes {person}'s: {mine}").format(
            key=take, person=_name_of(conflict.person_id), mine=_joined(part.mine for part in parts)
        ),
        _("{key} keeps the office's: {theirs}").format(key=keep, theirs=_joined(part.theirs for part in parts)),
    )
    return _("conflict"), sentence, details


def _request_words(conflict: Conflict) -> tuple[str, str, tuple[str, ...]]:
    parts = parts_of(conflict)
    asked = _(", ").join(f"{_(ASKED_WORDS.get(part.name, part.name))} {_value(part.name, part.mine)}" for part in parts)
    sentence = _("{person} asks the office: {asked}").format(person=_name_of(conflict.person_id), asked=asked)
    details = tuple(
        _("{field}: asked “{mine}” · now “{theirs}”").format(
            field=_(ASKED_WORDS.get(part.name, part.name)), mine=_value(part.name, part.mine),
            theirs=_value(part.name, part.theirs),
        )
        for part in parts
    )  # fmt: skip
    return _("request"), sentence, (_name_of(conflict.person_id) + _(": ") + kind_word(conflict.field), *details)


def _value(name: str, value: str) -> str:
    """A value of a request; those that are words of the program are translated."""
    if name == "credit_days" and value.isdecimal():
        return term_words(int(value), "order")
    return _(value) if value else "–"


def _duplicate_words(conflict: Conflict) -> tuple[str, str, tuple[str, ...]]:
    [part] = parts_of(conflict)
    reason = _(DUPLICATE_NAMES.get(part.before, part.before))
    sentence = _("{mine} and {theirs} may be one: {reason}").format(mine=part.mine, theirs=part.theirs, reason=reason)
    take, keep = (keymap.shown_keys(keymap.ACTION_OF[f"exchange.{verb}"]) for verb in ("take_mine", "keep_theirs"))
    details = (
        sentence,
        _("{key}: {mine} becomes {theirs}").format(key=take, mine=part.mine, theirs=part.theirs),
        _("{key}: they are two").format(key=keep),
    )
    return _("duplicate"), sentence, details


def _joined(values: Iterable[str]) -> str:
    return " ".join(f"“{value}”" for value in values)


def _listed(values: Iterable[str]) -> str:
    """Values in a row that has no room for quotes."""
    return _(", ").join(value or "–" for value in values)


def _code_of(customer: bytes | None) -> str:
    found = None if customer is None else Customer.get_or_none(Customer.id == customer)
    return "" if found is None else str(found.code)


def _name_of(person: bytes | None) -> str:
    found = None if person is None else Salesperson.get_or_none(Salesperson.id == person)
    return _("somebody") if found is None else str(found.name)


# --- notices


def _notices(session: Session) -> list[InboxEntry]:
    in_office = session.person is None or session.person.role != "sales"
    mine: peewee.Expression = Notice.person == session.person_id
    whose = mine | Notice.person.is_null() if in_office else mine
    found = Notice.select().where(Notice.read_on.is_null(), whose).order_by(Notice.made_on, Notice.id)
    return [_notice(notice) for notice in found.limit(INBOX_SHOWN)]


def _notice(notice: Notice) -> InboxEntry:
    return InboxEntry(
        "notice", notice.id, _("notice"), translate_error(said_by_the_office(notice.template, notice.values)),
        notice.about or _code_of(notice.customer_id), notice.made_on.isoformat(), notice.customer_id,
        _document_numbered(notice.about),
    )  # fmt: skip


def _document_numbered(number: str) -> DocumentRef | None:
    if not number:
        return None
    found = rows(
        "SELECT id, number, kind, state FROM orders WHERE number = ?"
        " UNION ALL SELECT id, number, kind, '' FROM receipt WHERE number = ?",
        (number, number),
    )
    return DocumentRef(bytes(found[0][0]), *map(str, found[0][1:])) if len(found) == 1 else None


# --- what is unsent


def _unsent_row(change: UnsentChange) -> UnsentRow:
    details = ""
    if change.args is not None:
        day = datetime.fromisoformat(change.recorded_at).date()
        row = ChangeRow(change.uid, day, change.recorded_at, "", change.kind, change.args, "", False)
        details = change_details(row)
    return UnsentRow(
        change, kind_word(change.kind), details, "" if change.waits is None else translate_error(change.waits),
        customer_of(change.args), document_of(change.args),
    )  # fmt: skip
