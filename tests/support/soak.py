"""How long the tests of endurance go on: `make test` runs a short form, `make soak` the long one."""

from __future__ import annotations

import os

IS_LONG = os.environ.get("RPCAUTH_SOAK") == "1"


def rounds(short: int, long: int) -> int:
    """How many rounds this run takes."""
    return long if IS_LONG else short
