"""What an operator does at the console, in a browser and beside it."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.console.conftest import Console
from tests.support.browser import Browser
from tests.support.daemon import CLIENT, PATIENCE, SERVICE_KEY


def press(page: Browser, selector: str) -> None:
    page.evaluate(f"document.querySelector({json.dumps(selector)}).click()")


def choose(page: Browser, method: str) -> None:
    press(page, f'[data-method="{method}"]')


def choose_mode(page: Browser, mode: str) -> None:
    press(page, f"[value={mode}]")


def request_of(page: Browser) -> Any:
    return json.loads(page.evaluate("document.querySelector('#request').value"))


def write_request(page: Browser, text: str) -> None:
    page.evaluate(
        f"{{ const box = document.querySelector('#request'); box.value = {json.dumps(text)};"
        " box.dispatchEvent(new Event('input')); }"
    )


def send(page: Browser) -> Any:
    """Send what stands there; the reply once the page shows it, None for none."""
    before = page.evaluate("document.querySelectorAll('#history li').length")
    press(page, "#send")
    page.wait(f"document.querySelectorAll('#history li').length > {before}")
    text = page.text("#body")
    return json.loads(text) if text else None


def inspect(page: Browser, token: str) -> dict[str, str]:
    """What the inspector shows: the verdict, and each check with `passes`, `fails` or `not reached`."""
    page.evaluate("document.querySelector('#verdict').replaceChildren()")
    page.evaluate(f"document.querySelector('#token').value = {json.dumps(token)}")
    press(page, "#inspect button")
    page.wait("document.querySelector('#verdict li')")
    checks = page.evaluate("[...document.querySelectorAll('#verdict li > span')].map((one) => one.textContent)")
    return {"verdict": page.text("#verdict p"), **dict(check.split(": ") for check in checks)}


def issue_token(console: Console) -> str:
    params = {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": {"grant_type": "client_credentials"}}
    token: str = console.daemon.call("oauth2.createAccessToken", params)["result"]["access_token"]
    return token


def expire(console: Console, token: str) -> None:
    """Shorten the token's life to a second, and wait until it is over."""
    params = {"service_key": SERVICE_KEY, "client": CLIENT, "access_token": token, "expires_in": 1}
    assert "result" in console.daemon.call("oauth2.updateAccessToken", params)
    deadline = time.monotonic() + PATIENCE
    while console.daemon.administer("admin.inspectToken", {"token": token})["result"]["failed"] is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def choose_example(page: Browser, name: str) -> None:
    """Choose one of a method's examples by its name."""
    page.evaluate(
        "{ const box = document.querySelector('#example');"
        f" box.value = [...box.options].find((one) => one.text === {json.dumps(name)}).value;"
        " box.dispatchEvent(new Event('change')); }"
    )
