"""The console in a real browser: what an operator sees and does, and what the page never does."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rpcauth.rpc.admin.inspection import Check
from tests.console.conftest import SECTIONS, Console, open_console
from tests.console.operating import (
    choose,
    choose_example,
    choose_mode,
    expire,
    inspect,
    issue_token,
    press,
    request_of,
    send,
    write_request,
)
from tests.console.picture import IMAGE, SIZE
from tests.support.browser import Browser
from tests.support.daemon import CLIENT, SERVICE_KEY, run_daemon

TROUBLE = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Audits.issueAdded")
TAB, ENTER, DOWN, SLASH, CTRL = 9, 13, 40, 191, 2


@pytest.fixture
def quiet(page: Browser, console: Console) -> Iterator[Browser]:
    """A page that by its end has complained of nothing and has asked nobody but its own daemon."""
    yield page
    assert page.told(*TROUBLE) == []
    assert find_addresses(page) == {f"http://{console.name}/", f"http://{console.name}/rpc"}


def find_addresses(page: Browser) -> set[str]:
    """Everywhere that the page has sent requests; its key is in none."""
    urls = {told["request"]["url"] for told in page.told("Network.requestWillBeSent")}
    return {url for url in urls if not url.startswith("data:")}


def list_shown(page: Browser) -> list[str]:
    """The methods that can be seen in the list."""
    buttons = "[...document.querySelectorAll('#methods button')]"
    names: list[str] = page.evaluate(f"{buttons}.filter((one) => one.checkVisibility()).map((one) => one.textContent)")
    return names


def test_every_method_is_listed_the_administrative_ones_too(quiet: Browser, console: Console) -> None:
    contract = console.daemon.administer("rpc.discover", {})["result"]["methods"]
    administrative = console.daemon.administer("admin.methods", {})["result"]
    assert sorted(list_shown(quiet)) == sorted(method["name"] for method in (*contract, *administrative))


def test_the_key_is_nowhere_but_in_memory(quiet: Browser, console: Console) -> None:
    assert quiet.evaluate("location.href") == f"http://{console.name}/"
    assert quiet.evaluate("localStorage.length + sessionStorage.length") == 0
    assert quiet.send("Network.getCookies")["cookies"] == []
    assert console.key not in str(quiet.send("Page.getNavigationHistory"))
    assert console.key not in quiet.evaluate("document.documentElement.outerHTML")


def test_a_search_finds_methods_by_words_of_name_and_summary(quiet: Browser) -> None:
    quiet.press("/", SLASH)
    quiet.send("Input.insertText", text="revoke USER")
    assert sorted(list_shown(quiet)) == ["oauth2.revokeTokens", "oauth2.revokeUserApplication"]
    quiet.send("Input.insertText", text=" nonsense")
    assert list_shown(quiet) == []
    assert "No method" in quiet.text("nav")


def test_the_keyboard_alone_finds_a_method_and_sends_its_example(quiet: Browser) -> None:
    quiet.press("/", SLASH)
    quiet.send("Input.insertText", text="test.echo")
    quiet.press("ArrowDown", DOWN)
    quiet.press("Enter", ENTER, text="\r")
    assert quiet.text("#method") == "test.echo"
    quiet.press("Enter", ENTER, modifiers=CTRL)
    quiet.wait("document.querySelector('#history li')")
    assert quiet.text("#outcome").startswith("200 OK")


def test_every_control_can_be_reached_by_the_tab_key(quiet: Browser) -> None:
    choose(quiet, "oauth2.createAccessToken")
    send(quiet)
    visible = "(one) => one.checkVisibility() && !one.disabled && (one.type !== 'radio' || one.checked)"
    controls = f"[...document.querySelectorAll('a, button, input, select, textarea, pre')].filter({visible})"
    count = quiet.evaluate(f"(window.waiting = new Set({controls})).size")
    quiet.evaluate("document.activeElement.blur()")
    for _ in range(count + 5):
        quiet.press("Tab", TAB)
        quiet.evaluate("waiting.delete(document.activeElement)")
    left = quiet.evaluate("[...waiting].map((one) => one.outerHTML)")
    assert count > 30
    assert left == []


def test_the_example_of_a_method_succeeds_as_it_stands(quiet: Browser) -> None:
    choose(quiet, "oauth2.createAuthorizationCode")
    reply = send(quiet)
    assert reply["id"] == request_of(quiet)["id"]
    assert reply["result"]["code"].startswith("rpc_")
    assert re.fullmatch(r"200 OK\s+[0-9.]+ ms · \d+ bytes", quiet.text("#outcome"))
    assert quiet.text("#history").startswith("oauth2.createAuthorizationCode")


def test_the_other_examples_of_a_method_can_be_chosen(quiet: Browser) -> None:
    choose(quiet, "oauth2.createAccessToken")
    choose_example(quiet, "Client credentials")
    assert request_of(quiet)["params"]["token_data"]["grant_type"] == "client_credentials"
    assert send(quiet)["result"]["token_type"] == "bearer"


def test_methods_are_added_to_a_batch_and_answered_together(quiet: Browser) -> None:
    choose(quiet, "test.hello")
    choose_mode(quiet, "batch")
    choose(quiet, "test.echo")
    choose(quiet, "oauth2.fetchAccessToken")
    sent = request_of(quiet)
    reply = send(quiet)
    assert [call["method"] for call in sent] == ["test.hello", "test.echo", "oauth2.fetchAccessToken"]
    assert [one["id"] for one in reply] == [call["id"] for call in sent]
    assert [one.get("result") for one in reply[:1]] == ["Hello!"]
    assert quiet.text("#outcome").startswith("200 error -2001")
    assert quiet.text("#history").startswith("batch of 3")


def test_a_notification_has_no_id_and_is_answered_with_204_and_nothing(quiet: Browser) -> None:
    choose(quiet, "test.hello")
    choose_mode(quiet, "notification")
    assert request_of(quiet) == {"jsonrpc": "2.0", "method": "test.hello"}
    assert send(quiet) is None
    assert re.fullmatch(r"204 No Content\s+[0-9.]+ ms · no body", quiet.text("#outcome"))


def test_what_is_not_json_is_told_and_can_be_sent_all_the_same(quiet: Browser) -> None:
    write_request(quiet, '{"jsonrpc": ')
    assert quiet.text("#fault").startswith("Not JSON: ")
    assert send(quiet)["error"]["code"] == -32700
    assert quiet.text("#outcome").startswith("200 error -32700")


def test_the_history_brings_back_a_request_with_its_reply(quiet: Browser) -> None:
    choose(quiet, "test.hello")
    first = request_of(quiet)
    send(quiet)
    choose(quiet, "rpc.discover")
    send(quiet)
    press(quiet, "#history li:last-child button")
    assert request_of(quiet) == first
    assert json.loads(quiet.text("#body"))["result"] == "Hello!"


def test_large_numbers_are_shown_as_they_came(quiet: Browser, console: Console) -> None:
    token = issue_token(console)
    true_id = console.daemon.administer("admin.inspectToken", {"token": token})["result"]["id"]
    assert true_id > 2**53
    inspect(quiet, token)
    assert str(true_id) in quiet.text("#verdict dl")
    write_request(quiet, f'{{"jsonrpc":"2.0","id":1,"method":"test.echo","params":[{true_id}]}}')
    assert send(quiet)["result"] == true_id


def test_a_reply_is_text_whatever_it_holds(quiet: Browser) -> None:
    hostile = '<img src=x onerror="document.title = 1">\u2028"\\'
    write_request(quiet, json.dumps({"jsonrpc": "2.0", "id": 1, "method": "test.echo", "params": [hostile]}))
    assert send(quiet)["result"] == hostile
    assert quiet.evaluate("document.querySelector('#body img')") is None


def test_the_inspector_passes_every_check_of_a_live_token(quiet: Browser, console: Console) -> None:
    found = inspect(quiet, issue_token(console))
    assert found.pop("verdict") == "live"
    assert len(found) == len(Check)
    assert set(found.values()) == {"passes"}


def test_the_inspector_names_the_check_that_an_expired_token_fails(quiet: Browser, console: Console) -> None:
    token = issue_token(console)
    expire(console, token)
    found = inspect(quiet, token)
    assert found.pop("verdict").startswith("expired at ")
    assert [check for check, word in found.items() if word == "fails"] == ["Not expired"]
    assert list(found.values()) == ["passes"] * 6 + ["fails"] + ["not reached"] * 3


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"), "Prefix, length and checksum"),
        (lambda token: "hunter2", "Prefix, length and checksum"),
        (None, "Not revoked"),
    ],
    ids=["mistyped", "no token", "revoked"],
)
def test_the_inspector_names_any_other_check(quiet: Browser, console: Console, change: Any, check: str) -> None:
    token = issue_token(console)
    if change is None:
        params = {"service_key": SERVICE_KEY, "client": CLIENT, "access_token": token}
        assert console.daemon.call("oauth2.revokeAccessToken", params)["result"] is True
    found = inspect(quiet, token if change is None else change(token))
    assert [name for name, word in found.items() if word == "fails"] == [check]


def test_the_page_knows_every_check_by_name(console: Console) -> None:
    script = console.request("GET", "/", headers={})[2].decode()
    (table,) = re.findall(r"const CHECKS = \{(.*?)\};", script, re.DOTALL)
    assert re.findall(r"^\s*(\w+):", table, re.MULTILINE) == list(Check)


def test_a_token_in_a_reply_goes_to_the_inspector(quiet: Browser, console: Console) -> None:
    choose(quiet, "oauth2.createAuthorizationCode")
    code = send(quiet)["result"]["code"]
    console.daemon.remember(code.encode())
    press(quiet, "#body .token")
    quiet.wait("document.querySelector('#verdict li')")
    assert quiet.evaluate("document.querySelector('#token').value") == code
    assert "only its redemption tells" in quiet.text("#verdict p")


@pytest.mark.parametrize(
    ("button", "output"), [("curl", lambda done: json.loads(done)["result"]), ("command", json.loads)]
)
def test_what_is_copied_does_the_same_in_a_shell(quiet: Browser, console: Console, button: str, output: Any) -> None:
    value = {"it's": ['"quoted"', "$HOME `id`", "é\n", {"b": 1}]}
    write_request(quiet, json.dumps({"jsonrpc": "2.0", "id": 1, "method": "test.echo", "params": {"value": value}}))
    copied = copy(quiet, button)
    assert console.key not in copied
    assert run(copied, console) is not None
    assert output(run(copied, console)) == value


def test_a_batch_is_copied_whole_as_curl_and_line_by_line_as_rpcauth_call(quiet: Browser, console: Console) -> None:
    choose(quiet, "test.hello")
    choose_mode(quiet, "batch")
    choose(quiet, "test.echo")
    assert copy(quiet, "command").splitlines()[0] == "rpcauth call test.hello"
    assert len(copy(quiet, "command").splitlines()) == 2
    assert json.loads(run(copy(quiet, "curl"), console))[0]["result"] == "Hello!"


def test_where_the_browser_forbids_copying_the_text_is_shown(quiet: Browser) -> None:
    quiet.send("Browser.resetPermissions")
    choose(quiet, "test.hello")
    press(quiet, "#command")
    (shown,) = quiet.wait_told("Page.javascriptDialogOpening")
    assert shown["defaultPrompt"] == "rpcauth call test.hello"


def copy(page: Browser, button: str) -> str:
    page.send("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    page.evaluate("document.querySelector('#toast').textContent = ''")
    press(page, f"#{button}")
    page.wait("document.querySelector('#toast').textContent.startsWith('Copied ')")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def run(command: str, console: Console) -> str:
    here = Path(sys.executable).parent
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RPCAUTH_")}
    environment = {**kept, "PATH": f"{here}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-eu", "-c", command],
        cwd=console.daemon.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_without_a_key_the_page_asks_for_one_and_takes_the_address(chromium: Browser, console: Console) -> None:
    chromium.send("Page.navigate", url="about:blank")
    chromium.send("Page.navigate", url=f"http://{console.name}/")
    chromium.wait("document.querySelector('#locked') && !document.querySelector('#locked').hidden")
    assert "rpcauth console" in chromium.text("#locked")
    assert not chromium.evaluate("document.querySelector('#console').checkVisibility()")
    chromium.evaluate(f"document.querySelector('#key').value = {json.dumps(console.url)}")
    press(chromium, "#unlock button")
    chromium.wait("document.querySelector('#methods li')")
    assert chromium.evaluate("document.querySelector('#key').value") == ""


def test_a_key_that_has_ended_locks_the_page(chromium: Browser, tmp_path: Path) -> None:
    with run_daemon(tmp_path, sections=SECTIONS) as daemon:
        console = open_console(daemon)
        chromium.send("Page.navigate", url=console.url)
        chromium.wait("document.querySelector('#methods li')")
        for _ in range(8):
            daemon.administer("admin.openConsole", {})
        press(chromium, "#send")
        chromium.wait("!document.querySelector('#locked').hidden")
        assert "This key has ended" in chromium.text("#locked")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_all_is_readable_wide_and_narrow_light_and_dark(
    quiet: Browser, console: Console, width: int, dark: bool
) -> None:
    token = issue_token(console)
    expire(console, token)
    quiet.resize(width, 800, dark=dark)
    write_request(quiet, json.dumps({"jsonrpc": "2.0", "id": 1, "method": "test.echo", "params": [["x" * 300, 1]]}))
    send(quiet)
    inspect(quiet, token)
    write_request(quiet, "no json")
    assert quiet.evaluate("document.documentElement.scrollWidth") <= width
    assert quiet.evaluate(CUT_OFF) == []
    assert quiet.evaluate(FAINT) == []


CUT_OFF = """
[...document.querySelectorAll("main *")].filter((one) => {
  const box = one.getBoundingClientRect();
  return one.checkVisibility() && !one.closest(".unseen, .modes") && (box.left < 0 || box.right > innerWidth);
}).map((one) => one.outerHTML.slice(0, 80))
"""
"""The elements that stand out of the window at its sides."""

FAINT = """
(() => {
  const box = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const read = (colour) => {
    box.clearRect(0, 0, 1, 1);
    box.fillStyle = colour;
    box.fillRect(0, 0, 1, 1);
    return [...box.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => [r, g, b].map((one) => one / 255)
    .map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = (one) => {
    const colour = read(getComputedStyle(one).backgroundColor);
    return colour[3] ? colour : ground(one.parentElement);
  };
  const ratio = (one) => {
    const [low, high] = [luminance(read(getComputedStyle(one).color)), luminance(ground(one))].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const holdsText = (one) => one.value || [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return [...document.body.querySelectorAll(":not(script)")]
    .filter((one) => one.checkVisibility() && holdsText(one) && ratio(one) < 4.5)
    .map((one) => `${ratio(one).toFixed(2)} ${one.outerHTML.slice(0, 80)}`);
})()
"""
"""The elements whose text has less contrast to its ground than WCAG 2.2 asks for (1.4.3: 4.5 to 1)."""


def test_on_a_narrow_screen_the_methods_fold_away(quiet: Browser) -> None:
    quiet.resize(400, 800)
    quiet.wait("!document.querySelector('#menu').open")
    press(quiet, "#menu summary")
    choose(quiet, "test.hello")
    assert not quiet.evaluate("document.querySelector('#menu').open")
    assert quiet.text("#method") == "test.hello"


def test_a_planted_request_to_elsewhere_is_blocked_and_noticed(page: Browser) -> None:
    page.evaluate("fetch('http://127.0.0.1:9/planted').catch(() => 0)")
    page.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/planted.png'}))")
    page.evaluate("document.body.setAttribute('style', 'background: red')")
    page.wait_told("Log.entryAdded")
    issues = [told["issue"] for told in page.told("Audits.issueAdded")]
    violated = {issue["details"]["contentSecurityPolicyIssueDetails"]["violatedDirective"] for issue in issues}
    assert violated == {"connect-src", "img-src", "style-src-attr"}


def test_text_from_elsewhere_cannot_become_markup_or_script(page: Browser) -> None:
    for act in ("document.body.innerHTML = '<p>'", "document.createElement('script').src = 'x'", "eval('1')"):
        told = page.send("Runtime.evaluate", expression=act, allowUnsafeEvalBlockedByCSP=False)
        assert told["exceptionDetails"]["exception"]["className"] in ("TypeError", "EvalError")


def test_the_picture_in_the_documents_is_of_the_size_that_they_say() -> None:
    data = IMAGE.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", data[16:24]) == SIZE
    assert len(data) < 300_000
