"""Odd bytes to a real daemon that serves the façade: every request is answered or refused, and the daemon goes on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rest.ym.conversation import SERVICES
from tests.rest.ym.hostile import KINDS, bodies, seldom
from tests.rest.ym.serving import OIDC
from tests.rest.ym.wire import YM, open_socket
from tests.support.daemon import RunningDaemon, run_daemon
from tests.support.soak import rounds

EXAMPLES = rounds(short=400, long=10_000)
ANSWER = re.compile(rb"HTTP/1\.1 ([2-5]\d\d) [A-Za-z0-9_ -]+\r\n((?:[A-Za-z-]+: [\t -~]*\r\n)+)\r\n(.*)", re.DOTALL)

TEXTS = st.binary(max_size=30).map(lambda raw: re.sub(rb"[\r\n]", b"", raw))
PATH = OIDC.encode()
METHODS = TEXTS | st.sampled_from([b"GET", b"HEAD", b"OPTIONS", b"PUT", b"post", b"P\xc3\xb6ST", b""])
TARGETS = TEXTS.map(lambda raw: b"/" + raw) | st.sampled_from(
    [
        *(PATH, PATH + b".xml", PATH + b"?" + b"a=" * 2000, b"http://h" + PATH, b"http://" + PATH, PATH + b"#x"),
        *(b"/metadata", b"/json/metadata?op=%00", b"/.well-known/jwks", b"*", b"//", b"", b"h:80", b"/oauth/\xff"),
        *(b"/OAuth/../OAuth/GetToken", b"/OAuth%2FGetToken", b"/json/reply/\xc3\xa9", b"/xml/reply/%ff%fe"),
    ]
)
VERSIONS = st.sampled_from([b"HTTP/1.0", b"HTTP/2.0", b"HTTP/1.10", b"HTTP/0.9", b"http/1.1", b""])
NAMES = st.sampled_from(
    [
        *(b"Accept", b"Content-Type", b"Authorization", b"Content-Encoding", b"Origin", b"Host", b"Expect", b"Cookie"),
        *(b"Transfer-Encoding", b"Content-Length", b"Connection", b"X-Http-Method-Override", b"X y", b"\xff"),
    ]
)
VALUES = TEXTS | st.sampled_from(
    [
        *(b"*/*", b"text/csv", b"application/xml;q=0", b"application/json", b"multipart/form-data; boundary=b"),
        *(b"Basic =", b"gzip", b"identity", b"100-continue", b"upgrade", b"a" * 9000, b"\xff\xfe", b"\x00"),
        *(b"", b"0", b"99", b"chunked"),
    ]
)
HEADERS = st.lists(st.tuples(NAMES, VALUES).map(b": ".join), max_size=4)


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """A request whose lines are odd and whose body is as long as one of them says."""
    kind = draw(st.sampled_from(list(KINDS)))
    body = draw(bodies(kind, draw(st.sampled_from(SERVICES))))
    method = draw(METHODS) if seldom(draw) else b"POST"
    line = b" ".join((method, draw(TARGETS) if seldom(draw) else PATH, draw(VERSIONS) if seldom(draw) else b"HTTP/1.1"))
    lines = [
        line,
        b"Host: h",
        b"Connection: close",
        b"Content-Type: " + KINDS[kind].encode(),
        *(draw(HEADERS) if seldom(draw) else []),
        b"Content-Length: %d" % len(body),
    ]
    return b"\r\n".join((*lines, b"", body))


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDaemon]:
    with run_daemon(tmp_path_factory.mktemp("ym"), sections=YM) as running:
        yield running


def send(daemon: RunningDaemon, request: bytes) -> bytes:
    """All that comes until the daemon hangs up, which it does. It may do so while it is still being told."""
    with open_socket(daemon) as connection:
        received = b""
        try:
            connection.sendall(request)
            while data := connection.recv(65_536):
                received += data
        except ConnectionError:
            return daemon.remember(received)
        return daemon.remember(received)


def test_no_bytes_bring_the_daemon_down(daemon: RunningDaemon) -> None:
    statuses = Counter[int]()

    @settings(max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck))
    @given(request=requests())
    def send_some(request: bytes) -> None:
        received = send(daemon, request).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
        if not received:
            statuses[0] += 1
            return
        answer = ANSWER.fullmatch(received)
        assert answer is not None, received
        status, head, body = int(answer[1]), answer[2].lower(), answer[3]
        statuses[status] += 1
        assert status < 500 or status == 505
        (length,) = re.findall(rb"^content-length: (\d+)\r$", head, re.MULTILINE)
        assert len(body) == int(length) or (request.startswith(b"HEAD ") and not body)

    send_some()
    assert {400, 404} <= statuses.keys()
    assert daemon.is_running
    text = daemon.log.read_text()
    assert "defect" not in text
    assert "unexpected" not in text
    # Many are so little wrong that the façade itself gets to see them.
    assert text.count('"method":"ym.') > EXAMPLES / 10
    assert send(daemon, b"GET /metadata HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 OK\r\n")
