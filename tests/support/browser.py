"""Headless Chromium of Debian, driven over a pipe by the DevTools protocol: no port, no further package."""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.support import debian

PATIENCE: Final = 30.0
"""Seconds for one command, and for a condition in the page to come true."""

PACKAGES: Final = ("chromium-headless-shell", "chromium-common", "fonts-inter", "fonts-dejavu-core")
WATCHED: Final = ("Page", "Runtime", "Log", "Network", "Audits")

_FONTS: Final = """\
<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir>
<alias><family>system-ui</family><prefer><family>Inter</family></prefer></alias>
<alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
"""


class Browser:
    """One page of a browser. `events` are all that the domains in WATCHED have told so far."""

    def __init__(self, commands: int, replies: int) -> None:
        self._commands, self._replies = commands, replies
        self._number, self._received = 0, b""
        self._session: dict[str, str] = {}
        self.events: list[dict[str, Any]] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        self.send("Emulation.setFocusEmulationEnabled", enabled=True)
        for domain in WATCHED:
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of one command; an AssertionError with the browser's words where it fails."""
        number, deadline = self._write(method, params), time.monotonic() + PATIENCE
        while (reply := self._read(deadline)).get("id") != number:
            if reply.get("method") == "Page.javascriptDialogOpening":
                # Until somebody closes it, the page stands still.
                self._write("Page.handleJavaScriptDialog", {"accept": True})
            self.events.append(reply)
        assert "error" not in reply, (method, reply["error"])
        result: dict[str, Any] = reply["result"]
        return result

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, as a user's own act; a promise is waited for."""
        told = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True
        )
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until an expression is true in the page."""
        deadline = time.monotonic() + PATIENCE
        while not self.evaluate(f"!!({expression})"):
            assert time.monotonic() < deadline, (expression, self.text("body"))
            time.sleep(0.02)

    def text(self, selector: str) -> str:
        """What a user reads in an element."""
        read: str = self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText")
        return read

    def press(self, key: str, code: int, *, modifiers: int = 0, text: str = "") -> None:
        """A key, pressed and let go, wherever the focus is. `modifiers`: 2 is Ctrl, 8 is Shift."""
        what = {"key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **what)
        self.send("Input.dispatchKeyEvent", type="keyUp", **what)

    def resize(self, width: int, height: int, *, dark: bool = False) -> None:
        """Show the page in a window of another size, in a light or dark scheme."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.send("Emulation.setEmulatedMedia", features=scheme)

    def photograph(self) -> bytes:
        """The window as a PNG."""
        return base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"])

    def told(self, *methods: str) -> list[dict[str, Any]]:
        """The parameters of the events of these methods, in order."""
        self.evaluate("0")  # what was told before this answer is in `events` then
        return [event["params"] for event in self.events if event.get("method") in methods]

    def wait_told(self, method: str) -> list[dict[str, Any]]:
        """The parameters of the events of a method, once there is one."""
        deadline = time.monotonic() + PATIENCE
        while not (told := self.told(method)):
            assert time.monotonic() < deadline, method
            time.sleep(0.02)
        return told

    def _write(self, method: str, params: dict[str, Any]) -> int:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params, **self._session}
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        return self._number

    def _read(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._received:
            ready, _, _ = select.select([self._replies], [], [], max(deadline - time.monotonic(), 0))
            assert ready, "the browser does not answer"
            received = os.read(self._replies, 1 << 20)
            assert received, "the browser has ended"
            self._received += received
        message, _, self._received = self._received.partition(b"\0")
        decoded: dict[str, Any] = json.loads(message)
        return decoded


@contextmanager
def run_browser(folder: Path) -> Iterator[Browser]:
    """A browser with its profile in `folder`, ended by its pid. Raises debian.Unavailable."""
    root = debian.unpack(*PACKAGES)
    fonts = folder / "fonts.conf"
    fonts.write_text(_FONTS.format(fonts=root / "usr/share/fonts", cache=folder / "fonts"))
    environment = {**debian.environment(root), "FONTCONFIG_FILE": str(fonts), "HOME": str(folder), "TZ": "UTC"}
    (its_input, commands), (replies, its_output) = os.pipe(), os.pipe()
    # The browser reads at 3 and writes at 4; the shell puts the pipes there and becomes the browser.
    script = f'exec "$0" "$@" 3<&{its_input} 4>&{its_output}'
    words = [
        str(root / "usr/lib/chromium/chromium-headless-shell"),
        "--remote-debugging-pipe",
        "--no-sandbox",  # a container has no user namespaces, and the page is our own
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--lang=en-GB",
        "--force-prefers-reduced-motion",
        f"--user-data-dir={folder / 'profile'}",
    ]
    with (folder / "browser.log").open("wb") as log:
        process = subprocess.Popen(
            ["bash", "-c", script, *words], env=environment, pass_fds=(its_input, its_output), stdout=log, stderr=log
        )
    os.close(its_input)
    os.close(its_output)
    try:
        yield Browser(commands, replies)
    finally:
        os.close(commands)
        process.terminate()
        process.wait(PATIENCE)
        os.close(replies)
