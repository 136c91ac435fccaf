"""What the office lends of a customer's credit to one device, so that its orders hold although nobody is reached.

Every lease is three counters that only grow: what was granted, what confirmed orders used, what the device gave back.
Two copies of a counter agree by the greater one, so a lost or repeated message changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from string import digits

import peewee

from model.customers import Customer
from model.fields import DayField, iso
from model.remembering import remembered
from model.settlement import reserved_money
from model.store import Table, execute, one, rows
from model.synced import document_id
from model.touched import touch


class Lease(Table):
    """What one device holds of one customer's credit; amounts in minor units, all counted from the beginning.

    Attributes:
        granted: by the office.
        used: by the device's confirmed orders, as the office knows them.
        returned: by the device, or recalled by the office.
        wanted: what the office would lend now; the device gives back what it holds beyond it.
        until_date: the last day on which it also covers an overdue bill.
    """

    customer_id: bytes

    customer = peewee.ForeignKeyField(Customer)
    device = peewee.TextField()
    granted = peewee.BigIntegerField()
    used = peewee.BigIntegerField()
    returned = peewee.BigIntegerField()
    wanted = peewee.BigIntegerField()
    until_date = DayField()

    class Meta:
        table_name = "lease"
        primary_key = peewee.CompositeKey("customer", "device")

    @property
    def left(self) -> int:
        """What of it neither orders the office knows nor returns have taken, in minor units."""
        return max(0, self.granted - self.used - self.returned)


@dataclass(frozen=True)
class Lent:
    """A customer's credit in devices' hands as one of them is judged, in minor units.

    Attributes:
        own: what is left of that device's own lease.
        to_others: what is left of all others'.
        until: the last day on which its own lease also covers an overdue bill; None where it has none.
    """

    own: int = 0
    to_others: int = 0
    until: date | None = None

    def covers_overdue_on(self, day: date) -> bool:
        return self.until is not None and day <= self.until


NOTHING_LENT = Lent()


def lent_of(customer_id: bytes, device: str) -> Lent:
    """What is lent of a customer's credit, as one device's orders are judged; for whom no device counts, as "" are."""
    machine = machine_of(device)
    own, to_others, until = 0, 0, None
    for code, granted, used, returned, until_date in rows(
        "SELECT device, granted, used, returned, until_date FROM lease WHERE customer_id = ?", (customer_id,)
    ):
        if on_a_laptop():
            # A laptop knows of no leases but its own.
            returned, used = max(returned, _returned_here(customer_id)), used + _used_here(customer_id)
        left = max(0, granted - used - returned)
        if code == machine:
            own, until = left, date.fromisoformat(until_date)
        else:
            to_others += left
    return Lent(own, to_others, until)


def _used_here(customer_id: bytes) -> int:
    """What a laptop's own orders took of its lease, in minor units, that the office has not counted yet."""
    found = one("SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM lease_use WHERE customer_id = ?", (customer_id,))
    return 0 if found is None else int(found[0])


def _returned_here(customer_id: bytes) -> int:
    """What a laptop gave back in all, in minor units, whether or not the office knows."""
    found = one("SELECT returned FROM lease_return WHERE customer_id = ?", (customer_id,))
    return 0 if found is None else int(found[0])


def remaining(customer_id: bytes, device: str) -> int:
    """What is left of a device's lease of a customer, in minor units; never below zero."""
    return lent_of(customer_id, device).own


def lent_to_others(customer_id: bytes, device: str) -> int:
    """What is left of all other devices' leases of a customer, in minor units."""
    return lent_of(customer_id, device).to_others


def lent_in_all(customer_id: bytes) -> int:
    """What is left of all leases of a customer, in minor units."""
    return lent_of(customer_id, "").to_others


def committed(customer_id: bytes) -> int:
    """What a customer's documents take of the limit, in minor units: never below zero.

    Money reserved for an order that waits pays that order alone: credit is not lent on it.
    """
    found = one("SELECT balance FROM customer_total WHERE customer_id = ?", (customer_id,))
    return max(0, (0 if found is None else int(found[0])) + reserved_money(customer_id))


