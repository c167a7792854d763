"""Every wire example file, replayed against one real daemon; and what the files must cover together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rpcauth.rpc.methods import METHODS
from tests.support.wire.files import Exchange, WireFile, parse, read_file
from tests.support.wire.matching import Mismatch
from tests.support.wire.replay import Site, replay

HERE = Path(__file__).parent
FILES = [read_file(path, HERE) for path in sorted(HERE.glob("*/*.io"))]
SAMPLES = [json.loads(line) for line in (HERE.parent / "data" / "mashery-docs.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_daemon_answers_as_the_file_says(file: WireFile, site: Site) -> None:
    replay(file, site)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('<< {"jsonrpc":"2.0","result":"Hallo!","id":1}', "at $.result"),
        ('// @status 204\n<< {"jsonrpc":"2.0","result":"Hello!","id":1}', "status 200 in place of 204"),
        ("// @status 200\n<<", "a body where none is expected"),
        ('// @header Retry-After: $any\n<< {"jsonrpc":"2.0","result":"Hello!","id":1}', "at headers.retry-after"),
    ],
)
def test_a_reply_other_than_the_file_says_is_told_with_its_place(text: str, problem: str, site: Site) -> None:
    file = parse("planted.io", f'>> {{"jsonrpc":"2.0","method":"test.hello","id":1}}\n{text}\n')
    with pytest.raises(Mismatch) as mismatch:
        replay(file, site)
    assert str(mismatch.value).startswith(f"planted.io:1: {problem}")


def test_a_caller_that_nobody_is_cannot_be_used(site: Site) -> None:
    with pytest.raises(Mismatch, match="no caller 'stranger'"):
        replay(parse("planted.io", "// @caller stranger\n>> {}\n<< {}\n"), site)


def test_every_file_says_what_it_shows_and_where_it_comes_from() -> None:
    silent = [
        file.name for file in FILES if not file.title or "// source:" not in (HERE / file.name).read_text("utf-8")
    ]
    assert silent == []


def exchanges() -> Iterator[Exchange]:
    return (exchange for file in FILES for exchange in file.exchanges)


def is_error(exchange: Exchange) -> bool:
    reply = json.loads(exchange.reply) if exchange.reply else None
    return isinstance(reply, dict) and bool(reply.get("error"))


def shown(*, mashery: bool, error: bool) -> set[str]:
    """The methods that some file calls alone on a path of this dialect, with this outcome."""
    of_dialect = (e for e in exchanges() if e.path.startswith(("/v2/", "/v3/")) is mashery and is_error(e) is error)
    found = (re.search(r'"method"\s*:\s*"([\w.]+)"', e.request) for e in of_dialect if e.request.startswith("{"))
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
    assert fits(json.loads(found[0].request), sample["body"])
    assert is_same_path(found[0].path, sample["http"]["path"])


def test_no_file_repeats_a_sample_that_was_not_published() -> None:
    published = {sample["call"] for sample in SAMPLES}
    assert {e.sample for e in exchanges() if e.sample is not None} - published == set()
