"""`huoke pin`: the store encrypted on the disk, opened by a PIN."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass, field
from pathlib import Path

from model.errors import N_, Refused
from model.store import Store, meta, open_store, present_database
from model.vault import change_pin, is_sealed
from tui.cli.asking import asked_new_passphrase, asked_new_pin, asked_passphrase, asked_pin, key_of_store, now_s
from tui.cli.desk import Desk
from tui.cli.output import tell
from tui.cli.parser import Parser, Verbs
from tui.locale import _


@dataclass(frozen=True)
class DeviceKey:
    """The key of this laptop and whose it is."""

    company: str
    device: str
    seed: bytes = field(repr=False)


def add_parser(verbs: Verbs, common: Parser) -> None:
    told = _(
        "The store and its drafts are encrypted and a PIN of at least 6 characters opens them. Nobody can open them"
        " without it: a forgotten PIN means a backup from before. HUOKE_PIN and HUOKE_NEW_PIN give it to scripts."
    )
    parser = verbs.add_parser("pin", parents=[common], help=_("encrypt the store under a PIN"), description=told)
    acts = parser.add_subparsers(required=True, metavar=_("ACT"), dest="act", parser_class=Parser)
    for act, run, help_text in (
        ("set", _set, _("encrypt the store; older backups and stores kept aside stay as they are")),
        ("change", _change, _("another PIN; backups keep the one they were made under")),
        ("remove", _remove, _("the store lies open on the disk again")),
    ):
        acts.add_parser(act, parents=[common], help=help_text).set_defaults(run=run)


def _set(arguments: Namespace, desk: Desk) -> int:
    from model.pin import set_pin

    if is_sealed(present_database(desk.folder)):
        raise Refused(N_("This store has a PIN already: change it with “huoke pin change”."))
    device_key = _device_key(open_store(desk.folder))
    key = set_pin(desk.folder, asked_new_pin())
    _keep(device_key, desk.folder, key)
    tell(_("The store is encrypted; its PIN opens it from now on."))
    if plain := _plain_beside(present_database(desk.folder)):
        tell(_("Not encrypted, because they were kept aside earlier: {files}.").format(files=", ".join(plain)))
    return 0


def _change(arguments: Namespace, desk: Desk) -> int:
    database = present_database(desk.folder)
    if not is_sealed(database):
        raise Refused(N_("This store has no PIN."))
    change_pin(database, asked_pin(), asked_new_pin(), now_s())
    tell(_("The new PIN opens the store from now on."))
    return 0


def _remove(arguments: Namespace, desk: Desk) -> int:
    from model.pin import remove_pin

    key = key_of_store(desk.folder)
    if key is None:
        raise Refused(N_("This store has no PIN."))
    # The key of the device must not depend on the PIN any more before the PIN goes.
    _keep(_device_key(open_store(desk.folder, key=key)), desk.folder, None)
    remove_pin(desk.folder, key)
    tell(_("The store has no PIN any more and lies open on the disk."))
    return 0


def _device_key(store: Store) -> DeviceKey | None:
    """The key of a laptop that joined an office, from where it is kept now; None for a store that did not."""
    with store.use():
        joined, company, device = bool(meta("server")), meta("company"), meta("key_device") or meta("device")
    store.close()
    if not joined:
        return None
    from sync.credentials import read_key

    seed = read_key(store.folder, company, device, passphrase=asked_passphrase, store_key=store.key)
    return DeviceKey(company, device, seed)


def _keep(device_key: DeviceKey | None, folder: Path, store_key: bytes | None) -> None:
    """Keep the key of a laptop under what opens its store from now on."""
    if device_key is None:
        return
    from sync.credentials import keep_key

    company, device, seed = device_key.company, device_key.device, device_key.seed
    keep_key(folder, company, device, seed, passphrase=asked_new_passphrase, store_key=store_key)


def _plain_beside(present: Path) -> list[str]:
    """Databases that restoring kept aside and that are still plain, by name."""
    from model.connecting import is_sqlite_file

    return sorted(path.name for path in present.parent.glob("store*.db") if path != present and is_sqlite_file(path))