def on_a_laptop() -> bool:
    """Whether this store is a laptop's that has joined an office."""
    found = remembered("on a laptop", lambda: one("SELECT value FROM meta WHERE name = 'server'"))
    return found is not None and bool(found[0])


def machine_of(device: str) -> str:
    """The machine of a device's code: a laptop put back from a copy goes on as B2, but B's leases are its own."""
    return device.rstrip(digits)


def device_of(change_uid: bytes) -> str:
    """The device on which a change was recorded; empty where its entry is no longer kept."""
    found = one("SELECT device FROM change WHERE uid = ?", (change_uid,))
    return "" if found is None else str(found[0])


def use(customer_id: bytes, device: str, order_id: bytes, need: int, *, guaranteed: bool) -> None:
    """Take what an order needs from the lease of the device that confirms it, as far as that goes.

    The office counts it; a laptop only notes it, until the office's own count reaches it. A laptop also notes what an
    order may need that is held there: until the office has it, it may be confirmed at the office, before later ones.

    Args:
        device: the one whose lease counts, or "" where none does.
        need: minor units.
        guaranteed: whether the laptop may promise the order to its customer.
    """
    machine = machine_of(device)
    amount = min(need, remaining(customer_id, machine))
    if on_a_laptop():
        execute(
            "INSERT INTO lease_use (order_id, customer_id, amount, guaranteed) VALUES (?, ?, ?, ?)"
            # An order that was confirmed, taken back and confirmed again takes twice, as the office will count it.
            " ON CONFLICT (order_id) DO UPDATE SET amount = lease_use.amount + excluded.amount,"
            " guaranteed = excluded.guaranteed",
            (order_id, customer_id, amount, int(guaranteed)),
        )
    elif amount > 0:
        _announce(customer_id, machine)
        execute("UPDATE lease SET used = used + ? WHERE customer_id = ? AND device = ?", (amount, customer_id, machine))


def _announce(customer_id: bytes, device: str) -> None:
    touch("lease", document_id("lease", customer_id, device), customer=customer_id)


def give_back(device: str) -> dict[bytes, int]:
    """Note what this laptop gives back because the office would lend less now, and tell all it ever gave back.

    Returns:
        customer → minor units given back in all.
    """
    for customer_id, returned, wanted in rows(
        "SELECT customer_id, returned, wanted FROM lease WHERE device = ? ORDER BY customer_id", (machine_of(device),)
    ):
        surplus = remaining(customer_id, device) - wanted
        if surplus > 0:
            execute(
                "INSERT INTO lease_return (customer_id, returned) VALUES (?, ?)"
                " ON CONFLICT (customer_id) DO UPDATE SET returned = excluded.returned",
                (customer_id, max(returned, _returned_here(customer_id)) + surplus),
            )
    return {bytes(id_): returned for id_, returned in rows("SELECT customer_id, returned FROM lease_return")}


def lease_of(customer_id: bytes, device: str) -> Lease | None:
    """A device's lease of a customer, if it ever had one."""
    machine = machine_of(device)
    found = one(
        "SELECT granted, used, returned, wanted, until_date FROM lease WHERE customer_id = ? AND device = ?",
        (customer_id, machine),
    )
    if found is None:
        return None
    granted, used, returned, wanted, until = found
    return Lease(
        customer=customer_id, device=machine, granted=granted, used=used, returned=returned, wanted=wanted,
        until_date=date.fromisoformat(until),
    )  # fmt: skip


def keep_lease(lease: Lease) -> None:
    """Write a lease, new or changed."""
    _announce(lease.customer_id, lease.device)
    execute(
        "INSERT INTO lease (customer_id, device, granted, used, returned, wanted, until_date)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (customer_id, device) DO UPDATE SET granted = excluded.granted,"
        " used = excluded.used, returned = excluded.returned, wanted = excluded.wanted,"
        " until_date = excluded.until_date",
        (
            lease.customer_id, lease.device, lease.granted, lease.used, lease.returned, lease.wanted,
            iso(lease.until_date),
        ),
    )  # fmt: skip
