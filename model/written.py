"""What differs after everything that is written: by it one knows whether what was read before still holds."""

from __future__ import annotations

from model.store import meta, one

LAST_IMPORT = "last_import"
"""The fact of a store under which the id of the last import stands: an import is no change with a number."""


def written() -> str:
    """The office's version, this device's last number, what it pulled of which view and epoch, and its imports."""
    version = one("SELECT v FROM head WHERE one = 1")
    number = one("SELECT MAX(number) FROM change WHERE device = ?", (meta("device"),))
    numbers = f"{version[0] if version else 0} {(number[0] if number else None) or 0}"
    return " ".join([numbers, *(meta(name) for name in ("cursor", "view", "epoch", LAST_IMPORT))])
