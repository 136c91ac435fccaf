"""The office: one exchange with one laptop, and what the office itself does in the company's store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from model.changes import KIND_OF_ARGS
from model.changes.about import customers_about
from model.changes.arrivals import OFFICE_DEVICE, Judged, arrive
from model.changes.company import SetWorksHere
from model.changes.imports import ImportBatch
from model.changes.kind import Args, canonical
from model.changes.leasing import RecallLease, ReturnLeases
from model.changes.leasing import Returned as LeaseReturned
from model.changes.leaving import SeeOff
from model.changes.log import SCHEMA, Change
from model.changes.recording import chained
from model.changes.rejudging import JudgeAgain
from model.changes.returning import named_by, quiet_due
from model.errors import HuokeError, Refused
from model.ids import new_id
from model.leases import machine_of
from model.orders import IS_HELD
from model.people import Salesperson
from model.potential_model import PotentialModel
from model.remembering import remembering
from model.settings import setting_on
from model.store import Store, execute, meta, one, rows, set_meta
from model.touched import Touched, collecting
from sync.errors import OfficeOlder, Revoked
from sync.protocol import OLDEST_READER, Answer, Frame, SyncRequest
from sync.server.admission import barred
from sync.server.figures import are_stale, claim, computed, note_published, publish_figures, publish_potential
from sync.server.leases import what_to_lend
from sync.server.pull import pages
from sync.server.push import DeviceRow, LargerSetOfCustomers, customers_of, publish, push, require_locked
from sync.server.quarantine import device_of_put_aside, judged_after_all, keep_aside, taken_out
from sync.server.scope import CARD, View, head_v, view_of
from sync.server.storage import lock_all_customers, lock_customers, lock_device, retrying


class Office:
    """The company's store as the server works on it. It holds no state of its own: any number may serve one store.

    Args:
        store: the company's.
        now: the moment, with its zone.
        day: the business date; by default the moment's, in the company's time zone.
    """

    def __init__(
        self,
        store: Store,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        day: Callable[[], date] | None = None,
    ) -> None:
        self.store = store
        self.now = now
        self._day = day

    def today(self) -> date:
        """The office's business date; call it inside `with store.use():`."""
        if self._day is not None:
            return self._day()
        moment = self.now()
        # The setting of a day decides which day it is; a change of zone takes effect a day late at most.
        return moment.astimezone(ZoneInfo(setting_on("time_zone", moment.date()))).date()

    def exchange(self, device_code: str, request: SyncRequest) -> Iterator[Frame]:
        """Take a laptop's changes and give it what it has not got: an `Answer`, `Page`s, a `Head`.

        The changes are durable before the first frame is given.

        Raises:
            Revoked: the device was shut out; what it sent is put aside, and `kept` of its parameters says how much.
            OfficeOlder: the laptop's Huoke is of a later release; nothing of what it sent was taken.
        """
        with self.store.use():
            self.turn_day()
            self.publish()
            try:
                taken = self._transaction(lambda more: self._take_remembering(device_code, request, more))
            except Revoked as shut_out:
                raise Revoked(shut_out.template, kept=self.quarantine(device_code, request)) from shut_out
        yield taken.answer
        if taken.answer.standing != "ok" or not request.pull:
            return
        position = request.position
        if taken.answer.whole:
            position = type(position)()
        yield from pages(self.store, taken.view, position, taken.day)

    def _transaction(self, work: Callable[[set[bytes]], Any]) -> Any:
        """Do some work in one transaction, again where another's came between, or where it met more customers."""
        more: set[bytes] = set()

        def once() -> Any:
            with self.store.writing():
                return work(more)

        while True:
            try:
                return retrying(once)
            except LargerSetOfCustomers as larger:
                more |= larger.customers

    def _take_remembering(self, code: str, request: SyncRequest, more: set[bytes]) -> _Taken:
        with remembering():
            return self._take(code, request, more)

    def _take(self, code: str, request: SyncRequest, more: set[bytes]) -> _Taken:
        day = self.today()
        device = locked_device(code)
        # Asked again under the row's lock: whoever shuts it out takes that lock too, so from then on nothing is lent.
        shut_out = barred(device.status, active=device.active)
        if shut_out is not None:
            raise shut_out
        if max(request.schema, request.reads) > SCHEMA:
            raise OfficeOlder()
        epoch = bytes.fromhex(meta("epoch"))
        # What leases will need is locked together with what the changes need: two sets one after another deadlock.
        reckoned = head_v()
        needed = more | self._to_reckon(device, day) | {one_.customer for one_ in request.returned}
        pushed = push(
            device, first=request.first, chain=request.chain, sent=request.changes, schema=request.schema, day=day,
            also_lock=needed,
        )  # fmt: skip
        view = view_of(machine_of(device.code), device.person, device.role, day)
        answering = device
        if pushed.standing == "fork":
            answering = self._new_incarnation(device)
        elif pushed.standing == "ok":
            gone = _shut_out_by(pushed.judged)
            for person in sorted(gone):
                lock_devices_of(person)
                require_locked(self._recall_leases_of(person, pushed.touched, pushed.judged, day), needed)
            self._settle_leases(device, request, needed, pushed.touched, pushed.judged, day)
            v = publish(pushed.touched, pushed.judged, day=day, received_at=self.now().isoformat(timespec="seconds"))
            # Where others published meanwhile, what they did is reckoned with at the next exchange.
            self._note(device, request, lent_v=v if v == reckoned + 1 else reckoned, day=day)
        too_old = pushed.standing == "ok" and request.reads < OLDEST_READER
        answer = Answer(
            standing="old" if too_old else pushed.standing,
            device=answering.code,
            epoch=epoch,
            acknowledged=answering.last_number,
            chain=answering.chain,
            results=pushed.results,
            view=view.name,
            whole=request.epoch != epoch or request.view != view.name,
            time=int(self.now().timestamp() * 1000),
            today=day.isoformat(),
            person=one_code(device.person),
            role=device.role,
        )
        return _Taken(answer, view, day)

    def _settle_leases(
        self,
        device: DeviceRow,
        request: SyncRequest,
        candidates: set[bytes],
        touched: Touched,
        judged: list[tuple[Change, Judged]],
        day: date,
    ) -> None:
        """Take back what the laptop returns of its leases, judge again who that frees, and lend anew.

        Args:
            candidates: whose leases to reckon, besides the customers of the batch; all of them are locked.
        """
        machine = machine_of(device.code)
        known = dict(
            rows("SELECT customer_id, returned FROM lease WHERE device = ?", (machine,)) if request.returned else []
        )
        given = tuple(
            LeaseReturned(customer=one_.customer, returned=one_.returned)
            for one_ in request.returned
            if one_.customer in known and one_.returned > known[one_.customer]
        )
        if given:
            self._decide(ReturnLeases(device=machine, returns=given), touched, judged, day)
        # With unsent changes still to come the laptop needs what it has; it is reckoned with at the last of them.
        # A laptop too old to receive would never know of more, nor give any of it back.
        if request.unsent > len(request.changes) or request.reads < OLDEST_READER:
            return
        lend = what_to_lend(machine, device.person, candidates | touched.customers, day)
        if lend is not None:
            self._decide(lend, touched, judged, day)

    def _to_reckon(self, device: DeviceRow, day: date) -> set[bytes]:
        """The person's customers whose credit may have changed since this device's leases were last reckoned."""
        concerned = (
            "SELECT customer_id FROM assignment WHERE owner_id = ? AND from_date <= ?"
            " AND (to_date IS NULL OR to_date > ?) UNION SELECT customer_id FROM lease WHERE device = ?"
        )
        theirs = (device.person, day.isoformat(), day.isoformat(), machine_of(device.code))
        if device.lent_on != day.isoformat():
            found = rows(concerned, theirs)
        else:
            found = rows(
                f"SELECT id FROM feed WHERE bucket = ? AND v > ? AND id IN ({concerned})",
                (CARD, device.lent_v, *theirs),
            )
        return {bytes(row[0]) for row in found}

    def _decide(
        self, args: Args, touched: Touched, judged: list[tuple[Change, Judged]], day: date, person: bytes | None = None
    ) -> Judged:
        """Record something the office itself does, inside the present transaction."""
        change = office_change(args, person, day, self.now())
        fared = arrive(change)
        touched.documents |= fared.touched.documents
        touched.customers |= fared.touched.customers
        judged.append((change, fared))
        return fared

    def _recall_leases_of(
        self, person: bytes, touched: Touched, judged: list[tuple[Change, Judged]], day: date
    ) -> set[bytes]:
        """Take back what is lent to the devices of someone who no longer works here: nobody will return it.

        Returns:
            Whose credit it is.
        """
        held = rows(
            "SELECT l.customer_id, l.device FROM lease l JOIN device d ON d.code = l.device"
            " WHERE d.person_id = ? AND l.granted > l.used + l.returned ORDER BY l.customer_id, l.device",
            (person,),
        )
        for customer, device in held:
            self._decide(RecallLease(customer=bytes(customer), device=device), touched, judged, day)
        return {bytes(customer) for customer, _device in held}

    def record_here(self, args: Args, person: bytes | None = None) -> Any:
        """Do at the office what a person does at a laptop: judged, logged and told to every laptop that may see it.

        Returns:
            The rule's own outcome.

        Raises:
            HuokeError: the rule refuses; nothing was done.
        """

        def work(more: set[bytes]) -> Any:
            day = self.today()
            imports = isinstance(args, ImportBatch)
            gone = _sent_away_by(args)
            if gone is not None:
                lock_devices_of(gone)
            locked = customers_about(args) | more
            if imports:
                lock_all_customers()
            lock_customers(locked)
            touched = Touched()
            judged: list[tuple[Change, Judged]] = []
            fared = self._decide(args, touched, judged, day, person)
            if fared.status == "refused":
                raise _refusal(fared)
            if gone is not None:
                self._recall_leases_of(gone, touched, judged, day)
            if not imports:
                require_locked(touched.customers, locked)
            publish(touched, judged, day=day, received_at=self.now().isoformat(timespec="seconds"))
            return fared.outcome

        self.turn_day()
        return self._transaction(work)

    def turn_day(self) -> None:
        """On the first exchange of a business date, tell what the date alone has changed."""
        day = self.today()
        if meta("turned_on") < day.isoformat():
            self._transaction(lambda _more: self._turn_day(day))

    def publish(self) -> None:
        """Publish the figures that laptops cannot compute themselves, where those published are old."""
        if not are_stale(self.now()) or not self._transaction(self._claim_figures):
            return
        day = self.today()
        figures = computed(day)

        def work(_more: set[bytes]) -> None:
            with collecting() as touched:
                publish_figures(figures, self.now())
            v = publish(touched, [], day=day, received_at="")
            note_published(head_v() if v is None else v)

        self._transaction(work)

    def publish_potential(self, model: PotentialModel) -> None:
        """Publish the model of customers that was fitted here, for laptops to reckon with."""
        day = self.today()

        def work(_more: set[bytes]) -> None:
            with collecting() as touched:
                publish_potential(model, day)
            publish(touched, [], day=day, received_at="")

        self._transaction(work)

    def _claim_figures(self, _more: set[bytes]) -> bool:
        lock_device(OFFICE_DEVICE)
        return claim(self.now())

    def _turn_day(self, day: date) -> None:
        lock_device(OFFICE_DEVICE)
        last = meta("turned_on")
        if last >= day.isoformat():
            return
        set_meta("turned_on", day.isoformat())
        touched = Touched()
        judged: list[tuple[Change, Judged]] = []
        if last:
            quiet = named_by(quiet_due(day))
            lock_customers(changed_by_date(date.fromisoformat(last), day) | quiet)
            touched.customers |= changed_by_date(date.fromisoformat(last), day)
            touched.documents |= {("customer", id_) for id_ in touched.customers}
            waiting = tuple(sorted(waiting_among(touched.customers)))
            if waiting:
                self._decide(JudgeAgain(customers=waiting), touched, judged, day)
            # What somebody wrote while the locks were waited for counts.
            for due in quiet_due(day, among=quiet):
                self._decide(due, touched, judged, day)
        publish(touched, judged, day=day, received_at=self.now().isoformat(timespec="seconds"))

    def _new_incarnation(self, device: DeviceRow) -> DeviceRow:
        """The device under a name of its own, for a laptop whose past is not the one the server knows."""
        origin = device.incarnation_of or device.code
        unused = one(
            "SELECT code FROM device WHERE incarnation_of = ? AND last_number = 0 ORDER BY enrolled_at DESC LIMIT 1",
            (origin,),
        )
        if unused is not None:
            return locked_device(unused[0])
        count = rows("SELECT COUNT(*) FROM device WHERE incarnation_of = ?", (origin,))[0][0]
        code = f"{origin}{count + 2}"
        execute(
            "INSERT INTO device (code, person_id, public_key, status, last_number, chain, enrolled_at, last_seen,"
            " incarnation_of) SELECT ?, person_id, public_key, status, 0, ?, ?, NULL, ? FROM device WHERE code = ?",
            (code, b"", self.now().isoformat(timespec="seconds"), origin, device.code),
        )
        return locked_device(code)

    def _note(self, device: DeviceRow, request: SyncRequest, *, lent_v: int, day: date) -> None:
        everything = request.unsent <= len(request.changes)
        execute(
            "UPDATE device SET last_number = ?, chain = ?, last_seen = ?, unsent = ?, cursor_v = ?, lent_v = ?,"
            " lent_on = ? WHERE code = ?",
            (
                device.last_number, device.chain, self.now().isoformat(timespec="seconds"),
                max(0, request.unsent - len(request.changes)), request.cursor,
                lent_v if everything else device.lent_v, day.isoformat() if everything else device.lent_on, device.code,
            ),
        )  # fmt: skip

    def quarantine(self, device_code: str, request: SyncRequest) -> int:
        """Keep what a laptop sends that was shut out, for a person; none is judged.

        Returns:
            How many changes of it the office had not got.
        """

        def work(_more: set[bytes]) -> int:
            day = self.today()
            kept, touched = keep_aside(locked_device(device_code), request, day)
            publish(touched, [], day=day, received_at="")
            return kept

        return int(self._transaction(work))

    def judge_put_aside(self, place: int) -> Judged:
        """Judge a change that was put aside, as if it arrived now; call it inside `with store.use():`.

        Args:
            place: its number in the quarantine.

        Raises:
            InputError: there is none.
            Refused: it was judged since, or it cannot be judged and stays.
        """

        def work(more: set[bytes]) -> Judged:
            day = self.today()
            device = locked_device(device_of_put_aside(place))
            change = taken_out(place, device, day)
            locked = customers_of([change]) | more
            lock_customers(locked)
            fared = judged_after_all(change)
            require_locked(fared.touched.customers, locked)
            publish(fared.touched, [(change, fared)], day=day, received_at=self.now().isoformat(timespec="seconds"))
            return fared

        self.turn_day()
        judged: Judged = self._transaction(work)
        return judged


