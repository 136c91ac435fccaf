"""How a laptop is told to join: at which address this server is reached, and by which command."""

from __future__ import annotations

from pathlib import Path
from socket import gethostname

from model.store import meta, set_meta
from tui.cli.output import one_line

EVERYWHERE = ("0.0.0.0", "[::]")
NAMES_OF_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
AUTHORITY_FILE = "ca.pem"
# What the last server that began on this database was reached by.
ADDRESS_FACT, AUTHORITY_FACT = "laptops_reach_at", "laptops_trust"
ADDRESS_UNKNOWN = "URL"


def remember_address(url: str, certificate: Path | None) -> None:
    """Keep how laptops reach the server that listens at `url`, for the commands that invite one.

    Call it inside `writing()`.

    Args:
        certificate: what it shows; the authority that lies beside it is its own, which a laptop must be given.
    """
    # Every address of this machine is none that a laptop could reach it by.
    for everywhere in EVERYWHERE:
        url = url.replace(f"//{everywhere}:", f"//{_name_for_laptops(certificate)}:")
    own = certificate is not None and (certificate.parent / AUTHORITY_FILE).exists()
    for fact, value in ((ADDRESS_FACT, url), (AUTHORITY_FACT, AUTHORITY_FILE if own else "")):
        if meta(fact) != value:
            set_meta(fact, value)


def join_command(code: str) -> str:
    """What is typed on a laptop to join by a code; URL stands in it while no server has begun on this database."""
    authority = meta(AUTHORITY_FACT)
    words = ["huoke", "join", meta(ADDRESS_FACT, ADDRESS_UNKNOWN), code, *(["--ca", authority] if authority else [])]
    return one_line(" ".join(words))


def _name_for_laptops(certificate: Path | None) -> str:
    """The first name of the certificate by which another machine may reach this one; without one, its own name."""
    if certificate is None:
        return gethostname()
    from sync.server.certificates import names_in

    others = [name for name in names_in(certificate) if name not in NAMES_OF_THIS_MACHINE]
    return others[0] if others else gethostname()
