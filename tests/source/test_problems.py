"""Places and suggestions."""

from __future__ import annotations

import re

import pytest

from rpcauth.errors import ConfigurationInvalid
from rpcauth.source.document import parse_document
from rpcauth.source.lines import Pointer
from rpcauth.source.problems import Problems, locate_json, suggest

TEXT = '[server]\nlisten = [\n  "a",\n  "b" ]\n\n[[callers]]\nname = "x"\nuids = [1]\n'


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        (("server", "listen"), "f.toml:2: server.listen"),
        (("server", "listen", 1), "f.toml:4: server.listen[1]"),
        (("server", "absent"), "f.toml:1: server.absent"),
        (("callers", 0, "uids", 0), "f.toml:8: uids[0]"),
        (("callers", 0, "absent"), "f.toml:6: absent"),
        (("absent",), "f.toml: absent"),
        (("bell\x07",), "f.toml: bell?"),
    ],
)
def test_a_place_is_the_nearest_line_and_the_name(pointer: Pointer, place: str) -> None:
    assert str(parse_document(TEXT, "f.toml").locate(pointer)) == place


@pytest.mark.parametrize(
    ("pointer", "place"), [((), "value"), (("a", 0), "/a/0"), (("a/b~c", "d"), "/a~1b~0c/d"), (("a\n",), "/a?")]
)
def test_a_place_in_json_is_its_pointer(pointer: Pointer, place: str) -> None:
    assert str(locate_json(pointer)) == place


@pytest.mark.parametrize(
    ("word", "advice"),
    [("listn", 'did you mean "listen"?'), ("zzz", "known are admin, listen"), ("adnim", 'did you mean "admin"?')],
)
def test_an_unknown_word_gets_the_nearest_or_all(word: str, advice: str) -> None:
    assert suggest(word, {"listen", "admin"}) == advice


def test_problems_stand_in_the_order_of_the_lines() -> None:
    problems = Problems(parse_document(TEXT, "f").locate)
    problems.add(("callers", 0, "name"), "second", "do b")
    problems.add(("server", "listen"), "first", "do a")
    assert problems.texts == ["f:2: server.listen: first; do a", "f:7: name: second; do b"]


def test_items_that_had_problems_are_skipped_when_places_are_given() -> None:
    problems = Problems(locate_json)
    problems.add(("a", 0), "bad", "mend")
    problems.add(("a", 2, "deep"), "bad", "mend")
    assert list(problems.place_items(("a",), ["x", "y"])) == [(("a", 1), "x"), (("a", 3), "y")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a = \n", "f:1:5: not TOML: .+; correct the text there"),
        ("a = 1\nb == 2\n", "f:2:4: not TOML: .+; correct the text there"),
        ("[a]\n[a]\n", "f:2:3: not TOML: .+; correct the text there"),
        ("a = 1\n[b", "f:2: not TOML: [^(]+; correct the text there"),
        ("a = " + "[" * 5000, "f: nested too deeply; write it flatter"),
    ],
)
def test_text_that_is_no_toml_is_refused_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        parse_document(text, "f")
    assert re.fullmatch(problem, "\n".join(caught.value.problems))
