"""Every wire example file, replayed against one real daemon; and what the files must cover together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from rpcauth.rpc.methods import METHODS
from rpcauth.wire.files import Exchange, WireFile
from rpcauth.wire.parsing import parse
from rpcauth.wire.replay import Mismatch, Site, replay
from rpcauth.wire.schemas import Schemas
from tests.wire.corpus import FILES, ROOT

SAMPLES = [json.loads(line) for line in (ROOT / "tests/data/mashery-docs.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_daemon_answers_as_the_file_says(file: WireFile, site: Site) -> None:
    replay(file, site)


HELLO = '>> {"jsonrpc":"2.0","method":"test.hello","id":1}\n'
GREETING = '{"jsonrpc":"2.0","result":"Hello!","id":1}'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('<< {"jsonrpc":"2.0","result":"Hallo!","id":1}', 'at $.result\n  - "Hallo!"\n  + "Hello!"'),
        (f"// @status 204\n<< {GREETING}", "at status\n  - 204\n  + 200"),
        ("// @status 200\n<<", 'at body\n  + "{\\"jsonrpc\\":'),
        (f"// @header Retry-After: $any\n<< {GREETING}", 'at headers.retry-after\n  - "$any"'),
    ],
)
def test_a_reply_other_than_the_file_says_is_told_with_its_place(text: str, problem: str, site: Site) -> None:
    with pytest.raises(Mismatch) as mismatch:
        replay(parse("planted.io", f"{HELLO}{text}\n"), site)
    assert str(mismatch.value).startswith(f"planted.io:1: {problem}")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"// @caller stranger\n{HELLO}<< {GREETING}\n", "planted.io:2: no caller stranger"),
        (f"{HELLO}<< {GREETING}\n>> ${{typo}}\n<<\n", "planted.io:3: ${typo} has no value"),
    ],
)
def test_what_nobody_is_or_nothing_saved_cannot_be_sent(text: str, problem: str, site: Site) -> None:
    with pytest.raises(Mismatch) as mismatch:
        replay(parse("planted.io", text), site)
    assert str(mismatch.value).startswith(problem)


SPECONLY = "// speconly: checked by schema\n"
FETCH = (
    '{"jsonrpc":"2.0","method":"oauth2.fetchApplication",'
    '"params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"%s"}],"id":1}'
)


@pytest.mark.parametrize(
    ("client", "reply"),
    [
        ("12345", '{"result":{"id":1,"external_id":2,"name":"x","attributes":null},"id":1}'),
        ("nobody", '{"error":{"code":1,"message":""},"id":1}'),
    ],
)
def test_a_file_that_is_speconly_is_compared_with_the_schema_of_its_method_alone(
    client: str, reply: str, site: Site
) -> None:
    replay(parse("planted.io", f"{SPECONLY}>> {FETCH % client}\n<< {reply}\n"), site)


@pytest.mark.parametrize(
    ("client", "reply", "problem"),
    [
        ("12345", '{"error":{"code":1,"message":""},"id":1}', "at $.error"),
        ("nobody", '{"result":true,"id":1}', "at $.error"),
        ("12345", '{"result":true,"id":2}', "at $.id"),
        ("12345", '[{"result":true,"id":1}]', "at $"),
    ],
)
def test_a_speconly_reply_of_another_kind_or_id_is_a_mismatch(
    client: str, reply: str, problem: str, site: Site
) -> None:
    with pytest.raises(Mismatch, match=re.escape(problem)):
        replay(parse("planted.io", f"{SPECONLY}>> {FETCH % client}\n<< {reply}\n"), site)


def test_a_result_that_is_none_of_its_method_is_noticed() -> None:
    result = {"type": "object", "required": ["id"], "properties": {"id": {"$ref": "#/components/schemas/Id"}}}
    document = {
        "methods": [{"name": "a", "result": {"schema": result}}],
        "components": {"schemas": {"Id": {"type": "integer"}}},
    }
    schemas = Schemas(document)
    request, expected = '{"method":"a","id":1}', '{"result":{"id":1},"id":1}'
    assert list(schemas.compare(request, expected, b'{"result":{"id":7},"id":1}')) == []
    (found,) = schemas.compare(request, expected, b'{"result":{"id":"7"},"id":1}')
    assert (found.path, found.received) == ("$.result.id", "7")


def test_an_administrative_request_goes_to_the_administrative_socket(site: Site) -> None:
    text = '>> {"jsonrpc":"2.0","method":"admin.status","id":1}\n<< {"result":"$any","...":"$any"}\n'
    replay(parse("planted.io", f"// @needs admin\n// @caller admin\n{text}"), site)
    with pytest.raises(Mismatch, match="no administrative socket"):
        replay(parse("planted.io", f"// @caller admin\n{text}"), replace(site, administer=None))


def test_replies_may_come_in_any_order_where_the_file_says_so(site: Site) -> None:
    calls = ",".join(f'{{"jsonrpc":"2.0","method":"test.hello","id":{number}}}' for number in (1, 2))
    replies = ",".join(f'{{"jsonrpc":"2.0","result":"Hello!","id":{number}}}' for number in (2, 1))
    replay(parse("planted.io", f">> [{calls}]\n// @unordered\n<< [{replies}]\n"), site)
    with pytest.raises(Mismatch, match=re.escape("at $[0].id")):
        replay(parse("planted.io", f">> [{calls}]\n<< [{replies}]\n"), site)


def test_every_file_says_what_it_shows_and_where_it_comes_from() -> None:
    silent = [
        file.name for file in FILES if not file.title or "// source:" not in (ROOT / file.name).read_text("utf-8")
    ]
    assert silent == []


def exchanges() -> Iterator[Exchange]:
    return (exchange for file in FILES for exchange in file.exchanges)


def is_error(exchange: Exchange) -> bool:
    reply = json.loads(exchange.reply.body) if exchange.reply.body else None
    return isinstance(reply, dict) and bool(reply.get("error"))


def shown(*, mashery: bool, error: bool) -> set[str]:
    """The methods that some file calls alone on a path of this dialect, with this outcome."""
    sent = (e.request for e in exchanges() if is_error(e) is error and not e.request.is_http)
    of_dialect = (request.body for request in sent if request.path.startswith(("/v2/", "/v3/")) is mashery)
    found = (re.search(r'"method"\s*:\s*"([\w.]+)"', body) for body in of_dialect if body.startswith("{"))
    return {name[1] for name in found if name is not None}


@pytest.mark.parametrize("mashery", [False, True], ids=["rpc", "mashery"])
@pytest.mark.parametrize("error", [False, True], ids=["result", "error"])
def test_every_method_is_shown_in_both_dialects_with_a_result_and_with_an_error(mashery: bool, error: bool) -> None:
    assert set(METHODS) - shown(mashery=mashery, error=error) == set()


def fits(sent: Any, published: Any) -> bool:
    """Whether `sent` is the published value; a string with `${NAME}` in it stands for any value."""
    match sent:
        case str() if "${" in sent:
            return isinstance(published, str)
        case dict():
            same = isinstance(published, dict) and list(sent) == list(published)
            return same and all(fits(sent[name], published[name]) for name in sent)
        case list():
            same = isinstance(published, list) and len(sent) == len(published)
            return same and all(map(fits, sent, published))
        case _:
            return type(sent) is type(published) and bool(sent == published)


def is_same_path(path: str, published: str) -> bool:
    return path == published.replace("APIKEY", "${apikey}").replace("<md5>", "${sig}")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["call"])
def test_each_published_sample_is_sent_as_it_was_published(sample: dict[str, Any]) -> None:
    found = [exchange for exchange in exchanges() if exchange.sample == sample["call"]]
    assert len(found) == 1
    assert fits(json.loads(found[0].request.body), sample["body"])
    assert is_same_path(found[0].request.path, sample["http"]["path"])


def test_no_file_repeats_a_sample_that_was_not_published() -> None:
    published = {sample["call"] for sample in SAMPLES}
    assert {e.sample for e in exchanges() if e.sample is not None} - published == set()
