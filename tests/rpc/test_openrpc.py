"""The OpenRPC document: valid by its meta-schema, true to the methods, and each example does what it shows."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from rpcauth.definitions import Wanted, WantedApplication
from rpcauth.model import Secret
from rpcauth.rpc.description.entries import ENTRIES
from rpcauth.rpc.description.examples import Example, load_examples, read_examples
from rpcauth.rpc.methods import METHODS
from rpcauth.rpc.openrpc import document
from rpcauth.wire.parsing import parse
from tests.support.provider import APPLICATION, SERVICE, Provider, open_provider

META_SCHEMA = json.loads((Path(__file__).parent.parent / "data" / "openrpc-1.3-schema.json").read_text("utf-8"))
JSON_SCHEMA = "https://meta.json-schema.tools"
STAND_IN = {
    # The meta-schema refers to JSON Schema by an address on the network; draft 07 is what that address gives.
    "allOf": [{"$ref": "http://json-schema.org/draft-07/schema#"}],
    "definitions": {"JSONSchemaObject": {"properties": {"$ref": {"type": "string", "pattern": "^#/components/"}}}},
}
DRAFT_07: Any = Resource.from_contents(Draft7Validator.META_SCHEMA, default_specification=DRAFT7)
META: Any = Resource.from_contents(STAND_IN, default_specification=DRAFT7)
REGISTRY: Any = Registry().with_resources(
    [
        (JSON_SCHEMA, META),
        (f"{JSON_SCHEMA}/", META),
        ("http://json-schema.org/draft-07/schema", DRAFT_07),
        ("http://json-schema.org/draft-07/schema#", DRAFT_07),
    ]
)
DOCUMENT = document()
EXAMPLES = load_examples()
REDEEMED, CREATED, LISTED = (
    EXAMPLES[f"oauth2.{name}"][0] for name in ("createAccessToken", "createAuthorizationCode", "fetchUserApplications")
)
BY_NAME = {method["name"]: method for method in DOCUMENT["methods"]}
CASES = [pytest.param(name, example, id=f"{name}: {example.name}") for name in EXAMPLES for example in EXAMPLES[name]]


def problems_of(value: object) -> list[str]:
    return [error.message for error in Draft7Validator(META_SCHEMA, registry=REGISTRY).iter_errors(value)]


def validator_of(schema: Mapping[str, Any]) -> Draft7Validator:
    """A validator of a schema that refers to the document's components."""
    return Draft7Validator({**schema, "components": DOCUMENT["components"]})


def objects_in(value: object) -> Iterator[dict[str, Any]]:
    match value:
        case dict():
            yield value
            for member in value.values():
                yield from objects_in(member)
        case list():
            for member in value:
                yield from objects_in(member)


def schemas_of(method: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield method["result"]["schema"]
    yield from (parameter["schema"] for parameter in method["params"])


def test_the_document_is_valid_by_the_meta_schema_of_openrpc() -> None:
    assert problems_of(json.loads(json.dumps(DOCUMENT))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"openrpc": "1.9"},
        {"methods": [{"name": "no.params"}]},
        {"methods": [{"name": "m", "params": [{"name": "p", "schema": {"type": "strin"}}]}]},
    ],
)
def test_the_meta_schema_refuses_what_is_no_document(change: dict[str, Any]) -> None:
    assert problems_of({**DOCUMENT, **change}) != []


def test_every_method_of_the_contract_is_described_and_no_other() -> None:
    assert list(BY_NAME) == list(METHODS)
    assert set(ENTRIES) == set(EXAMPLES) == set(METHODS)


@pytest.mark.parametrize("name", METHODS)
def test_the_parameters_are_those_of_the_method(name: str) -> None:
    signature = list(inspect.signature(METHODS[name]).parameters.values())[1:]
    described = [(parameter["name"], parameter["required"]) for parameter in BY_NAME[name]["params"]]
    assert described == [(parameter.name, parameter.default is parameter.empty) for parameter in signature]


@pytest.mark.parametrize("name", METHODS)
def test_a_parameter_that_may_be_missing_may_be_null(name: str) -> None:
    optional = [parameter for parameter in BY_NAME[name]["params"] if not parameter["required"]]
    assert [p["name"] for p in optional if not validator_of(p["schema"]).is_valid(None)] == []


