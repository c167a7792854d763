"""What a wire example file may look like, and what is no such file."""

from __future__ import annotations

import pytest

from tests.support.wire.files import FileInvalid, parse

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
    assert [(e.line, e.request, e.reply, e.status) for e in file.exchanges] == [
        (2, '{"id":1}', '{"result":1}', 200),
        (5, '{"id":2}', "", 204),
    ]
    assert {(e.path, e.caller) for e in file.exchanges} == {("/rpc", "demo")}


def test_lines_in_a_row_are_one_request() -> None:
    (exchange,) = parse("a.io", '>> {\n>>   "id": 1}\n<< {\n<< }\n').exchanges
    assert (exchange.request, exchange.reply) == ('{\n  "id": 1}', "{\n}")


def test_path_and_caller_hold_on_and_everything_else_is_of_one_exchange() -> None:
    text = (
        "// @path /v2/json-rpc\n// @caller reader\n// @send X-A: 1\n// @status 400\n// @header Retry-After: $any\n"
        "// @sample s\n>> 1\n<< {}\n>> 2\n<< {}\n"
    )
    first, second = parse("a.io", text).exchanges
    assert (first.path, first.caller) == (second.path, second.caller) == ("/v2/json-rpc", "reader")
    assert (first.status, first.sample) == (400, "s")
    assert (first.sent_headers, first.reply_headers) == ({"x-a": "1"}, {"retry-after": "$any"})
    assert (second.status, second.sample, second.sent_headers, second.reply_headers) == (200, None, {}, {})


def test_a_status_may_stand_between_request_and_reply() -> None:
    (exchange,) = parse("a.io", ">> 1\n// @status 400\n<< {}\n").exchanges
    assert exchange.status == 400


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "a.io: nothing is sent"),
        ("// only words\n", "a.io: nothing is sent"),
        (">> 1\n", "a.io: the last request has no reply"),
        ("<< {}\n", "a.io:1: "),
        (">> 1\n\n>> 2\n<< {}\n", "a.io:3: "),
        (">> 1\n<< {\n", "a.io:2: "),
        (">> 1\n<< {}\nwords\n", "a.io:3: "),
        ("// @pth /rpc\n>> 1\n<< {}\n", "a.io:1: "),
        ("// @status ok\n>> 1\n<< {}\n", "a.io:1: "),
        ("// @send X\n>> 1\n<< {}\n", "a.io:1: "),
        (">> 1\n// @path /rpc\n<< {}\n", "a.io:2: "),
    ],
)
def test_what_is_no_such_file_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(FileInvalid) as refusal:
        parse("a.io", text)
    assert str(refusal.value).startswith(place)
