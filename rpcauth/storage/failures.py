"""The driver's errors in the words of those who are told: callers, and the log."""

from __future__ import annotations

import errno
import logging

from rpcauth.errors import (
    CallerRefused,
    DefinitionsRefused,
    LimitReached,
    OAuthError,
    Outcome,
    ParamsInvalid,
    StorageUnavailable,
)
from rpcauth.storage.driver import Error, IntegrityError
from rpcauth.storage.port import Conflict

_log = logging.getLogger(__name__)

_REFUSALS = (OAuthError, CallerRefused, ParamsInvalid, LimitReached, DefinitionsRefused)


def name_of(error: Exception) -> str:
    """An error of the driver or the disk by its symbolic name; its text may hold a path and stays here."""
    if isinstance(error, OSError) and error.errno is not None:
        return errno.errorcode.get(error.errno, "EIO")
    name: str | None = getattr(error, "sqlite_errorname", None)
    return name or type(error).__name__


def unavailable(error: Exception, outcome: Outcome = Outcome.NOT_DONE) -> StorageUnavailable:
    """What callers learn of a driver's error."""
    return StorageUnavailable(outcome, name_of(error))


def answer_of(job: object, error: Exception) -> Exception:
    """What the caller of an operation that failed alone is told."""
    if isinstance(error, _REFUSALS):
        return error.with_traceback(None)  # its frames hold the group, and would keep it alive in a cycle
    if isinstance(error, Error) and not isinstance(error, IntegrityError):
        return unavailable(error)
    _log.error("an operation failed: %s in %s", name_of(error), type(job).__name__)
    return Conflict() if isinstance(error, IntegrityError) else error