@dataclass(frozen=True)
class _Taken:
    answer: Answer
    view: View
    day: date


def locked_device(code: str) -> DeviceRow:
    """A device, its row locked for this transaction."""
    lock_device(code)
    found = one(
        "SELECT d.code, d.person_id, p.role, d.status, d.last_number, d.chain, d.incarnation_of, d.lent_v, d.lent_on,"
        " p.active"
        " FROM device d JOIN salesperson p ON p.id = d.person_id WHERE d.code = ?",
        (code,),
    )
    if found is None:
        raise LookupError(f"no device {code}: it was authenticated a moment ago")
    values: list[Any] = [bytes(value) if isinstance(value, memoryview) else value for value in found]
    return DeviceRow(*values)


def lock_devices_of(person: bytes) -> None:
    """Let no device of a person push until this transaction ends."""
    for (code,) in rows("SELECT code FROM device WHERE person_id = ? ORDER BY code", (person,)):
        lock_device(code)


def _sent_away_by(args: Args) -> bytes | None:
    """Who no longer works here once this is done."""
    if isinstance(args, SeeOff) or (isinstance(args, SetWorksHere) and not args.active):
        return args.person
    return None


def _shut_out_by(judged: Iterable[tuple[Change, Judged]]) -> set[bytes]:
    """Who no longer works here by what laptops sent."""
    kinds = {KIND_OF_ARGS[args].name for args in (SetWorksHere, SeeOff)}
    outcomes = [fared.outcome for change, fared in judged if change.kind in kinds]
    return {bytes(person.id) for person in outcomes if isinstance(person, Salesperson) and not person.active}


