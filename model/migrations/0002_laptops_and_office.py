"""What laptops and office need to meet: how changes fared, leases, aliases, conflicts, notices, cards, the feed."""

from typing import Any

# Rules read and write these in any store; on a store of its own they stay empty.
SHARED = """
CREATE TABLE arrival (
    uid {id} PRIMARY KEY, v {int} NOT NULL, place {int} NOT NULL, status TEXT NOT NULL, result {bytes} NOT NULL,
    received_at TEXT NOT NULL, seen {int} NOT NULL);
CREATE INDEX arrival_order ON arrival (v, place);
CREATE INDEX arrival_unseen ON arrival (status) WHERE seen = 0;

CREATE TABLE lease (
    customer_id {id} NOT NULL REFERENCES customer (id), device TEXT NOT NULL, granted {int} NOT NULL,
    used {int} NOT NULL, returned {int} NOT NULL, wanted {int} NOT NULL, until_date TEXT NOT NULL,
    PRIMARY KEY (customer_id, device)) {clustered};
CREATE INDEX lease_device ON lease (device);

CREATE TABLE alias (
    loser_id {id} PRIMARY KEY REFERENCES customer (id), winner_id {id} NOT NULL REFERENCES customer (id),
    moved {bytes} NOT NULL, change_uid {id} NOT NULL);
CREATE INDEX alias_winner ON alias (winner_id);

CREATE TABLE conflict (
    id {id} PRIMARY KEY, kind TEXT NOT NULL, customer_id {id} REFERENCES customer (id),
    person_id {id} REFERENCES salesperson (id), change_uid {id} NOT NULL, field TEXT NOT NULL,
    before_value TEXT NOT NULL, mine TEXT NOT NULL, theirs TEXT NOT NULL, state TEXT NOT NULL, made_on TEXT NOT NULL,
    decided_on TEXT, decided_by {id} REFERENCES salesperson (id));
CREATE INDEX conflict_open ON conflict (state, customer_id);

CREATE TABLE notice (
    id {id} PRIMARY KEY, person_id {id} REFERENCES salesperson (id), kind TEXT NOT NULL,
    customer_id {id} REFERENCES customer (id), about TEXT NOT NULL, template TEXT NOT NULL, params {bytes} NOT NULL,
    made_on TEXT NOT NULL, read_on TEXT);
CREATE INDEX notice_unread ON notice (person_id) WHERE read_on IS NULL;

CREATE TABLE published_month (
    month TEXT NOT NULL, person_id {id} NOT NULL, responsible {int} NOT NULL, active {int} NOT NULL,
    orders {int} NOT NULL, amount {int} NOT NULL, cost {int} NOT NULL, uncosted {int} NOT NULL, as_of TEXT NOT NULL,
    PRIMARY KEY (month, person_id)) {clustered};
"""

# Only a laptop that has joined a server fills these.
LAPTOP = """
CREATE TABLE customer_card (
    customer_id {id} PRIMARY KEY, body {bytes} NOT NULL, verdict TEXT NOT NULL, credit_left {int} NOT NULL,
    overdue {int} NOT NULL, shown {int} NOT NULL) {clustered};

CREATE TABLE lease_use (
    order_id {id} PRIMARY KEY, customer_id {id} NOT NULL, amount {int} NOT NULL, guaranteed {int} NOT NULL) {clustered};
CREATE INDEX lease_use_customer ON lease_use (customer_id);

CREATE TABLE lease_return (customer_id {id} PRIMARY KEY, returned {int} NOT NULL) {clustered};

CREATE TABLE shadow (kind TEXT NOT NULL, id {bytes} NOT NULL, body {bytes}, PRIMARY KEY (kind, id)) {clustered};
CREATE TABLE stage (kind TEXT NOT NULL, id {bytes} NOT NULL, body {bytes}, PRIMARY KEY (kind, id)) {clustered};
"""

