"""`rpcauth check` against a real daemon: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from socket import create_server, socket
from xml.etree import ElementTree

import pytest
from click.testing import Result

from rpcauth.wire.suites import conformance_folder, find_files
from tests.cli.commands import configure, run
from tests.support.daemon import GATEWAYS, YM, RunningDaemon, free_port, run_daemon
from tests.support.leaks import find_tokens

DEFINITIONS = (conformance_folder() / "definitions.toml").read_text("utf-8")
SERVICE = "rmeqcgpw3zu2y47y9bs8vs2h"
CLIENT = '{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"}'

HELLO = '>> {"jsonrpc":"2.0","method":"test.hello","id":1}\n'
GOOD = f'// It answers\n// @tags smoke\n{HELLO}<< {{"jsonrpc":"2.0","result":"Hello!","id":1}}\n'
BAD = f'// It answers "Hallo!" #1\n{HELLO}<< {{"jsonrpc":"2.0","result":"Hallo!","id":1}}\n'
ISSUE = (
    f'>> {{"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["{SERVICE}",{CLIENT},'
    '{"grant_type":"password"},null,"it\'s ${unique}"],"id":1}\n'
)
ISSUED = '<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","...":"$any"},"id":1}\n'
FETCH = f'>> {{"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["{SERVICE}",["${{token}}"]],"id":2}}\n'

Check = Callable[..., Result]


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDaemon]:
    with run_daemon(tmp_path_factory.mktemp("checked"), definitions=DEFINITIONS, sections=YM + GATEWAYS) as daemon:
        yield daemon


@pytest.fixture
def check(daemon: RunningDaemon, tmp_path: Path) -> Check:
    """A run with the caller `demo`, on the texts of files, or on what is named otherwise."""
    secret = tmp_path / "demo.secret"
    secret.write_text("demo-secret\n")

    def check(*words: str | Path, stay: bool = False, **texts: str) -> Result:
        files = []
        for name, text in texts.items():
            files.append(tmp_path / f"{name}.io")
            files[-1].write_text(text)
        url = [] if stay else ["--url", f"http://127.0.0.1:{daemon.port}"]
        return run("check", *files, *words, *url, "--caller", "demo", "--secret-file", secret, folder=daemon.folder)

    return check


def test_the_suites_that_come_with_the_package_hold_for_this_daemon(check: Check, tmp_path: Path) -> None:
    words: list[str | Path] = ["--has", "ym", "--has", "authz", "--has", "oauth2"]
    for caller in ("reader", "mac-gateway"):
        (tmp_path / caller).write_text(f"{caller}-secret")
        words += ["--caller", caller, "--secret-file", tmp_path / caller]
    result = check(*words)
    assert result.exit_code == 0, result.stdout
    count = len(list(find_files(conformance_folder())))
    assert result.stdout.startswith(f"TAP version 14\n1..{count}\n")
    assert result.stdout.endswith(f"# {count} as expected, 0 not, 0 skipped\n")


def test_what_differs_is_told_by_its_place_with_the_line_to_repeat_it(check: Check, tmp_path: Path) -> None:
    result = check(good=GOOD, bad=BAD)
    assert result.exit_code == 1
    good, bad, where, at, expected, received, again, tally = result.stdout.splitlines()[2:]
    assert good == f"ok 1 - {tmp_path}/good.io: It answers"
    assert bad == f'not ok 2 - {tmp_path}/bad.io: It answers "Hallo!" \\#1'
    assert where == f"# {tmp_path}/bad.io:2:"
    assert (at, expected, received) == ("#   at $.result", '#     - "Hallo!"', '#     + "Hello!"')
    assert again.startswith(f'# again: curl -sS --user demo:"$(cat {tmp_path}/demo.secret)" ')
    assert tally == "# 1 as expected, 1 not, 0 skipped"


REPEATED = {
    "basic": ('>> {"jsonrpc":"2.0","method":"test.echo","params":["it\'s"],"id":1}\n<<\n', "it's"),
    "signed": ("// @path /v2/json-rpc/1?apikey=${apikey}&sig=${sig}\n" + HELLO + "<<\n", "Hello!"),
    "saved": (ISSUE + ISSUED + FETCH + "<<\n", []),
    "written out": (
        '>> {"jsonrpc":"2.0","method":"test.echo","params":["${repeat:3:a%}${hex:c3a9}"],"id":1}\n<<\n',
        "a%a%a%é",
    ),
}


@pytest.mark.parametrize("kind", REPEATED)
def test_the_line_repeats_the_request_in_a_shell(check: Check, kind: str) -> None:
    text, shown = REPEATED[kind]
    (line,) = [one for one in check(bad=text).stdout.splitlines() if one.startswith("# again: ")]
    script = f"token=unknown; {line.removeprefix('# again: ')}"
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True, timeout=30)
    assert json.loads(done.stdout)["result"] == shown


def test_a_form_is_repeated_too(check: Check) -> None:
    result = check("--has", "ym", bad=">>! POST /OAuth/GetAccessToken form AppId='a b'\n<<! 200\n")
    (line,) = [one for one in result.stdout.splitlines() if one.startswith("# again: ")]
    script = line.removeprefix("# again: ")
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True, timeout=30)
    assert json.loads(done.stdout)["ResponseStatus"]["ErrorCode"] == "NotEmpty"


def test_neither_tokens_nor_secrets_are_printed_or_written(check: Check, tmp_path: Path) -> None:
    mac = ISSUE.replace(SERVICE, "4xkz8wqv3nt6rb2hm9ydj5cs")
    texts = {"one": ISSUE + "<< 1\n", "two": ISSUE + ISSUED + FETCH + "<< 1\n", "three": mac + "<< 1\n"}
    for words in (["--junit", tmp_path / "report.xml"], ["--json"], ["--record"]):
        result = check(*words, **texts)
        written = [path.read_text() for path in (*tmp_path.glob("*.io"), *tmp_path.glob("*.xml"))]
        for text in (result.stdout, result.stderr, *written):
            assert not find_tokens(text.encode())
            assert "demo-secret" not in text
            assert not re.search(r'"secret\\?":\s*\\?"(?!\*\*\*|\$string)', text)
    assert '"secret":"$string","algorithm":"hmac-sha-256"' in (tmp_path / "three.io").read_text()


def test_the_outcomes_are_told_to_programs(check: Check, tmp_path: Path) -> None:
    result = check("--json", good=GOOD, bad=BAD, other=f"// @needs moon\n{GOOD}")
    assert result.exit_code == 1
    good, bad, other = json.loads(result.stdout)
    assert (good["file"], good["outcome"], good["failures"]) == (f"{tmp_path}/good.io", "ok", [])
    assert (bad["outcome"], bad["failures"][0]["line"]) == ("failed", 2)
    assert bad["failures"][0]["problem"].startswith("at $.result\n")
    assert (other["outcome"], other["skipped"]) == ("skipped", "needs moon")


def test_the_report_is_xml_as_junit_writes_it(check: Check, tmp_path: Path) -> None:
    nul = '>> {"jsonrpc":"2.0","method":"test.echo","params":["\\u0001"],"id":1}\n<< 1\n'
    check("--junit", tmp_path / "report.xml", good=GOOD, bad=BAD, nul=nul, other=f"// @needs moon\n{GOOD}")
    (suite,) = ElementTree.parse(tmp_path / "report.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "2", "1")
    assert [[part.tag for part in case] for case in suite] == [[], ["failure"], ["failure"], ["skipped"]]
    assert "at $.result" in (suite[1][0].text or "")


def test_the_first_failure_may_be_the_last(check: Check) -> None:
    result = check("--fail-fast", bad=BAD, good=GOOD)
    assert result.exit_code == 1
    assert "good.io" not in result.stdout


def test_files_are_chosen_by_their_tags(check: Check) -> None:
    assert check("--tags", "smoke,other", good=GOOD, bad=BAD).exit_code == 0
    result = check("--tags", "smoek", good=GOOD, bad=BAD)
    assert result.exit_code == 2
    assert "no file has smoek; the tags there are: smoke" in result.stderr


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("// @needs moon ym\n", "needs moon ym"),
        ("// @caller reader\n", "needs --caller for reader"),
    ],
)
def test_a_file_that_needs_what_is_not_there_is_skipped(check: Check, text: str, reason: str) -> None:
    result = check(other=text + GOOD, good=GOOD)
    assert result.exit_code == 0
    assert f"It answers # SKIP {reason}\n" in result.stdout
    alone = check(other=text + GOOD)
    assert alone.exit_code == 2
    assert alone.stderr.startswith(f"every file was skipped ({reason}); ")


def test_an_administrative_file_is_replayed_where_the_socket_is_known(check: Check, daemon: RunningDaemon) -> None:
    text = (
        '// @needs admin\n// @caller admin\n>> {"jsonrpc":"2.0","method":"admin.status","id":1}\n'
        '<< {"result":"$any","...":"$any"}\n'
    )
    assert "SKIP needs admin" in check(a=text, good=GOOD).stdout
    assert check("--admin", f"unix:{daemon.admin_socket}", a=text).exit_code == 0
    assert check(stay=True, a=text).exit_code == 0


def test_the_callers_have_the_names_that_files_use(daemon: RunningDaemon, tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("demo-secret")
    (tmp_path / "reader").write_text("reader-secret")
    (tmp_path / "a.io").write_text(
        f"// @caller gateway\n{GOOD}// @caller demo\n{GOOD}".replace("// @tags smoke\n", "")
        + '>> {"jsonrpc":"2.0","method":"rpc.discover","id":1}\n<< {"result":"$any","...":"$any"}\n'
    )
    words: list[str | Path] = ["--caller", "first=demo", "--secret-file", tmp_path / "demo"]
    words += ["--caller", "gateway=reader", "--secret-file", tmp_path / "reader"]
    url = f"http://127.0.0.1:{daemon.port}/rpc"
    assert run("check", tmp_path / "a.io", *words, env={"RPCAUTH_URL": url}).exit_code == 0


def test_the_caller_of_the_environment_is_the_first(daemon: RunningDaemon, tmp_path: Path) -> None:
    (tmp_path / "a.io").write_text(GOOD)
    (tmp_path / "demo").write_text("demo-secret")
    env = {"RPCAUTH_CALLER": "demo", "RPCAUTH_SECRET_FILE": str(tmp_path / "demo")}
    url = f"unix:{daemon.folder / 'var' / 'rpc.sock'}"
    assert run("check", tmp_path / "a.io", "--url", url, env=env).exit_code == 0


def test_what_was_recorded_is_what_the_daemon_says(check: Check, tmp_path: Path) -> None:
    wrong = (
        "// Wrong in every way\n"
        + ISSUE
        + '// @status 400\n<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","scope":"x","...":"$any"}}\n'
        + FETCH
        + '<< {"jsonrpc":"2.0",\n<< "result":[{"access_token":"${token}","user_context":"$string","gone":1}],"id":2}\n'
        + ">> {\n<<\n// @path /v2/json-rpc\n>> {\n<< 1\n"
        + '>> {"jsonrpc":"2.0","method":"test.hello"}\n<< 1\n'
        + ">>! GET /nowhere\n<<! 200\n"
    )
    recorded = check("--record", wrong=wrong)
    assert recorded.exit_code == 0
    assert recorded.stderr == f"{tmp_path}/wrong.io: recorded; look it through before you keep it\n"
    text = (tmp_path / "wrong.io").read_text()
    assert check(tmp_path / "wrong.io").exit_code == 0, text
    lines = text.splitlines()
    assert lines[:2] == wrong.splitlines()[:2]
    assert '"access_token":"$save:token","scope":null,"...":"$any"' in lines[2]
    assert '"access_token":"${token}","user_context":"$string","client_id":' in text
    assert re.search(r'"expires":"\$now\+(3599|3600)±10"', text)
    assert [line for line in lines if line.startswith("// @status")] == ["// @status 400"]
    assert "<<! 404 " in text


def test_recording_leaves_alone_what_is_as_expected(check: Check, tmp_path: Path) -> None:
    result = check("--record", good=GOOD)
    assert (result.exit_code, result.stderr, (tmp_path / "good.io").read_text()) == (0, "", GOOD)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (">> 1\n", "{file}:1: the request has no reply; write << below it"),
        ("// @pth /rpc\n>> 1\n<<\n", "{file}:1: no such directive: @pth; did you mean @path?"),
        (">> 1\n<< {\n", "{file}:2: the reply is not JSON "),
    ],
)
def test_a_bad_file_is_usage_and_nothing_is_sent(check: Check, tmp_path: Path, text: str, problem: str) -> None:
    result = check(bad=text, good=GOOD)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(problem.format(file=tmp_path / "bad.io"))


def test_every_bad_file_is_told_at_once(check: Check, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = check(tmp_path / "no.io", tmp_path / "empty", bad="x\n", worse="y\n")
    assert result.exit_code == 2
    assert [line.partition(": ")[0].removeprefix(f"{tmp_path}/") for line in result.stderr.splitlines()] == [
        "bad.io:1",
        "worse.io:1",
        "no.io",
        "empty",
    ]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--caller", "demo"], "1 callers and 0 files with secrets; "),
        (["--caller", "demo", "--secret-file", "/nowhere"], "--secret-file: /nowhere: No such file or directory; "),
        (["--url", "localhost"], "--url: no URL of a daemon; "),
        (["--admin", "x"], "--admin: no URL of a daemon; "),
    ],
)
def test_words_that_cannot_be_used_are_usage(tmp_path: Path, words: list[str], problem: str) -> None:
    (tmp_path / "a.io").write_text(GOOD)
    result = run("check", tmp_path / "a.io", *words, folder=configure(tmp_path))
    assert result.exit_code == 2
    assert result.stderr.startswith(problem)


def test_where_nobody_answers_the_status_is_that_of_the_unreachable(tmp_path: Path) -> None:
    (tmp_path / "a.io").write_text(f"// @caller nobody\n{GOOD}")
    for url in (f"http://127.0.0.1:{free_port()}", f"unix:{tmp_path}/none.sock"):
        result = run("check", tmp_path / "a.io", "--url", url)
        assert result.exit_code == 3
        assert result.stderr.startswith(f"{url}: ")


def hang_up(server: socket) -> None:
    server.accept()[0].close()


def test_a_connection_that_ends_fails_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.io").write_text(f"// @caller nobody\n{GOOD}")
    with closing(create_server(("127.0.0.1", 0))) as server:
        answering = threading.Thread(target=hang_up, args=[server])
        answering.start()
        result = run("check", tmp_path / "a.io", "--url", f"http://127.0.0.1:{server.getsockname()[1]}")
        answering.join()
    assert result.exit_code == 1
    assert f"# {tmp_path}/a.io:4:\n#   the connection ended: " in result.stdout
