"""What a person can do. This one list is what history, undo and sync read."""

from __future__ import annotations

from model.changes.assigning import ASSIGNING_KINDS
from model.changes.closing import CLOSING_KINDS
from model.changes.company import COMPANY_KINDS
from model.changes.customers import CUSTOMER_KINDS
from model.changes.deciding import DECIDING_KINDS
from model.changes.devices import DEVICE_KINDS
from model.changes.editing import EDITING_KINDS
from model.changes.imports import IMPORT_KINDS
from model.changes.invoicing import INVOICING_KINDS
from model.changes.keeping_apart import KEEPING_APART_KINDS
from model.changes.kind import Args, Kind
from model.changes.leasing import LEASING_KINDS
from model.changes.leaving import LEAVING_KINDS
from model.changes.merging import MERGING_KINDS
from model.changes.order_amending import AMENDING_KINDS
from model.changes.orders import ORDER_KINDS
from model.changes.receipts import RECEIPT_KINDS
from model.changes.rejudging import REJUDGING_KINDS
from model.changes.returning import RETURNING_KINDS
from model.changes.targets import TARGET_KINDS
from model.changes.terms import TERMS_KINDS
from model.changes.undo import undoing

_UNDOABLE = {
    kind.name: kind
    for kind in (
        *COMPANY_KINDS,
        *CUSTOMER_KINDS,
        *EDITING_KINDS,
        *ASSIGNING_KINDS,
        *RETURNING_KINDS,
        *LEAVING_KINDS,
        *TERMS_KINDS,
        *MERGING_KINDS,
        *KEEPING_APART_KINDS,
        *DECIDING_KINDS,
        *ORDER_KINDS,
        *AMENDING_KINDS,
        *INVOICING_KINDS,
        *RECEIPT_KINDS,
        *LEASING_KINDS,
        *REJUDGING_KINDS,
        *IMPORT_KINDS,
        *DEVICE_KINDS,
        *CLOSING_KINDS,
        *TARGET_KINDS,
    )
}
KINDS: dict[str, Kind] = {**_UNDOABLE, "change.undo": undoing(_UNDOABLE)}
KIND_OF_ARGS: dict[type[Args], Kind] = {kind.args: kind for kind in KINDS.values()}
