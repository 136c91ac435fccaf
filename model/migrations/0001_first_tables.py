"""The first tables: dated histories, documents, running totals, the log of changes."""

from typing import Any

# Two histories share one idea: a row holds from its date until the next row's date. Ownership alone has
# an end of its own, because a customer can be nobody's.
TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE change (
    uid {id} PRIMARY KEY, device TEXT NOT NULL, number {int} NOT NULL, kind TEXT NOT NULL,
    args {bytes} NOT NULL, person {id}, business_date TEXT NOT NULL, recorded_at TEXT NOT NULL,
    chain {bytes} NOT NULL, UNIQUE (device, number));

CREATE TABLE setting (
    name TEXT NOT NULL, from_date TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name, from_date)) {clustered};

CREATE TABLE salesperson (
    id {id} PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL, team TEXT NOT NULL,
    active {int} NOT NULL);

CREATE TABLE customer (
    id {id} PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, short_name TEXT NOT NULL,
    retail {int} NOT NULL, segment TEXT NOT NULL, contact TEXT NOT NULL, phone TEXT NOT NULL,
    address TEXT NOT NULL, city TEXT NOT NULL, bank_account TEXT NOT NULL, tax_id TEXT NOT NULL,
    label TEXT NOT NULL, created_on TEXT, closed_on TEXT, note TEXT NOT NULL, version {int} NOT NULL);
CREATE INDEX customer_short_name ON customer (short_name, code);
CREATE INDEX customer_shown_name ON customer ((CASE WHEN short_name = '' THEN name ELSE short_name END), code);
CREATE INDEX customer_retail ON customer (code) WHERE retail <> 0;

CREATE TABLE assignment (
    customer_id {id} NOT NULL REFERENCES customer (id), from_date TEXT NOT NULL, to_date TEXT,
    owner_id {id} NOT NULL REFERENCES salesperson (id), started_by TEXT NOT NULL, ended_by TEXT NOT NULL,
    PRIMARY KEY (customer_id, from_date)) {clustered};
CREATE INDEX assignment_owner ON assignment (owner_id, to_date, from_date);

CREATE TABLE terms (
    customer_id {id} NOT NULL REFERENCES customer (id), from_date TEXT NOT NULL, until_date TEXT NOT NULL,
    credit_days {int}, credit_from TEXT, credit_limit {int}, reason TEXT NOT NULL,
    person_id {id} REFERENCES salesperson (id), PRIMARY KEY (customer_id, from_date, until_date)) {clustered};
CREATE INDEX terms_temporary ON terms (customer_id) WHERE until_date <> '';

CREATE TABLE blacklisting (
    customer_id {id} NOT NULL REFERENCES customer (id), from_date TEXT NOT NULL, blacklisted {int} NOT NULL,
    reason TEXT NOT NULL, person_id {id} REFERENCES salesperson (id),
    PRIMARY KEY (customer_id, from_date)) {clustered};

CREATE TABLE contact_log (
    id {id} PRIMARY KEY, customer_id {id} NOT NULL REFERENCES customer (id), date TEXT NOT NULL,
    person_id {id} NOT NULL REFERENCES salesperson (id), note TEXT NOT NULL, next_on TEXT);
CREATE INDEX contact_log_customer ON contact_log (customer_id, date);
CREATE INDEX contact_log_next ON contact_log (next_on) WHERE next_on IS NOT NULL;

CREATE TABLE product (
    id {id} PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, brand TEXT NOT NULL,
    category TEXT NOT NULL, unit TEXT NOT NULL, price_e4 {int} NOT NULL, floor_e4 {int}, tax_rate_bp {int} NOT NULL,
    stock_e3 {int}, stock_on TEXT, active {int} NOT NULL);

CREATE TABLE cost (
    product_id {id} NOT NULL REFERENCES product (id), from_date TEXT NOT NULL, cost_e4 {int} NOT NULL,
    PRIMARY KEY (product_id, from_date)) {clustered};

CREATE TABLE attribution_rule (
    from_date TEXT NOT NULL, kind TEXT NOT NULL, owner_bp {int} NOT NULL, maker_bp {int} NOT NULL,
    PRIMARY KEY (from_date, kind)) {clustered};

CREATE TABLE month_close (
    month TEXT NOT NULL, person_id {id} NOT NULL REFERENCES salesperson (id), responsible {int} NOT NULL,
    active {int} NOT NULL, PRIMARY KEY (month, person_id)) {clustered};

CREATE TABLE orders (
    id {id} PRIMARY KEY, number TEXT NOT NULL UNIQUE, customer_id {id} NOT NULL REFERENCES customer (id),
    kind TEXT NOT NULL, state TEXT NOT NULL, date TEXT NOT NULL, first_date TEXT NOT NULL,
    live_from TEXT, live_to TEXT, decided_on TEXT NOT NULL,
    maker_id {id} REFERENCES salesperson (id), owner_id {id} REFERENCES salesperson (id), owner_bp {int} NOT NULL,
    amount {int} NOT NULL, cost {int} NOT NULL, uncosted {int} NOT NULL,
    owner_amount {int} NOT NULL, owner_cost {int} NOT NULL, owner_uncosted {int} NOT NULL,
    credit_days {int} NOT NULL, credit_from TEXT NOT NULL, due_date TEXT NOT NULL,
    returns_id {id} REFERENCES orders (id), replaces_id {id} REFERENCES orders (id),
    valid_until TEXT, invoice_number TEXT NOT NULL, invoiced_on TEXT, reason TEXT NOT NULL, note TEXT NOT NULL,
    held_for TEXT NOT NULL, version {int} NOT NULL, open_amount {int} NOT NULL, settled_on TEXT,
    change_uid {id} NOT NULL);
