"""The wire example files of the repository: the suites for anybody, and those that are ours alone."""

from __future__ import annotations

import http.client
import time
import tomllib
from pathlib import Path

from rpcauth.wire.credentials import Credentials
from rpcauth.wire.files import WireFile
from rpcauth.wire.parsing import read_file
from rpcauth.wire.replay import Site
from rpcauth.wire.suites import find_files
from tests.support.daemon import PATIENCE, RunningDaemon, UnixConnection

ROOT = Path(__file__).parent.parent.parent
CONFORMANCE = ROOT / "examples" / "conformance"
HERE = ROOT / "tests" / "wire"
DEFINITIONS = "\n".join((folder / "definitions.toml").read_text("utf-8") for folder in (CONFORMANCE, HERE))


def read_folder(folder: Path) -> list[WireFile]:
    """The files of a folder, named as they stand under the root of the repository."""
    return [read_file(path, path.relative_to(ROOT).as_posix()) for path in find_files(folder)]


FILES = [*read_folder(CONFORMANCE), *read_folder(HERE)]


def site_of(daemon: RunningDaemon, definitions: str) -> Site:
    """A daemon as replaying sees it, with the callers of its definitions."""
    return Site(
        connect=lambda: http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=PATIENCE),
        administer=lambda: UnixConnection(daemon.admin_socket),
        callers={
            caller["name"]: Credentials(caller["api_key"], caller["secret"])
            for caller in tomllib.loads(definitions)["callers"]
        },
        now=time.time,
        on_reply=daemon.remember,
    )
