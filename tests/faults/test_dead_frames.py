"""The frames of a failed commit lie in the WAL and are valid: unless they are overwritten, a crash brings them back."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.faults.disk import Disk
from tests.support.provider import open_provider

MASTER = bytes(range(32))


@pytest.mark.parametrize(("writer", "comes_back"), [("marked", False), ("unmarked", True)])
async def test_only_the_marker_keeps_a_failed_redemption_from_coming_back(
    tmp_path: Path, disk: Disk, writer: str, comes_back: bool
) -> None:
    """Both writers answer `unknown` and die; the one without a marker shows that there is something to fear."""
    async with open_provider(tmp_path, master=MASTER) as provider:
        code = await provider.issue_code()

    died = disk.run("tests.faults.crashing", str(tmp_path), MASTER.hex(), code, writer)

    assert died.returncode == -signal.SIGKILL, died.stderr
    assert json.loads(died.stdout)["error"]["data"]["outcome"] == "unknown"
    async with open_provider(tmp_path, master=MASTER) as provider:
        reply = await provider.call("oauth2.createAccessToken", provider.redemption(code))
        assert ("error" in reply) is comes_back