def office_change(args: Args, person: bytes | None, day: date, now: datetime) -> Change:
    """Something done at the office, as the next change of its own device, whose numbers the head's row guards."""
    execute("UPDATE head SET v = v WHERE one = 1")
    last = one("SELECT number, chain FROM change WHERE device = ? ORDER BY number DESC LIMIT 1", (OFFICE_DEVICE,))
    number, previous = (1, b"") if last is None else (last[0] + 1, bytes(last[1]))
    kind, encoded = KIND_OF_ARGS[type(args)].name, canonical(args)
    return Change(
        uid=new_id(), device=OFFICE_DEVICE, number=number, kind=kind, args=encoded, person=person, business_date=day,
        recorded_at=now.isoformat(timespec="milliseconds"), chain=chained(previous, number, kind, encoded),
        schema=SCHEMA,
    )  # fmt: skip


def one_code(person: bytes) -> str:
    """A person's code."""
    return str(Salesperson.get_by_id(person).code)


def waiting_among(customers: Iterable[bytes]) -> set[bytes]:
    """Those of these customers that have held orders."""
    ids = set(customers)
    return {
        bytes(row[0])
        for row in rows(f"SELECT DISTINCT customer_id FROM orders WHERE {IS_HELD}")
        if bytes(row[0]) in ids
    }


