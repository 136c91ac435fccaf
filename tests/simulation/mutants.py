"""Deliberate faults, each of which the simulator must find: `python -m tests.simulation.mutants`.

Each puts one faulty function in the place of one of ours, while seeds are run until an invariant does not hold.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import msgspec

import model.changes.customers
import model.changes.editing
import model.changes.leasing
import model.changes.order_judging
import model.changes.rejudging
import sync.exchanging
import sync.rebase
import sync.server.exchange
import sync.server.leases
import sync.server.push
import sync.server.scope
import tests.simulation.machines
from model.changes.editing import Merged
from model.changes.log import Change
from model.changes.order_judging import verdict_of
from model.changes.order_lines import priced_lines
from model.changes.receipts import paid_for
from model.leases import device_of, lent_of, use
from model.shadows import Shadows
from model.store import Store, execute, execute_many, one, rows, set_meta
from sync.protocol import Answer, Head, Result
from sync.server.scope import head_v
from tests.simulation.world import Founded, Outcome, found_company, run_seed, scratch

MOST_SEEDS = 300

_hear = sync.exchanging.Exchange._hear
_push = sync.server.push.push
_chain_at = sync.server.push._chain_at
_recorded = sync.server.push._recorded
_stored_result = sync.server.push._stored_result
_next_v = sync.server.push.next_v
_pages = sync.server.exchange.pages
_rebase = sync.exchanging.rebase
_begin_stage = sync.exchanging.begin_stage
_take_new_incarnation = sync.exchanging.take_new_incarnation
_replay_unsent = sync.rebase.replay_unsent


@dataclass(frozen=True)
class Mutant:
    """One deliberate fault: what is wrong with it, and which names of ours it takes the place of."""

    name: str
    wrong: str
    places: tuple[tuple[ModuleType | type, str, Any], ...]

    @contextmanager
    def at_work(self) -> Iterator[None]:
        before = [(place, name, getattr(place, name)) for place, name, _faulty in self.places]
        for place, name, faulty in self.places:
            setattr(place, name, faulty)
        try:
            yield
        finally:
            for place, name, ours in before:
                setattr(place, name, ours)


def _cursor_before_data(store: Store, heard: Any, progress: Any = lambda _what, _count: None) -> Any:
    with store.writing():
        staged = rows("SELECT kind, id, body FROM stage")
        whole = one("SELECT value FROM meta WHERE name = 'stage_whole'")
        sync.rebase._finish(heard)
    with store.writing():
        execute_many("INSERT INTO stage (kind, id, body) VALUES (?, ?, ?)", staged)
        set_meta("stage_whole", "" if whole is None else str(whole[0]))
    return _rebase(store, heard, progress)


def _version_of_a_sequence() -> int:
    """As where versions are taken before the transaction: of two, the one that commits later has the lower one."""
    v = _next_v()
    return v + 1 if v % 2 else v - 1


def _nothing_recorded(_uid: bytes) -> None:
    return None


def _stored_as_recorded(change: Change) -> Result | None:
    found = _recorded(change.uid)
    return None if found is None else Result(change.number, *found)


def _stored_by_number(change: Change) -> Result | None:
    found = one("SELECT uid FROM change WHERE device = ? AND number = ?", (change.device, change.number))
    recorded = None if found is None else _recorded(bytes(found[0]))
    return Result(change.number, "done") if recorded is None else Result(change.number, *recorded)


def _push_without_chain(device: Any, *, first: int, chain: bytes, **more: Any) -> Any:
    return _push(device, first=first, chain=_chain_at(device, first - 1) or b"", **more)


def _hear_without_chain(exchange: Any, answer: Answer, batch: Any) -> None:
    if answer.standing == "ok":
        answer = msgspec.structs.replace(answer, chain=sync.exchanging._chain_at(answer.acknowledged))
    _hear(exchange, answer, batch)


def _hear_too_soon(exchange: Any, answer: Answer, batch: Any) -> None:
    _hear(exchange, answer, batch)
    if answer.standing == "ok" and not exchange.other_past:
        with exchange.store.writing():
            set_meta("acknowledged", str(answer.acknowledged))
            set_meta("acknowledged_chain", answer.chain.hex())


def _last_writer_wins(_customer: Any, edits: Any) -> Merged:
    return Merged({name: edit.after for name, edit in edits.items() if edit.before != edit.after})


def _no_lease_of_others(customer: bytes, device: str) -> Any:
    return replace(lent_of(customer, device), to_others=0)


def _feed_without_tombstones(found: Iterable[tuple[str, str, bytes, int]], v: int) -> None:
    for bucket, kind, id_, gone in found:
        execute("DELETE FROM feed WHERE bucket = ? AND kind = ? AND id = ?", (bucket, kind, id_))
        if not gone:
            sync.server.scope.write_feed([(bucket, kind, id_, gone)], v)


def _no_shadow(_shadows: Shadows, _kind: str, _id: bytes) -> None:
    return None


def _head_of_another_moment(store: Store, view: Any, position: Any, day: date) -> Iterator[Any]:
    for frame in _pages(store, view, position, day):
        if isinstance(frame, Head):
            with store.use():
                yield Head(head_v())
        else:
            yield frame


def _begin_stage_never_whole(view: str, epoch: bytes, *, whole: bool) -> None:
    del whole
    _begin_stage(view, epoch, whole=False)


def _incarnation_that_forgets(code: str) -> None:
    _take_new_incarnation(code)
    found = one("SELECT COUNT(*) FROM change WHERE device = ?", (code,))
    # As if all that was kept were the office's already.
    set_meta("acknowledged", str(found[0] if found else 0))


def _replay_that_drops(acknowledged: int, progress: Any = lambda _what, _count: None) -> tuple[int, int]:
    done, _waiting = _replay_unsent(acknowledged, progress)
    execute("DELETE FROM change WHERE uid IN (SELECT uid FROM arrival WHERE status = 'waiting')")
    return done, 0


def _nothing(*_any: Any, **_more: Any) -> None:
    return None


def _no_orders(*_any: Any, **_more: Any) -> list[Any]:
    return []


def _conflict_that_is_not_kept(*_any: Any, **_more: Any) -> bytes:
    return b"\0" * 16


def _judge_order_by_lease(order: Any, lines: Any, day: date) -> Any:
    device = device_of(order.change_uid)
    verdict = verdict_of(
        order.customer_id, priced_lines(lines, only_sold=False), total=order.amount, paid=0,
        reserved=paid_for(order), maker=order.maker_id, day=day, device=device,
    )  # fmt: skip
    if verdict.ok:
        use(order.customer_id, device, order.id, verdict.need, guaranteed=False)
    return verdict


MUTANTS = (
    Mutant("cursor before data", "the cursor is durable before what it stands for",
           ((sync.exchanging, "rebase", _cursor_before_data),)),
    Mutant("sequence cursor", "versions become visible in another order than they are counted",
           ((sync.server.push, "next_v", _version_of_a_sequence),)),
    Mutant("no uid", "what comes again under another number is done again",
           ((sync.server.push, "_recorded", _nothing_recorded),
            (sync.server.push, "_stored_result", _stored_as_recorded))),
    Mutant("bare acknowledgement", "the laptop believes a number without its chain",
           ((sync.exchanging.Exchange, "_hear", _hear_without_chain),)),
    Mutant("no chain", "neither side compares what stands behind a number",
           ((sync.exchanging.Exchange, "_hear", _hear_without_chain),
            (sync.server.exchange, "push", _push_without_chain),
            (sync.server.push, "_stored_result", _stored_by_number))),
    Mutant("last writer wins", "an edit writes over what its editor had not seen",
           ((model.changes.editing, "three_way", _last_writer_wins),)),
    Mutant("conflict not kept", "the later of two values is dropped without a word",
           ((model.changes.editing, "raise_conflict", _conflict_that_is_not_kept),)),
    Mutant("leases of others", "what is lent to others counts for nothing when an order is judged",
           ((model.changes.order_judging, "lent_of", _no_lease_of_others),)),
    Mutant("lending without looking", "credit that is owed already is lent again",
           ((model.changes.leasing, "committed", lambda _customer: 0),
            (model.changes.leasing, "lent_in_all", lambda _customer: 0),
            (sync.server.leases, "committed", lambda _customer: 0))),
    Mutant("promise eaten", "an order that waited takes the lease out of which its laptop promised since",
           ((model.changes.rejudging, "judge_order", _judge_order_by_lease),
            (sync.server.leases, "waiting_orders", lambda _customer, _day: []))),
    Mutant("no pool", "two customers that are one may each buy on the same limit",
           ((model.changes.order_judging, "pool_standing", lambda _customer, standing, _standing_of: standing),)),
    Mutant("tombstone omitted", "what leaves a laptop's scope leaves the feed without a trace",
           ((sync.server.push, "write_feed", _feed_without_tombstones),)),
    Mutant("shadow not kept", "the laptop forgets what the office had under its own edit",
           ((Shadows, "about_to_write", _no_shadow),)),
    Mutant("acknowledged before head", "a change counts as known before its outcome is kept",
           ((sync.exchanging.Exchange, "_hear", _hear_too_soon),)),
    Mutant("totals not recomputed", "rows are laid over, their totals stay",
           ((sync.rebase, "totals", SimpleNamespace(rebuild_customers=_nothing)),)),
    Mutant("bucket move forgotten", "a customer moves, its documents do not",
           ((sync.server.scope, "_OF_CUSTOMER", {}),)),
    Mutant("rejudge omitted", "nothing is judged again when money comes in",
           ((model.changes.rejudging, "judge_again", _no_orders),)),
    Mutant("notices dropped", "nobody hears that a held order was confirmed",
           ((model.changes.rejudging, "notify", _nothing),)),
    Mutant("alias not resolved", "what names a merged customer is written for it",
           ((model.changes.customers, "resolved", bytes),)),
    Mutant("head of another moment", "the version told is later than the pages before it",
           ((sync.server.exchange, "pages", _head_of_another_moment),)),
    Mutant("never whole", "what a laptop may no longer see stays when its view changes",
           ((sync.exchanging, "begin_stage", _begin_stage_never_whole),)),
    Mutant("incarnation that forgets", "a laptop that begins anew does not push again what it kept",
           ((sync.exchanging, "take_new_incarnation", _incarnation_that_forgets),)),
    Mutant("replay that drops", "an unsent change that cannot be done now is thrown away",
           ((sync.rebase, "replay_unsent", _replay_that_drops),)),
    Mutant("rebased on nothing", "a laptop that only pushed takes off what it did, as if it had been told more",
           ((sync.exchanging, "keep_pushed", lambda store, heard: _rebase(store, heard)),)),
    Mutant("epoch not renewed", "nobody notices that the office was put back from an old copy",
           ((tests.simulation.machines, "renew_epoch", _nothing),)),
)  # fmt: skip


@dataclass(frozen=True)
class Caught:
    """How a mutant was found."""

    seeds: int
    outcome: Outcome


def caught_by(mutant: Mutant, founded: Founded, place: Path, seeds: Iterable[int]) -> Caught | None:
    """Run seeds with a mutant at work until one finds it."""
    with mutant.at_work():
        for tried, seed in enumerate(seeds, 1):
            outcome = run_seed(founded, place, seed)
            if outcome.fault is not None:
                return Caught(tried, outcome)
    return None


def main() -> int:
    """Look for every mutant, or those named, and print how many seeds each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--most", type=int, default=MOST_SEEDS, help="so many seeds at most for each")
    parser.add_argument("--first", type=int, default=0)
    wanted = parser.parse_args()
    folder = scratch()
    escaped = []
    try:
        founded = found_company(folder / "founded")
        for mutant in MUTANTS:
            if wanted.names and mutant.name not in wanted.names:
                continue
            began = time.monotonic()
            caught = caught_by(mutant, founded, folder, range(wanted.first, wanted.first + wanted.most))
            seconds = time.monotonic() - began
            if caught is None:
                escaped.append(mutant.name)
                print(f"{mutant.name:26} ESCAPED {wanted.most} seeds, {seconds:.0f} s", flush=True)
            else:
                told = f"{type(caught.outcome.fault).__name__}: {caught.outcome.fault}"
                print(f"{mutant.name:26} {caught.seeds:3} seeds, {seconds:3.0f} s: {told[:110]}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"escaped: {', '.join(escaped) or 'none'}")
    return 1 if escaped else 0


if __name__ == "__main__":
    sys.exit(main())
