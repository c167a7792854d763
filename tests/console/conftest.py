"""A daemon with a console, a key to it, and a browser that shows it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection

import pytest

from tests.support.browser import Browser, run_browser
from tests.support.daemon import PATIENCE, RunningDaemon, run_daemon
from tests.support.debian import Unavailable

SECTIONS = '[console]\nlisten = "127.0.0.1:0"\n'
URL = re.compile(r"http://(127\.0\.0\.1:(\d+))/#key=([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Console:
    """A running console: `name` is its host:port, `url` has the `key` in its fragment."""

    daemon: RunningDaemon
    url: str
    name: str
    key: str

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One request on a connection of its own, with this key unless `headers` say otherwise."""
        connection = HTTPConnection(self.name, timeout=PATIENCE)
        try:
            sent = {"Authorization": f"Bearer {self.key}"} if headers is None else dict(headers)
            connection.request(method, path, body, sent)
            reply = connection.getresponse()
            return reply.status, dict(reply.getheaders()), self.daemon.remember(reply.read())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with run_daemon(tmp_path_factory.mktemp("daemon"), sections=SECTIONS) as daemon:
        yield open_console(daemon)


def open_console(daemon: RunningDaemon) -> Console:
    """By the command that an operator types."""
    environment = {**os.environ, **daemon.environment}
    done = subprocess.run(daemon.command("console"), capture_output=True, text=True, check=True, env=environment)
    found = URL.fullmatch(done.stdout.strip())
    assert found is not None
    return Console(daemon, found[0], found[1], found[3])


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    try:
        with run_browser(tmp_path_factory.mktemp("browser")) as browser:
            yield browser
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture
def page(chromium: Browser, console: Console) -> Browser:
    """The console, freshly opened in a window of 1280 x 800; `chromium.events` begins with it."""
    chromium.events.clear()
    chromium.resize(1280, 800)
    chromium.send("Page.navigate", url="about:blank")
    chromium.send("Page.navigate", url=console.url)
    chromium.wait("document.querySelector('#methods li')")
    return chromium