def changed_by_date(last: date, day: date) -> set[bytes]:
    """Customers whose owner, terms, blacklist or overdue state another date alone has changed."""
    between = (last.isoformat(), day.isoformat())
    grace = int(setting_on("grace_days", day))
    found = rows(
        "SELECT customer_id FROM assignment WHERE from_date > ? AND from_date <= ?"
        " UNION SELECT customer_id FROM assignment WHERE to_date > ? AND to_date <= ?"
        " UNION SELECT customer_id FROM terms WHERE from_date > ? AND from_date <= ?"
        " UNION SELECT customer_id FROM terms WHERE until_date <> '' AND until_date >= ? AND until_date < ?"
        " UNION SELECT customer_id FROM blacklisting WHERE from_date > ? AND from_date <= ?"
        " UNION SELECT customer_id FROM lease WHERE until_date >= ? AND until_date < ?",
        between * 6,
    )
    due = rows(
        "SELECT DISTINCT customer_id FROM orders WHERE open_amount > 0 AND due_date >= ? AND due_date < ?",
        (_days_before(last, grace), _days_before(day, grace)),
    )
    return {bytes(row[0]) for row in (*found, *due)}


def _days_before(day: date, days: int) -> str:
    return date.fromordinal(day.toordinal() - days).isoformat()


def _refusal(fared: Judged) -> HuokeError:
    return Refused(fared.template, **fared.params)
