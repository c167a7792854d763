"""Refusals and defects as an operator finds them: an id that ties an answer to its reason, or to its place."""

from __future__ import annotations

import os.path
import secrets
import traceback

from rpcauth.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Incident:
    """One call that was refused, or failed: names, outcomes and ids only. `detail` is the rule, or a defect's place."""

    incident: str
    method: str
    service_key: str | None
    client_id: str | None
    outcome: str
    detail: str | None


def new_incident() -> str:
    """16 hexadecimal digits, fresh."""
    return secrets.token_hex(8)


def describe_defect(error: BaseException) -> str:
    """`KeyError at services.py:101 find_it`: the exception's type and where it was raised; never its text."""
    frames = list(traceback.walk_tb(error.__traceback__))
    if not frames:
        return type(error).__qualname__
    frame, line = frames[-1]
    code = frame.f_code
    return f"{type(error).__qualname__} at {os.path.basename(code.co_filename)}:{line} {code.co_name}"
