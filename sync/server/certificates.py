"""A private certificate authority and the server's certificate, for a company that has none from elsewhere."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from model.errors import N_, InputError, StoreError

AUTHORITY_DAYS = 3650
# What browsers and systems take at most.
SERVER_DAYS = 825
# A laptop's clock may be a little behind.
BEFORE = timedelta(days=1)
NAME = "Huoke"


@dataclass(frozen=True)
class Certificates:
    """Where they are: `authority` goes to every laptop, `certificate` and `key` to the server, the rest stays."""

    authority: Path
    certificate: Path
    key: Path
    until: datetime


def make_certificates(folder: Path, hosts: list[str], now: datetime) -> Certificates:
    """Make a certificate for a server of these names and addresses, by the folder's own authority.

    An authority that is there is used again, so that the laptops need nothing new.

    Raises:
        InputError: a name is none.
        StoreError: the folder cannot be written, or its authority cannot be read or is there without its key.
    """
    names = [_name(host) for host in hosts]
    made = Certificates(
        folder / "ca.pem", folder / "server.pem", folder / "server-key.pem", now + timedelta(days=SERVER_DAYS)
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        authority, authority_key = _authority(folder, now)
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
        certificate = (
            _began(key.public_key(), hosts[0], authority.subject, now, made.until)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(issuer, critical=False)
            .sign(authority_key, hashes.SHA256())
        )
        _write_secret(made.key, _pem(key))
        made.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    except OSError as error:
        raise StoreError(
            N_("The certificates cannot be written to {folder}: {reason}."), folder=folder, reason=error.strerror
        ) from error
    return made


def _authority(folder: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    path, key_path = folder / "ca.pem", folder / "ca-key.pem"
    if path.exists() and not key_path.exists():
        # Another one in its place would shut every laptop out that trusts this.
        raise StoreError(
            N_("The key of the authority is not there: put ca-key.pem back into {folder}, or choose another --folder."),
            folder=folder,
        )
    if path.exists() and key_path.exists():
        try:
            key = load_pem_private_key(key_path.read_bytes(), None)
            certificate = x509.load_pem_x509_certificate(path.read_bytes())
        except ValueError as error:
            raise StoreError(
                N_("The authority in {folder} cannot be read: move its files away and make a new one."), folder=folder
            ) from error
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return certificate, key
    made = ec.generate_private_key(ec.SECP256R1())
    own_name = _named(f"{NAME} CA {now:%Y-%m-%d}")
    certificate = (
        _began(made.public_key(), f"{NAME} CA {now:%Y-%m-%d}", own_name, now, now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(made.public_key()), critical=False)
        .sign(made, hashes.SHA256())
    )
    _write_secret(key_path, _pem(made))
    path.write_bytes(certificate.public_bytes(Encoding.PEM))
    return certificate, made


def _began(
    key: ec.EllipticCurvePublicKey, name: str, issuer: x509.Name, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - BEFORE)
        .not_valid_after(until.astimezone(UTC))
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=signs_certificates, crl_sign=signs_certificates, encipher_only=False,
        decipher_only=False,
    )  # fmt: skip


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return x509.DNSName(host.encode("idna").decode("ascii"))
    except ValueError as error:
        raise InputError(N_("“{value}” is no host name and no address."), value=host) from error


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner may ever read, also while it is being written."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def names_in(certificate: Path) -> list[str]:
    """The names and addresses that a certificate is made for, in its order; none where it cannot be read.

    What is wrong with it is told where the server takes it up.
    """
    try:
        read = x509.load_pem_x509_certificate(certificate.read_bytes())
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return []
    return [str(name.value) for name in names]
