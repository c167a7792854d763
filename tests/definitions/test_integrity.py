"""Entries of a file hold together: names are unique, and services exist."""

from __future__ import annotations

import pytest

from rpcauth.definitions import parse_toml
from rpcauth.errors import ConfigurationInvalid

SERVICE = '[[services]]\nservice_key = "s"\nname = "S"\n'
APPLICATION = '[[applications]]\nclient_id = "a"\nname = "A"\n'
CALLER = '[[callers]]\nname = "c"\napi_key = "k"\nsecret = "hunter2"\n'


def problems_of(text: str) -> list[str]:
    with pytest.raises(ConfigurationInvalid) as caught:
        parse_toml(text, "d.toml")
    return [problem.removeprefix("d.toml:") for problem in caught.value.problems]


TWICE = {
    SERVICE + SERVICE: "5: service_key: is taken already, at d.toml:2: service_key; choose another",
    APPLICATION + APPLICATION: "5: client_id: is taken already, at d.toml:2: client_id; choose another",
    APPLICATION + "id = 7\n" + APPLICATION.replace('"a"', '"b"') + "id = 7": (
        "8: id: is taken already, at d.toml:4: id; choose another"
    ),
    CALLER + CALLER.replace('"k"', '"l"'): "6: name: is taken already, at d.toml:2: name; choose another",
    CALLER + CALLER.replace('"c"', '"d"'): "7: api_key: is taken already, at d.toml:3: api_key; choose another",
}


@pytest.mark.parametrize(("text", "problem"), TWICE.items())
def test_a_name_is_taken_once(text: str, problem: str) -> None:
    assert problems_of(text) == [problem]


def test_entries_without_api_key_or_id_do_not_clash() -> None:
    caller = '[[callers]]\nname = "{}"\nproofs = ["unix_peer"]\nuids = [1]\n'
    text = APPLICATION + APPLICATION.replace('"a"', '"b"') + caller.format("x") + caller.format("y")
    assert len(parse_toml(text, "d").callers) == 2


def test_services_that_the_store_keeps_may_be_named() -> None:
    text = APPLICATION + 'services = ["kept"]\n'
    assert parse_toml(text, "d", {"kept"}).applications[0].application.services == ("kept",)
    assert problems_of(text) == ['4: services[0]: service "kept" does not exist; remove it']


def test_a_service_with_a_problem_still_exists() -> None:
    text = SERVICE + "qps_limit = -1\n" + APPLICATION + 'services = ["s"]'
    assert problems_of(text) == ["4: qps_limit: expected a whole number from 0 to 2147483647, got -1; change it"]
