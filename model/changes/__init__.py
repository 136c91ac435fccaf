"""What a person can do. This one list is what history, undo and sync read."""

from __future__ import annotations

from model.changes.company import COMPANY_KINDS
from model.changes.customers import CUSTOMER_KINDS
from model.changes.imports import IMPORT_KINDS
from model.changes.kind import Args, Kind
from model.changes.orders import ORDER_KINDS
from model.changes.receipts import RECEIPT_KINDS
from model.changes.undo import undoing

_UNDOABLE = {kind.name: kind for kind in (*COMPANY_KINDS, *CUSTOMER_KINDS, *ORDER_KINDS, *RECEIPT_KINDS, *IMPORT_KINDS)}
KINDS: dict[str, Kind] = {**_UNDOABLE, "change.undo": undoing(_UNDOABLE)}
KIND_OF_ARGS: dict[type[Args], Kind] = {kind.args: kind for kind in KINDS.values()}
