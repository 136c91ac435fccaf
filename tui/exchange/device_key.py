"""Where the key of this device is kept, and whether a passphrase opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from model.store import Store
    from sync.credentials import Place


def key_place(store: Store) -> Place | None:
    """Where the key of a joined laptop is; None on a store of its own. Call it inside `with store.use():`."""
    import msgspec

    from model.store import meta
    from sync.credentials import DEVICE_KEY_FILE, DeviceKeyFile

    if not meta("server"):
        return None
    path = store.folder / DEVICE_KEY_FILE
    if not path.exists():
        return "keyring"
    try:
        sealed = msgspec.json.decode(path.read_bytes(), type=DeviceKeyFile).sealed
    except (OSError, msgspec.MsgspecError):
        # Reading the key itself says what is wrong with it.
        return "file"
    return "file" if sealed.derivation is not None else "file under the PIN"


def asks_passphrase(folder: Path) -> bool:
    """Whether a new key in this folder will be under a passphrase, because there is no keyring and no PIN."""
    from model.store import present_database
    from model.vault import is_sealed
    from sync.credentials import usable_keyring

    return usable_keyring() is None and not is_sealed(present_database(folder))