CREATE INDEX orders_customer ON orders (customer_id, date, number);
CREATE INDEX orders_date ON orders (date, number);
CREATE INDEX orders_open ON orders (customer_id, due_date, open_amount) WHERE open_amount <> 0;
CREATE INDEX orders_waiting ON orders (state, date) WHERE state IN ('held', 'quote');
CREATE INDEX orders_ended ON orders (decided_on) WHERE state IN ('lost', 'rejected', 'cancelled');
CREATE INDEX orders_returns ON orders (returns_id) WHERE returns_id IS NOT NULL;

CREATE TABLE order_line (
    order_id {id} NOT NULL REFERENCES orders (id), line {int} NOT NULL,
    product_id {id} NOT NULL REFERENCES product (id), quantity_e3 {int} NOT NULL, price_e4 {int} NOT NULL,
    discount_bp {int} NOT NULL, amount {int} NOT NULL, cost_e4 {int}, cost {int}, tax_rate_bp {int} NOT NULL,
    returns_line {int}, PRIMARY KEY (order_id, line)) {clustered};

CREATE TABLE receipt (
    id {id} PRIMARY KEY, number TEXT NOT NULL UNIQUE, customer_id {id} NOT NULL REFERENCES customer (id),
    date TEXT NOT NULL, amount {int} NOT NULL, kind TEXT NOT NULL, method TEXT NOT NULL, reference TEXT NOT NULL,
    reverses_id {id} REFERENCES receipt (id), reason TEXT NOT NULL, voided {int} NOT NULL,
    unallocated {int} NOT NULL, change_uid {id} NOT NULL);
CREATE INDEX receipt_customer ON receipt (customer_id, date, number);
CREATE INDEX receipt_unallocated ON receipt (customer_id) WHERE unallocated <> 0;
CREATE INDEX receipt_reverses ON receipt (reverses_id) WHERE reverses_id IS NOT NULL;

CREATE TABLE receipt_order (
    receipt_id {id} NOT NULL REFERENCES receipt (id), position {int} NOT NULL,
    order_id {id} NOT NULL REFERENCES orders (id), amount {int}, PRIMARY KEY (receipt_id, position)) {clustered};
CREATE INDEX receipt_order_order ON receipt_order (order_id);

CREATE TABLE allocation (
    customer_id {id} NOT NULL REFERENCES customer (id), source_id {id} NOT NULL, bill_id {id} NOT NULL,
    date TEXT NOT NULL, amount {int} NOT NULL, PRIMARY KEY (customer_id, source_id, bill_id, date)) {clustered};
CREATE INDEX allocation_bill ON allocation (bill_id);

CREATE TABLE customer_total (
    customer_id {id} PRIMARY KEY REFERENCES customer (id), balance {int} NOT NULL, trades {int} NOT NULL,
    first_trade TEXT, last_trade TEXT, last_contact TEXT, money_until TEXT NOT NULL) {clustered};
CREATE INDEX customer_total_balance ON customer_total (balance, customer_id);
CREATE INDEX customer_total_last_trade ON customer_total (last_trade, customer_id);

CREATE TABLE customer_month (
    customer_id {id} NOT NULL REFERENCES customer (id), month TEXT NOT NULL, orders {int} NOT NULL,
    revenue {int} NOT NULL, cost {int} NOT NULL, uncosted {int} NOT NULL,
    PRIMARY KEY (customer_id, month)) {clustered};
CREATE INDEX customer_month_traded ON customer_month (month, customer_id) WHERE orders > 0;

CREATE TABLE person_month (
    person_id {id} NOT NULL, month TEXT NOT NULL, orders {int} NOT NULL,
    amount {int} NOT NULL, cost {int} NOT NULL, uncosted {int} NOT NULL,
    PRIMARY KEY (month, person_id)) {clustered};

CREATE TABLE import_file (
    sha256 TEXT NOT NULL, name TEXT NOT NULL, content {bytes} NOT NULL, PRIMARY KEY (sha256, name));
"""

# Only a laptop searches by typing; the server has no full text. The row tables say which row of the index is
# whose: a customer's own rowid may change when the file is vacuumed.
SEARCH = """
CREATE TABLE customer_search_row (row INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE);
CREATE VIRTUAL TABLE customer_search USING fts5 (
    words, initials, syllables, digits, tokenize = 'ascii', prefix = '1 2 3 4', detail = column, columnsize = 0);
CREATE TABLE product_search_row (row INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE);
CREATE VIRTUAL TABLE product_search USING fts5 (
    words, initials, syllables, digits, tokenize = 'ascii', prefix = '1 2 3 4', detail = column, columnsize = 0);
"""

SQLITE_WORDS = {"id": "BLOB", "bytes": "BLOB", "int": "INTEGER", "clustered": "WITHOUT ROWID"}
POSTGRESQL_WORDS = {"id": "BYTEA", "bytes": "BYTEA", "int": "BIGINT", "clustered": ""}


def up(migrator: Any, db: Any) -> None:
    sqlite = db.param == "?"
    statements = TABLES.format(**(SQLITE_WORDS if sqlite else POSTGRESQL_WORDS))
    for statement in (statements + SEARCH if sqlite else statements).split(";\n"):
        if statement.strip():
            # Texts are compared by their code points, as SQLite does, whatever language the database is set to.
            db.execute_sql(statement if sqlite else statement.replace(" TEXT", ' TEXT COLLATE "C"'))
