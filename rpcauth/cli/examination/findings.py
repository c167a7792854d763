"""What the doctor found: of one thing, whether it is well, and what to do where it is not."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing; `advice` is what to do next, empty where all is well."""

    subject: str
    verdict: Verdict
    text: str
    advice: str = ""


def failed(subject: str, error: Exception) -> Finding:
    """An error as a finding: its text is what is wrong, and behind a semicolon what to do."""
    what, _, advice = str(error).partition("; ")
    return Finding(subject, Verdict.FAIL, what, advice)


def render_mode(status: os.stat_result) -> str:
    """`0600`."""
    return f"{stat.S_IMODE(status.st_mode):04o}"
