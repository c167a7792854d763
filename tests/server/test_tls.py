from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from rpcauth.errors import ConfigurationInvalid
from rpcauth.model import Proof
from rpcauth.server.peers import format_subject
from rpcauth.server.tls import build_tls
from tests.server.wire import CALL, Recorder, build_post, serve, with_proofs

SUBJECT = f"CN=gateway,OU=Edge,O=trustme v{version('trustme')}"
GATEWAY = with_proofs(Proof.MTLS, api_key=None, tls_subjects=(SUBJECT,))


@dataclass(frozen=True)
class Authority:
    """Files of a server certificate, and of the authority that clients are checked against."""

    ca: trustme.CA
    certificate: Path
    key: Path
    root: Path

    def client(self, issuer: trustme.CA | None = None, *, name: str = "gateway") -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.root)
        (issuer or self.ca).issue_cert(common_name=name, organization_unit_name="Edge").configure_cert(context)
        return context


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    folder = tmp_path_factory.mktemp("tls")
    ca = trustme.CA(organization_name="Example")
    leaf = ca.issue_cert("localhost")
    paths = Authority(ca, folder / "server.pem", folder / "server.key", folder / "ca.pem")
    leaf.cert_chain_pems[0].write_to_path(paths.certificate)
    leaf.private_key_pem.write_to_path(paths.key)
    ca.cert_pem.write_to_path(paths.root)
    yield paths


def serve_tls(authority: Authority, client: ssl.SSLContext, *, client_ca: bool = True, **given: Any) -> Any:
    server = build_tls(authority.certificate, authority.key, authority.root if client_ca else None)
    return serve(server_tls=server, client_tls=client, **given)


async def test_a_call_goes_over_tls(authority: Authority) -> None:
    plain = ssl.create_default_context(cafile=authority.root)
    async with serve_tls(authority, plain, client_ca=False) as house, await house.connect() as client:
        for _ in range(2):
            client.send(build_post())
            response = await client.receive()
            assert (response.status, response.body) == (200, CALL)


async def test_a_verified_certificate_proves_its_subject(authority: Authority) -> None:
    recorder = Recorder()
    async with serve_tls(authority, authority.client(), dispatch=recorder, callers=[GATEWAY]) as house:
        assert (await house.send(build_post(proof=b""))).status == 200
    assert [caller for _, caller, _ in recorder.calls] == [GATEWAY]


async def test_another_subject_proves_nobody(authority: Authority) -> None:
    async with serve_tls(authority, authority.client(name="other"), callers=[GATEWAY]) as house:
        assert (await house.send(build_post(proof=b""))).status == 401


async def test_without_a_certificate_other_proofs_still_count(authority: Authority) -> None:
    plain = ssl.create_default_context(cafile=authority.root)
    async with serve_tls(authority, plain, callers=[GATEWAY, with_proofs(Proof.BASIC, name="basic")]) as house:
        assert (await house.send(build_post(proof=b""))).status == 401
        assert (await house.send(build_post())).status == 200


async def test_a_certificate_of_a_stranger_ends_the_connection(authority: Authority) -> None:
    recorder = Recorder()
    stranger = authority.client(trustme.CA(organization_name="Example"))
    async with serve_tls(authority, stranger, dispatch=recorder, callers=[GATEWAY]) as house:
        # With TLS 1.3 the client has finished its part of the handshake before it hears of it.
        with pytest.raises((ssl.SSLError, ConnectionError, EOFError)):
            await house.send(build_post(proof=b""))
    assert recorder.calls == []


async def test_a_certificate_that_nobody_asked_for_proves_nobody(authority: Authority) -> None:
    async with serve_tls(authority, authority.client(), client_ca=False, callers=[GATEWAY]) as house:
        assert (await house.send(build_post(proof=b""))).status == 401


async def test_tls_1_1_is_not_spoken(authority: Authority) -> None:
    old = ssl.create_default_context(cafile=authority.root)
    old.set_ciphers("DEFAULT@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        old.minimum_version = ssl.TLSVersion.TLSv1_1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    async with serve_tls(authority, old) as house:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await house.connect()


def test_files_that_cannot_be_used_are_named(authority: Authority, tmp_path: Path) -> None:
    other = trustme.CA().issue_cert("localhost")
    other.private_key_pem.write_to_path(tmp_path / "other.key")
    with pytest.raises(ConfigurationInvalid, match=r"missing\.pem"):
        build_tls(tmp_path / "missing.pem", authority.key)
    with pytest.raises(ConfigurationInvalid, match="KEY_VALUES_MISMATCH"):
        build_tls(authority.certificate, tmp_path / "other.key")
    with pytest.raises(ConfigurationInvalid, match="client_ca"):
        build_tls(authority.certificate, authority.key, tmp_path / "missing.pem")


def test_an_encrypted_key_is_refused_and_nobody_is_asked_for_its_password(authority: Authority, tmp_path: Path) -> None:
    """Whoever started the daemon may sit at its terminal, and OpenSSL would wait for them, and the loop with it."""
    plain = load_pem_private_key(authority.key.read_bytes(), None)
    key = tmp_path / "encrypted.key"
    key.write_bytes(
        plain.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"password"))
    )
    with pytest.raises(ConfigurationInvalid, match=rf"the key is encrypted \({key}\)"):
        build_tls(authority.certificate, key)


@pytest.mark.parametrize(
    "names",
    [
        [(NameOID.COMMON_NAME, "gateway")],
        [(NameOID.COUNTRY_NAME, "DE"), (NameOID.ORGANIZATION_NAME, "Example"), (NameOID.COMMON_NAME, "gateway")],
        [(NameOID.ORGANIZATION_NAME, 'Example, "Inc" + <Co>; \\x'), (NameOID.COMMON_NAME, "#1 ")],
        [(NameOID.LOCALITY_NAME, "Köln"), (NameOID.STATE_OR_PROVINCE_NAME, "NW"), (NameOID.COMMON_NAME, " a")],
    ],
)
def test_a_subject_is_written_as_rfc_4514_has_it(names: list[tuple[x509.ObjectIdentifier, str]]) -> None:
    long_names = {
        NameOID.COMMON_NAME: "commonName",
        NameOID.COUNTRY_NAME: "countryName",
        NameOID.ORGANIZATION_NAME: "organizationName",
        NameOID.LOCALITY_NAME: "localityName",
        NameOID.STATE_OR_PROVINCE_NAME: "stateOrProvinceName",
    }
    certificate = {"subject": tuple(((long_names[oid], value),) for oid, value in names)}
    expected = x509.Name([x509.NameAttribute(oid, value) for oid, value in names]).rfc4514_string()
    assert format_subject(certificate) == expected


def test_a_certificate_without_a_subject_has_none() -> None:
    assert format_subject({"subject": ()}) is None