# Only a server fills these.
SERVER = """
CREATE TABLE head (one {int} PRIMARY KEY, v {int} NOT NULL);
INSERT INTO head (one, v) VALUES (1, 0);

CREATE TABLE device (
    code TEXT PRIMARY KEY, person_id {id} NOT NULL REFERENCES salesperson (id), public_key {bytes} NOT NULL,
    status TEXT NOT NULL, last_number {int} NOT NULL, chain {bytes} NOT NULL, enrolled_at TEXT NOT NULL,
    last_seen TEXT, unsent {int} NOT NULL DEFAULT 0, cursor_v {int} NOT NULL DEFAULT 0,
    incarnation_of TEXT NOT NULL DEFAULT '', lent_v {int} NOT NULL DEFAULT 0, lent_on TEXT NOT NULL DEFAULT '');
CREATE INDEX device_person ON device (person_id);

CREATE TABLE enrolment (
    code_hash {bytes} PRIMARY KEY, person_id {id} NOT NULL REFERENCES salesperson (id), expires_at TEXT NOT NULL,
    used_at TEXT, device TEXT NOT NULL);

CREATE TABLE feed (
    bucket TEXT NOT NULL, kind TEXT NOT NULL, id {bytes} NOT NULL, v {int} NOT NULL, gone {int} NOT NULL,
    PRIMARY KEY (bucket, kind, id)) {clustered};
CREATE INDEX feed_order ON feed (bucket, v, kind, id);
CREATE INDEX feed_row ON feed (kind, id);

CREATE TABLE repeated (device TEXT NOT NULL, number {int} NOT NULL, uid {id} NOT NULL, chain {bytes} NOT NULL,
    PRIMARY KEY (device, number)) {clustered};

CREATE TABLE quarantine (
    place {int} PRIMARY KEY, uid {id} NOT NULL, device TEXT NOT NULL, number {int} NOT NULL, kind TEXT NOT NULL,
    args {bytes} NOT NULL, schema {int} NOT NULL, recorded_at TEXT NOT NULL, reason TEXT NOT NULL,
    received_at TEXT NOT NULL);
CREATE INDEX quarantine_uid ON quarantine (uid);

CREATE TABLE nonce (device TEXT NOT NULL, nonce {bytes} NOT NULL, at {int} NOT NULL, PRIMARY KEY (device, nonce));
CREATE INDEX nonce_at ON nonce (at);
CREATE TABLE rate (device TEXT PRIMARY KEY, tokens {int} NOT NULL, at {int} NOT NULL);

CREATE TABLE snapshot (id {id} PRIMARY KEY, bucket TEXT NOT NULL, v {int} NOT NULL, made_at TEXT NOT NULL);
CREATE TABLE snapshot_chunk (
    snapshot_id {id} NOT NULL REFERENCES snapshot (id), place {int} NOT NULL, sha256 {bytes} NOT NULL,
    rows {int} NOT NULL, body {bytes} NOT NULL, PRIMARY KEY (snapshot_id, place));
"""

# Changes of older laptops are lifted to the present form; which form one has stands with it.
CHANGE_SCHEMA = """
ALTER TABLE change ADD COLUMN schema {int} NOT NULL DEFAULT 1;
CREATE INDEX change_kind ON change (kind);
CREATE INDEX orders_replaces ON orders (replaces_id) WHERE replaces_id IS NOT NULL;
"""

SQLITE_WORDS = {"id": "BLOB", "bytes": "BLOB", "int": "INTEGER", "clustered": "WITHOUT ROWID"}
POSTGRESQL_WORDS = {"id": "BYTEA", "bytes": "BYTEA", "int": "BIGINT", "clustered": ""}


def up(migrator: Any, db: Any) -> None:
    sqlite = db.param == "?"
    words = SQLITE_WORDS if sqlite else POSTGRESQL_WORDS
    for statement in (SHARED + LAPTOP + SERVER + CHANGE_SCHEMA).format(**words).split(";\n"):
        if statement.strip():
            db.execute_sql(statement if sqlite else statement.replace(" TEXT", ' TEXT COLLATE "C"'))
