"""What the doctor looks at in files: who may read or write them, how old a key is, how long a certificate is good."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from rpcauth.cli.examination.findings import Finding, Verdict, failed, render_mode
from rpcauth.errors import ConfigurationInvalid

if TYPE_CHECKING:
    from rpcauth.config import Tls

OLD_KEY = 400
"""Days after which a key should be followed by a new one: a year, and some weeks to do it in."""

EXPIRING = 14
"""Days before its end at which a certificate should have been renewed."""

LARGE_AUDIT = 1024 * 1024 * 1024
"""Bytes of an audit file after which another one should be begun: its start takes half a minute, or less."""

_DAY = 24 * 60 * 60


def examine_private_file(subject: str, path: Path, *, forbidden: int = 0o077) -> Finding:
    """A file that only its owner may read, or whoever `forbidden` leaves; one that is not there yet comes with the
    first start.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        return Finding(subject, Verdict.WARN, f"{path}: not there", "the first `rpcauth serve` makes it")
    except OSError as error:
        return Finding(subject, Verdict.FAIL, f"{path}: {error.strerror}", "check the folders above it")
    if status.st_mode & forbidden:
        advice = f"chmod {0o640 & ~forbidden:o} {path}"
        return Finding(subject, Verdict.FAIL, f"{path}: open to others ({render_mode(status)})", advice)
    if not os.access(path, os.R_OK):
        return Finding(subject, Verdict.FAIL, f"{path}: not readable for this user", "become the daemon's user")
    return Finding(subject, Verdict.OK, f"{path} ({render_mode(status)})")


def examine_guarded(subject: str, path: Path) -> Finding:
    """A file or folder that others may read, but must not change: a folder's files could be replaced."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return Finding(subject, Verdict.OK, f"{path}: not there yet")
    except OSError as error:
        return Finding(subject, Verdict.FAIL, f"{path}: {error.strerror}", "check the folders above it")
    others, shown = status.st_mode & 0o022, f"{path} ({render_mode(status)})"
    if not others or status.st_mode & stat.S_ISVTX:
        return Finding(subject, Verdict.OK, shown)
    verdict = Verdict.FAIL if others & stat.S_IWOTH else Verdict.WARN
    return Finding(subject, verdict, f"{shown}: others may change it", f"chmod go-w {path}")


def examine_audit_size(path: Path) -> Finding | None:
    """How much every start has to read; None where there is no file yet."""
    if not path.is_file():
        return None
    size = path.stat().st_size
    text = f"{path} has {size // 1024} KiB, which are read at every start"
    if size > LARGE_AUDIT:
        return Finding("audit size", Verdict.WARN, text, "rpcauth audit rotate")
    return Finding("audit size", Verdict.OK, text)


def examine_master_age(path: Path, now: int) -> Finding | None:
    """How old the master key's file is at `now`, in epoch seconds; None where it is not there to be seen."""
    if not os.access(path, os.F_OK):
        return None
    days = int(now - path.stat().st_mtime) // _DAY
    text = f"{path} is {days} days old"
    if days > OLD_KEY:
        return Finding("master key age", Verdict.WARN, text, "rpcauth keys rotate master")
    return Finding("master key age", Verdict.OK, text)


def examine_tls(tls: Tls, now: int) -> Finding | None:
    """Whether certificate and key can be used, and how long yet at `now`, in epoch seconds; None without TLS."""
    if tls.certificate is None or tls.key is None:
        return None
    from cryptography import x509

    from rpcauth.server.tls import build_tls

    try:
        build_tls(tls.certificate, tls.key, tls.client_ca)
        end = x509.load_pem_x509_certificate(tls.certificate.read_bytes()).not_valid_after_utc
    except (ConfigurationInvalid, OSError, ValueError) as error:
        return failed("tls", error)
    days = int(end.timestamp() - now) // _DAY
    text, advice = f"{tls.certificate} is good until {end:%Y-%m-%d}", "renew it, then: systemctl reload rpcauth"
    if days < 0:
        return Finding("tls", Verdict.FAIL, f"{tls.certificate} was good until {end:%Y-%m-%d}", advice)
    return Finding("tls", Verdict.WARN if days < EXPIRING else Verdict.OK, text, advice if days < EXPIRING else "")
