"""What a wire example file may look like, and what is no such file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rpcauth.wire.files import NOBODY, FileInvalid
from rpcauth.wire.parsing import FORM_TYPE, parse, read_file

PLAIN = """\
// A plain file, as other tools write it
>> {"id":1}
<< {"result":1}

>> {"id":2}
<<
"""


def test_a_plain_file_has_a_title_and_its_exchanges() -> None:
    file = parse("a.io", PLAIN)
    assert file.title == "A plain file, as other tools write it"
    assert [(e.request.line, e.request.body, e.reply.body, e.reply.status) for e in file.exchanges] == [
        (2, '{"id":1}', '{"result":1}', 200),
        (5, '{"id":2}', "", 204),
    ]
    assert {(e.request.path, e.request.caller) for e in file.exchanges} == {("/rpc", None)}
    assert (file.tags, file.needs, file.is_speconly) == (frozenset(), frozenset(), False)


def test_lines_in_a_row_are_one_request() -> None:
    (exchange,) = parse("a.io", '>> {\n>>   "id": 1}\n<< {\n<< }\n').exchanges
    assert (exchange.request.body, exchange.reply.body) == ('{\n  "id": 1}', "{\n}")
    assert exchange.reply.lines == (3, 4)


def test_path_and_caller_hold_on_and_everything_else_is_of_one_exchange() -> None:
    text = (
        "// @path /v2/json-rpc\n// @caller reader\n// @send X-A: 1\n// @status 400\n// @header Retry-After: $any\n"
        "// @sample s\n// @example e\n// @unordered\n>> 1\n<< {}\n>> 2\n<< {}\n"
    )
    first, second = parse("a.io", text).exchanges
    assert {(e.request.path, e.request.caller) for e in (first, second)} == {("/v2/json-rpc", "reader")}
    assert (first.reply.status, first.reply.status_line, first.sample, first.example) == (400, 4, "s", "e")
    assert (first.request.headers, first.reply.headers) == ({"x-a": "1"}, {"retry-after": "$any"})
    assert (first.reply.in_any_order, second.reply.in_any_order) == (True, False)
    assert (second.reply.status, second.reply.status_line, second.sample, second.example) == (200, None, None, None)
    assert (second.request.headers, second.reply.headers) == ({}, {})


def test_tags_needs_and_what_is_shown_are_of_the_file() -> None:
    text = '// T\n// @tags smoke slow\n// @needs ym\n// @shown code "rpc_1"\n// @shown id 7\n// @speconly\n>> 1\n<<\n'
    file = parse("a.io", text)
    assert (file.title, sorted(file.tags), sorted(file.needs)) == ("T", ["slow", "smoke"], ["ym"])
    assert file.is_speconly
    assert file.shown == {"code": "rpc_1", "id": 7}


def test_speconly_is_read_as_other_tools_write_it() -> None:
    assert parse("a.io", "// speconly: client response is only checked for schema validity.\n>> 1\n<< {}\n").is_speconly


def test_the_callers_of_a_file_are_those_who_ask_in_it() -> None:
    text = ">> 1\n<<\n// @caller reader\n>> 2\n<<\n// @caller nobody\n>> 3\n<<\n// @caller other\n>>! GET /a\n<<! 200\n"
    assert parse("a.io", text).callers == {None, "reader", NOBODY}


def test_a_status_may_stand_between_request_and_reply() -> None:
    (exchange,) = parse("a.io", ">> 1\n// @status 400\n<< {}\n").exchanges
    assert exchange.reply.status == 400


def test_a_form_for_an_endpoint_is_written_as_in_a_shell() -> None:
    text = ">>! POST /token header X-A:1 basic id:secret form type=code scope='a b' code=${code}\n<<! 400 {\n<< }\n"
    (exchange,) = parse("a.io", text).exchanges
    request = exchange.request
    assert (request.verb, request.path, request.is_http, request.body) == ("POST", "/token", True, "")
    assert request.form == (("type", "code"), ("scope", "a b"), ("code", "${code}"))
    assert request.headers == {"content-type": FORM_TYPE, "x-a": "1"}
    assert request.basic == ("id", "secret")
    assert (exchange.reply.status, exchange.reply.body, exchange.reply.lines) == (400, "{\n}", (2, 3))


def test_an_endpoint_may_have_any_body() -> None:
    text = "// @send Content-Type: text/xml\n>>! POST /a\n>> <a>\n>> </a>\n<<! 200\n>>! GET /b\n<<! 204\n"
    first, second = parse("a.io", text).exchanges
    assert (first.request.body, first.request.headers) == ("<a>\n</a>", {"content-type": "text/xml"})
    assert (first.reply.status, first.reply.body) == (200, "")
    assert (second.request.verb, second.request.body, second.reply.status) == ("GET", "", 204)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "a.io:1: nothing is sent; "),
        ("// only words\n", "a.io:1: nothing is sent; "),
        (">> 1\n", "a.io:1: the request has no reply; "),
        ("<< {}\n", "a.io:1: "),
        (">> 1\n\n>> 2\n<< {}\n", "a.io:3: "),
        (">> 1\n<< {\n", "a.io:2: the reply is not JSON "),
        (">> 1\n<< {}\nwords\n", "a.io:3: "),
        ("// @pth /rpc\n>> 1\n<< {}\n", "a.io:1: no such directive: @pth; did you mean @path?"),
        ("// @xyzzy\n>> 1\n<< {}\n", "a.io:1: no such directive: @xyzzy; there are @tags, "),
        ("// @status ok\n>> 1\n<< {}\n", "a.io:1: "),
        ("// @path\n>> 1\n<< {}\n", "a.io:1: "),
        ("// @unordered x\n>> 1\n<< {}\n", "a.io:1: "),
        ("// @shown code rpc_1\n>> 1\n<< {}\n", "a.io:1: "),
        ("// @send X\n>> 1\n<< {}\n", "a.io:1: "),
        (">> 1\n// @path /rpc\n<< {}\n", "a.io:2: "),
        (">> 1\n<< {}\n// @tags late\n>> 1\n<<\n", "a.io:3: "),
        (">>! token\n<<! 200\n", "a.io:1: "),
        (">>! GET /a other=1\n<<! 200\n", "a.io:1: "),
        (">>! GET /a 'open\n<<! 200\n", "a.io:1: "),
        (">>! GET /a header X\n<<! 200\n", "a.io:1: "),
        (">>! GET /a\n<< {}\n", "a.io:2: "),
        (">>! GET /a\n<<! ok\n", "a.io:2: "),
        (">>! GET /a\n<<! 200 <a>\n", "a.io:2: the reply is not JSON "),
        (">>! GET /a\n// @status 200\n<<! 200\n", "a.io:3: "),
        (">>! POST /a form b=1\n>> c\n<<! 200\n", "a.io:2: "),
        (">> 1\n<<! 200\n", "a.io:2: "),
    ],
)
def test_what_is_no_such_file_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(FileInvalid) as refusal:
        parse("a.io", text)
    assert str(refusal.value).startswith(place)
    assert re.search(r"[;?]", str(refusal.value))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.io").write_bytes(b">> \xff\n<<\n")
    with pytest.raises(FileInvalid, match=r"a\.io: not UTF-8; "):
        read_file(tmp_path / "a.io")