def test_every_reference_leads_to_a_component() -> None:
    references = [found["$ref"] for found in objects_in(DOCUMENT) if "$ref" in found]
    named = {f"#/components/{kind}/{name}" for kind, held in DOCUMENT["components"].items() for name in held}
    assert set(references) - named == set()
    assert named - set(references) == set()


def test_the_schemas_keep_to_what_the_validators_of_openrpc_tools_know() -> None:
    held = [*DOCUMENT["components"]["schemas"].values(), *(s for m in BY_NAME.values() for s in schemas_of(m))]
    for schema in held:
        Draft7Validator.check_schema(schema)
    assert [found for found in objects_in(held) if {"format", "unevaluatedProperties"} & found.keys()] == []


def test_methods_that_only_administrators_have_are_not_described() -> None:
    assert [name for name in BY_NAME if name.startswith("admin.")] == []


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Provider]:
    """The provider with the service and the application that the examples name."""
    async with open_provider(tmp_path) as provider:
        service = replace(
            SERVICE,
            service_key=REDEEMED.params["service_key"],
            forwarded_headers=("client-id", "user-context"),
            qps_limit=10,
            rate_limit=1000,
        )
        application = replace(
            APPLICATION,
            client_id=REDEEMED.params["client"]["client_id"],
            id=12345,
            name="OAuth 2.0 Test App",
            services=(service.service_key,),
        )
        secrets = (Secret(REDEEMED.params["client"]["client_secret"]),)
        wanted = WantedApplication(application=application, client_secrets=secrets)
        await provider.define(Wanted(services=(service,), applications=(wanted,)))
        yield provider


async def make_live(provider: Provider) -> dict[str, str]:
    """A live value for each that the examples print."""
    shown = CREATED.result["code"]

    async def issue_code() -> str:
        issued: str = (await provider.result("oauth2.createAuthorizationCode", CREATED.params))["code"]
        return issued

    live = {shown: await issue_code()}
    tokens = await provider.result("oauth2.createAccessToken", replaced(REDEEMED.params, {shown: await issue_code()}))
    (listed,) = await provider.result("oauth2.fetchUserApplications", LISTED.params)
    return {
        **live,
        REDEEMED.result["access_token"]: tokens["access_token"],
        REDEEMED.result["refresh_token"]: tokens["refresh_token"],
        LISTED.result[0]["access_tokens"][0]: listed["access_tokens"][0],
    }


def replaced(value: Any, texts: Mapping[str, str]) -> Any:
    written = json.dumps(value)
    for text, other in texts.items():
        written = written.replace(text, other)
    return json.loads(written)


def masked(value: Any) -> Any:
    """The value with the random part of each code and token gone."""
    return json.loads(re.sub(r"(rp[acfr]_)[0-9A-Za-z]+", r"\1", json.dumps(value)))


@pytest.mark.parametrize(("name", "example"), CASES)
def test_an_example_fits_the_schemas_of_its_method(name: str, example: Example) -> None:
    described = BY_NAME[name]
    parameters = described["params"][: len(example.params)]
    assert [parameter["name"] for parameter in parameters] == list(example.params)
    for parameter in parameters:
        validator_of(parameter["schema"]).validate(example.params[parameter["name"]])
    validator_of(described["result"]["schema"]).validate(example.result)


@pytest.mark.parametrize("ordered", [False, True], ids=["named", "ordered"])
@pytest.mark.parametrize(("name", "example"), CASES)
async def test_an_example_gives_what_it_shows(provider: Provider, name: str, example: Example, ordered: bool) -> None:
    params = replaced(example.params, await make_live(provider))
    result = await provider.result(name, list(params.values()) if ordered else params)
    validator_of(BY_NAME[name]["result"]["schema"]).validate(result)
    if name == "rpc.discover":
        assert result == DOCUMENT
    else:
        assert masked(result) == masked(example.result)


def test_an_example_says_of_every_value_that_differs_what_documents_print() -> None:
    text = '// @example One\n>> {"method":"test.hello","params":{}}\n<< {"result":"$save:greeting"}\n'
    with pytest.raises(KeyError, match="greeting"):
        read_examples(parse("planted.io", text))
    (example,) = read_examples(parse("planted.io", f'// @shown greeting "Hello!"\n{text}'))["test.hello"]
    assert example == Example(name="One", params={}, result="Hello!")
