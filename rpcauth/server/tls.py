"""TLS for a listener: 1.2 and later, HTTP/1.1, client certificates asked for only where an authority is named."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import NoReturn

from rpcauth.errors import ConfigurationInvalid


def build_tls(certificate: Path, key: Path, client_ca: Path | None = None) -> ssl.SSLContext:
    """The server's context, from PEM files. Raises ConfigurationInvalid, which names the file that cannot be used.

    With `client_ca` a client may show a certificate; one that this authority did not issue fails the handshake. Whether
    a certificate is needed is not decided here: it is one proof of a caller among others.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    context.set_alpn_protocols(["http/1.1"])

    def refuse_password() -> NoReturn:
        # OpenSSL would ask the terminal for it, and the event loop would wait for whoever sits there.
        what = f"server.tls: the key is encrypted ({key})"
        raise ConfigurationInvalid([f"{what}; give one that is not: openssl pkey -in FILE -out PLAIN"])

    try:
        context.load_cert_chain(certificate, key, refuse_password)
    except OSError as error:
        raise _refuse("certificate and key", f"{certificate}, {key}", error) from error
    if client_ca is not None:
        _accept_authority(context, client_ca)
    return context


def _accept_authority(context: ssl.SSLContext, client_ca: Path) -> None:
    try:
        context.load_verify_locations(client_ca)
    except OSError as error:
        raise _refuse("client_ca", str(client_ca), error) from error
    context.verify_mode = ssl.CERT_OPTIONAL


def _refuse(what: str, files: str, error: OSError) -> ConfigurationInvalid:
    # ssl.SSLError is an OSError: its reason, such as KEY_VALUES_MISMATCH, says more than its text.
    reason = getattr(error, "reason", None) or error.strerror
    advice = "give readable PEM files that belong together"
    return ConfigurationInvalid([f"server.tls: {what} cannot be used ({files}): {reason}; {advice}"])
