"""What the server counts, in the text form of Prometheus; nothing of it is secret."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from model.store import rows
from sync.server.quarantine import OPEN
from sync.server.storage import repeats

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
NANOSECONDS = 1_000_000_000


@dataclass
class Counters:
    """What this process counted since it started; only the event loop writes it."""

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    nanoseconds: Counter[str] = field(default_factory=Counter)
    bytes_in: int = 0
    bytes_out: int = 0

    def count(self, route: str, status: int, nanoseconds: int, bytes_in: int, bytes_out: int) -> None:
        """One request that was answered."""
        self.requests[route, status] += 1
        self.nanoseconds[route] += nanoseconds
        self.bytes_in += bytes_in
        self.bytes_out += bytes_out

    def lines(self) -> list[str]:
        """The lines of this process."""
        shown = ["# TYPE huoke_requests_total counter"]
        for (route, status), count in sorted(self.requests.items()):
            shown.append(f'huoke_requests_total{{route="{route}",status="{status}"}} {count}')
        shown.append("# TYPE huoke_request_seconds_total counter")
        for route, spent in sorted(self.nanoseconds.items()):
            seconds = f"{spent // NANOSECONDS}.{spent % NANOSECONDS:09d}"
            shown.append(f'huoke_request_seconds_total{{route="{route}"}} {seconds}')
        shown.append("# TYPE huoke_transactions_repeated_total counter")
        for state, count in sorted(repeats().items()):
            shown.append(f'huoke_transactions_repeated_total{{sqlstate="{state}"}} {count}')
        return [
            *shown,
            *_line("huoke_received_bytes_total", "counter", self.bytes_in),
            *_line("huoke_sent_bytes_total", "counter", self.bytes_out),
        ]


def lines_of_store() -> list[str]:
    """The lines that every server of the store in use would show."""
    [(changes,)] = rows("SELECT CAST(COALESCE(SUM(last_number), 0) AS BIGINT) FROM device")
    [(version,)] = rows("SELECT v FROM head")
    [(conflicts,)] = rows("SELECT COUNT(*) FROM conflict WHERE state = 'open'")
    [(aside,)] = rows(f"SELECT COUNT(*) FROM quarantine q LEFT JOIN arrival a ON a.uid = q.uid WHERE {OPEN}")
    shown = ["# TYPE huoke_devices gauge"]
    for status, count in rows("SELECT status, COUNT(*) FROM device GROUP BY status ORDER BY status"):
        shown.append(f'huoke_devices{{status="{status}"}} {count}')
    return [
        *shown,
        *_line("huoke_changes_total", "counter", changes),
        *_line("huoke_feed_version", "counter", version),
        *_line("huoke_conflicts_open", "gauge", conflicts),
        *_line("huoke_quarantined_changes", "gauge", aside),
    ]


def _line(name: str, kind: str, value: int) -> list[str]:
    return [f"# TYPE {name} {kind}", f"{name} {value}"]
