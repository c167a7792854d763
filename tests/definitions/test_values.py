"""The values of admin.putService, admin.putApplication and admin.putCaller, and the JSON pointers of their problems."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rpcauth.definitions import WantedApplication, WantedCaller, parse_application, parse_caller, parse_service
from rpcauth.definitions.entries import ServiceEntry
from rpcauth.errors import DefinitionsRefused
from rpcauth.model import Application, Caller, GrantType, PkcePolicy, Proof, Service

Parse = Callable[[object], object]

VALUES: dict[str, tuple[Parse, object, object]] = {
    "service": (
        parse_service,
        {"service_key": "s", "name": "S", "pkce": "always", "issuer": None, "scopes": ["a"]},
        Service(service_key="s", name="S", pkce=PkcePolicy.ALWAYS, scopes=("a",)),
    ),
    "application": (
        parse_application,
        {"client_id": "a", "name": "A", "public": True, "id": 9, "grant_types": ["implicit"], "scopes": []},
        WantedApplication(
            application=Application(
                client_id="a", id=9, name="A", public=True, grant_types=(GrantType.IMPLICIT,), scopes=()
            )
        ),
    ),
    "caller": (
        parse_caller,
        {"name": "c", "proofs": ["unix_peer"], "uids": [0], "api_key": ""},
        WantedCaller(caller=Caller(name="c", proofs=(Proof.UNIX_PEER,), uids=(0,))),
    ),
}


@pytest.mark.parametrize(("parse", "value", "parsed"), VALUES.values(), ids=VALUES)
def test_a_value_becomes_the_models(parse: Parse, value: object, parsed: object) -> None:
    assert parse(value) == parsed


BAD_VALUES: dict[str, tuple[Parse, object, list[str]]] = {
    "no object": (parse_service, 3, ["value: expected a table, got 3; write its settings in a table"]),
    "null": (parse_caller, None, ["value: expected a table, got null; write its settings in a table"]),
    "several": (
        parse_application,
        {"name": "A", "redirect_uris": ["https://a/cb", 3, "https://a/?code=1"], "scope": "a"},
        [
            '/scope: unknown name; did you mean "scopes"?',
            "/client_id: is missing; add it",
            "/redirect_uris/1: expected a string of 1 to 2048 characters, got 3; change it",
        ],
    ),
    "rules": (
        parse_application,
        {
            "client_id": "a",
            "name": "A",
            "redirect_uris": [3, "https://a/?code=1"],
            "public": True,
            "client_secret": "x",
        },
        [
            "/redirect_uris/0: expected a string of 1 to 2048 characters, got 3; change it",
            "/redirect_uris/1: has a query that names code, state, error or iss; leave these names to the answer",
            "/client_secret: is a secret of a public application; remove it, or public = true",
        ],
    ),
    "a name that needs escapes": (
        parse_service,
        {"service_key": "s", "name": "S", "a/b\x1b": 1},
        [f"/a~1b?: unknown name; known are {', '.join(sorted(ServiceEntry.__struct_fields__))}"],
    ),
}


@pytest.mark.parametrize(("parse", "value", "problems"), BAD_VALUES.values(), ids=BAD_VALUES)
def test_a_problem_in_a_value_has_its_json_pointer(parse: Parse, value: object, problems: list[str]) -> None:
    with pytest.raises(DefinitionsRefused) as caught:
        parse(value)
    assert caught.value.problems == problems
