"""Draws docs/console.png anew: `python -m tests.console.picture`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.console.conftest import SECTIONS, open_console
from tests.console.operating import (
    choose,
    choose_mode,
    expire,
    inspect,
    issue_token,
    send,
    write_request,
)
from tests.support.browser import run_browser
from tests.support.daemon import run_daemon

IMAGE = Path(__file__).parents[2] / "docs" / "console.png"
SIZE = (1280, 800)


def draw() -> bytes:
    """The console after some calls, with an expired token in the inspector."""
    with (
        tempfile.TemporaryDirectory() as house,
        tempfile.TemporaryDirectory() as profile,
        run_daemon(Path(house), sections=SECTIONS) as daemon,
        run_browser(Path(profile)) as page,
    ):
        console = open_console(daemon)
        expired = issue_token(console)
        expire(console, expired)
        page.resize(*SIZE)
        page.send("Page.navigate", url=console.url)
        page.wait("document.querySelector('#methods li')")
        choose(page, "test.hello")
        choose_mode(page, "notification")
        send(page)
        choose_mode(page, "batch")
        choose(page, "oauth2.fetchAccessToken")
        send(page)
        choose_mode(page, "single")
        write_request(page, '{"jsonrpc": "2.0", "id": 3, "method": "test.hello", "params": [1]}')
        send(page)
        choose(page, "oauth2.createAuthorizationCode")
        send(page)
        inspect(page, expired)
        page.evaluate("document.querySelector('#work').scrollTop = 0")
        return page.photograph()


if __name__ == "__main__":
    IMAGE.write_bytes(draw())
