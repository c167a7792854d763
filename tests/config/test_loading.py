"""A configuration is read whole: every setting where it belongs, every problem at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from rpcauth.config import SqliteUrl, TcpAddress, UnixAddress, load
from rpcauth.errors import ConfigurationInvalid
from tests.config.reading import load_text, problems_of

MINIMAL = """\
[server]
listen = ["127.0.0.1:8700"]
[storage]
url = "sqlite:///var/rpcauth.db"
[keys]
file = "var/master.key"
"""
ADDRESS = 'write "127.0.0.1:8700", "[::1]:8700" or "unix:/run/rpcauth.sock"'
NO_TLS = "without TLS; fill in [server.tls], or set behind_tls_proxy = true, or listen on 127.0.0.1"
NOT_YET = "not available in this version; remove it"


def test_the_minimal_configuration_says_what_the_defaults_are(tmp_path: Path) -> None:
    assert load_text(tmp_path, MINIMAL) == load_text(tmp_path, "")


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    tls = 'certificate = "c.pem"\nkey = "../k.pem"\nclient_ca = "/etc/ca.pem"\n'
    config = load_text(tmp_path, f'[server]\nlisten = ["unix:run/a.sock", "unix:/run/b.sock"]\n[server.tls]\n{tls}')
    assert config.server.listen == (
        UnixAddress(path=tmp_path / "run/a.sock"),
        UnixAddress(path=Path("/run/b.sock")),
    )
    assert config.server.admin == UnixAddress(path=tmp_path / "var/admin.sock")
    assert config.server.tls.certificate == tmp_path / "c.pem"
    assert config.server.tls.key == tmp_path / "../k.pem"
    assert config.server.tls.client_ca == Path("/etc/ca.pem")
    assert config.storage.url == SqliteUrl(path=tmp_path / "var/rpcauth.db")
    assert config.keys.file == tmp_path / "var/master.key"


def test_an_absolute_store_has_four_slashes(tmp_path: Path) -> None:
    config = load_text(tmp_path, '[storage]\nurl = "sqlite:////srv/rpcauth.db"')
    assert config.storage.url == SqliteUrl(path=Path("/srv/rpcauth.db"))


def test_an_empty_text_means_the_default(tmp_path: Path) -> None:
    assert load_text(tmp_path, '[server.tls]\ncertificate = ""\nkey = ""\n[log]\nlevel = ""') == load_text(tmp_path, "")


LISTENING = {
    "127.0.0.1:8700": TcpAddress(host="127.0.0.1", port=8700),
    "127.9.9.9:1": TcpAddress(host="127.9.9.9", port=1),
    "localhost:65535": TcpAddress(host="localhost", port=65535),
    "[::1]:0": TcpAddress(host="::1", port=0),
}
BEYOND_LOOPBACK = ["0.0.0.0:8700", "[::]:8700", "192.0.2.1:80", "auth.example.com:443", "localhost.example.com:1"]
BEHIND = "behind_tls_proxy = true\n"
WITH_TLS = 'tls = { certificate = "c", key = "k" }\n'


@pytest.mark.parametrize(("text", "address"), LISTENING.items())
def test_loopback_needs_no_tls(tmp_path: Path, text: str, address: TcpAddress) -> None:
    assert load_text(tmp_path, f'[server]\nlisten = ["{text}"]').server.listen == (address,)
    assert str(address) == text


@pytest.mark.parametrize("text", BEYOND_LOOPBACK)
def test_beyond_loopback_tls_is_needed_here_or_in_front(tmp_path: Path, text: str) -> None:
    listen = f'[server]\nlisten = ["unix:a", "{text}"]\n'
    expected = [f"rpcauth.toml:2: server.listen[1]: {text} is open to other machines {NO_TLS}"]
    assert problems_of(tmp_path, listen) == expected
    for remedy in (BEHIND, WITH_TLS):
        assert str(load_text(tmp_path, listen + remedy).server.listen[1]) == text


PROBLEMS = {
    '[server]\nlisten = ["8700"]': f"2: server.listen[0]: is no address; {ADDRESS}",
    '[server]\nlisten = [":8700"]': f"2: server.listen[0]: is no address; {ADDRESS}",
    '[server]\nlisten = ["127.0.0.1:65536"]': f"2: server.listen[0]: is no address; {ADDRESS}",
    '[server]\nlisten = ["::1:8700"]': f"2: server.listen[0]: is no address; {ADDRESS}",
    '[server]\nlisten = ["[:::1]:8700"]': f"2: server.listen[0]: is no address; {ADDRESS}",
    '[server]\nlisten = ["http://127.0.0.1:1"]': f"2: server.listen[0]: is no address; {ADDRESS}",
    '[server]\nlisten = ["unix:"]': '2: server.listen[0]: is no unix socket; write "unix:" and its path',
    '[server]\nlisten = "unix:a"': "2: server.listen: expected a list, got a string of 6 characters; put it in [ ]",
    "[server]\nlisten = []": "2: server.listen: expected at least 1 in the list, got 0; change the list",
    '[server]\nlisten = [\n"unix:a",\n"unix:a"]': "4: server.listen[1]: is in the list twice; remove one",
    "[server]\nlisten = [1]": '2: server.listen[0]: expected a string, got 1; write it in " "',
    '[server]\nlisten = ["unix:var/admin.sock"]': (
        "2: server.listen[0]: is the administrative socket; choose another path for one of them"
    ),
    '[server]\nadmin = "127.0.0.1:1"': '2: server.admin: is no unix socket; write "unix:" and its path',
    "[server]\nworkers = 2": ("2: server.workers: more than one worker is not available in this version; set it to 1"),
    "[server]\nworkers = 0": "2: server.workers: expected a whole number from 1 to 1024, got 0; change it",
    "[server]\nworkers = true": "2: server.workers: expected a whole number from 1 to 1024, got true; change it",
    "[server]\nbody_timeout = 0": (
        "2: server.body_timeout: expected a number above 0, at most 86400, got 0; change it"
    ),
    "[server]\nidle_timeout = nan": (
        "2: server.idle_timeout: expected a number above 0, at most 86400, got nan; change it"
    ),
    "[server]\nbatch_limit = 1.5": "2: server.batch_limit: expected a whole number from 1 to 10000, got 1.5; change it",
    "[server]\nbatch_limit = 1979-05-27": (
        "2: server.batch_limit: expected a whole number from 1 to 10000, got a date or time; change it"
    ),
    "[server]\nbehind_tls_proxy = 1": "2: server.behind_tls_proxy: expected true or false, got 1; change it",
    '[server]\nallowed_origins = ["https://a", "https://a/"]': (
        '2: server.allowed_origins[1]: is no origin; write it as a browser sends it: "https://host" or '
        '"https://host:port"'
    ),
    '[server.tls]\ncertificate = "c"': (
        '2: server.tls.certificate: has no private key with it; add key = "…" to [server.tls]'
    ),
    '[server.tls]\nkey = "k"': '2: server.tls.key: has no certificate with it; add certificate = "…" to [server.tls]',
    '[server.tls]\nclient_ca = "a"': "2: server.tls.client_ca: needs TLS; add certificate and key to [server.tls]",
    "server = 1": "1: server: expected a table, got 1; write its settings in a table",
    '[storage]\nurl = "postgresql://u:hunter2@db/x"': (
        '2: storage.url: postgresql is not available in this version; use "sqlite:///var/rpcauth.db"'
    ),
    '[storage]\nurl = "sqlite://var/x"': (
        '2: storage.url: is no store; write "sqlite:///var/rpcauth.db", with four slashes for an absolute path'
    ),
    '[storage]\nurl = "sqlite:///:memory:"': (
        '2: storage.url: is no store; write "sqlite:///var/rpcauth.db", with four slashes for an absolute path'
    ),
    "[storage]\nnode = 1024": "2: storage.node: expected a whole number from 0 to 1023, got 1024; change it",
    '[storage]\ndurability = "strict"': (
        '2: storage.durability: "strict" waits for a standby, which SQLite has not; set it to "full", which survives a '
        "power cut"
    ),
    '[storage]\ndurability = "ful"': '2: storage.durability: "ful" is not among the choices; did you mean "full"?',
    "[storage]\npool = 3": f"2: storage.pool: {NOT_YET}",
    '[keys]\nfile = "a\\nb"': "2: keys.file: holds a control character; remove the character",
    "[log]\nlevel = 3": "2: log.level: expected one of debug, info, warning, error, got 3; change it",
    "[limits]\nque = 3": '2: limits.que: unknown name; did you mean "queue"?',
    "\n[metrics]\nlisten = 1": '3: metrics.listen: expected a string, got 1; write it in " "',
    '[metrics]\nlisten = "127.0.0.1:8700"': (
        "2: metrics.listen: is an address of [server], where the callers are; write another one, such as "
        '"127.0.0.1:8710"'
    ),
    '[metrics]\nlisten = "unix:var/admin.sock"': (
        "2: metrics.listen: is an address of [server], where the callers are; write another one, such as "
        '"127.0.0.1:8710"'
    ),
    '[metrics]\nlisten = "8710"': (
        '2: metrics.listen: is no address; write "127.0.0.1:8700", "[::1]:8700" or "unix:/run/rpcauth.sock"'
    ),
    '[audit]\npath = ""\nenabled = 1': "3: audit.enabled: expected true or false, got 1; change it",
    '[ym]\nenabled = true\n[server]\nlisten = ["127.0.0.1:1"]': (
        '2: ym.enabled: needs to know whose applications are served; add service_key = "…" to [ym]'
    ),
    '[ym]\nenabled = true\nservice_key = ""': (
        '2: ym.enabled: needs to know whose applications are served; add service_key = "…" to [ym]'
    ),
    "[ym]\nenabled = true\nservice_key = 7": ("3: ym.service_key: expected a string, got 7; change it"),
    '[ym]\nenabled = true\nservice_key = "members"\n[server]\nlisten = ["unix:a"]': (
        "2: ym.enabled: needs an address that the world reaches, and listen has unix sockets alone; "
        'add base_url = "https://…" to [oauth2]'
    ),
    '[ym]\ndefault_content_type = "text/htm"': (
        '2: ym.default_content_type: "text/htm" is not among the choices; did you mean "text/html"?'
    ),
    "[ym]\njsonp = 1": "2: ym.jsonp: expected true or false, got 1; change it",
    '[ym]\nserverid = ""': '2: ym.serverid: unknown name; did you mean "server_id"?',
    "[servr]": '1: servr: unknown name; did you mean "server"?',
}


@pytest.mark.parametrize(("text", "problem"), PROBLEMS.items())
def test_a_problem_says_where_what_and_what_to_do(tmp_path: Path, text: str, problem: str) -> None:
    assert problems_of(tmp_path, text) == [f"rpcauth.toml:{problem}"]


def test_all_problems_are_told_at_once_in_the_order_of_the_lines(tmp_path: Path) -> None:
    text = '[log]\nlevl = 1\n[server]\nworkers = 2\nlisten = ["x", "0.0.0.0:1"]\n[storage]\npool = 1\n'
    assert problems_of(tmp_path, text, {"RPCAUTH_KEYS__FILE": "1"}) == [
        'RPCAUTH_KEYS__FILE: expected a string, got 1; write it in " "',
        'rpcauth.toml:2: log.levl: unknown name; did you mean "level"?',
        "rpcauth.toml:4: server.workers: more than one worker is not available in this version; set it to 1",
        f"rpcauth.toml:5: server.listen[0]: is no address; {ADDRESS}",
        f"rpcauth.toml:5: server.listen[1]: 0.0.0.0:1 is open to other machines {NO_TLS}",
        f"rpcauth.toml:7: storage.pool: {NOT_YET}",
    ]


@pytest.mark.parametrize("where", ["server.admin", "server.listen[0]"])
def test_a_socket_path_is_refused_when_unix_cannot_bind_it(tmp_path: Path, where: str) -> None:
    fits = "/" + "é" * 53
    name = where.removeprefix("server.").removesuffix("[0]")
    written = f'"unix:{fits}"' if name == "admin" else f'["unix:{fits}"]'
    load_text(tmp_path, f"[server]\n{name} = {written}")
    too_long = written.replace(fits, fits + "a")
    assert problems_of(tmp_path, f"[server]\n{name} = {too_long}") == [
        f"rpcauth.toml:2: {where}: {fits}a is longer than the 107 bytes that a socket's path may have; "
        "choose a shorter one"
    ]


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    path = tmp_path / "absent.toml"
    with pytest.raises(ConfigurationInvalid) as caught:
        load(path, {})
    advice = f"name another file with --config, or write one: rpcauth config default > {path}"
    assert caught.value.problems == [f"{path}: cannot be read (No such file or directory); {advice}"]


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes(b'[keys]\nfile = "\xe9"')
    with pytest.raises(ConfigurationInvalid) as caught:
        load(path, {})
    assert caught.value.problems == [f"{path}: not UTF-8; save it as UTF-8"]
