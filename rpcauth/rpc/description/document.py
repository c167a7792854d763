"""The OpenRPC document of a table of methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import rpcauth
from rpcauth.rpc.binding import Handler, parameters_of
from rpcauth.rpc.description.entries import ENTRIES, PARAMETERS, TAGS, Entry
from rpcauth.rpc.description.errors import ERRORS
from rpcauth.rpc.description.examples import Example, load_examples
from rpcauth.rpc.description.schemas import SCHEMAS

OPENRPC: Final = "1.3.2"
"""The newest version that most tools take."""

_SERVERS: Final = (
    {"name": "rpc", "url": "http://127.0.0.1:8700/rpc", "description": "JSON-RPC 2.0, on the default listener"},
    {
        "name": "mashery",
        "url": "http://127.0.0.1:8700/v2/json-rpc",
        "description": "The same methods for callers written for Mashery; errors have other HTTP statuses and texts",
    },
)


def describe(methods: Mapping[str, Handler]) -> dict[str, Any]:
    """The document of `methods`, each of which has its entry and examples. A fresh value, ready for JSON."""
    return {
        "openrpc": OPENRPC,
        "info": {
            "title": "rpcauth",
            "version": rpcauth.__version__,
            "description": "An OAuth 2.0 provider for API gateways and backends, by JSON-RPC",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "servers": [dict(server) for server in _SERVERS],
        "methods": [_describe_method(name, handler, ENTRIES[name]) for name, handler in methods.items()],
        "components": {
            "schemas": {name: dict(schema) for name, schema in SCHEMAS.items()},
            "errors": {name: dict(error) for name, error in ERRORS.items()},
            "tags": {name: {"name": name, "description": text} for name, text in TAGS.items()},
        },
    }


def _describe_method(name: str, handler: Handler, entry: Entry) -> dict[str, Any]:
    result_name, result_schema = entry.result
    described: dict[str, Any] = {"name": name, "summary": entry.summary}
    if entry.description:
        described["description"] = entry.description
    return {
        **described,
        "tags": [{"$ref": f"#/components/tags/{entry.tag}"}],
        "paramStructure": "either",
        "params": [_describe_parameter(entry, *parameter) for parameter in parameters_of(handler).items()],
        "result": {"name": result_name, "schema": dict(result_schema)},
        "errors": [{"$ref": f"#/components/errors/{error}"} for error in entry.errors],
        "examples": [_describe_example(example, result_name) for example in load_examples()[name]],
    }


def _describe_parameter(entry: Entry, name: str, required: bool) -> dict[str, Any]:
    schema = (entry.parameters or {}).get(name) or PARAMETERS[name]
    return {"name": name, "required": required, "schema": dict(schema)}


def _describe_example(example: Example, result_name: str) -> dict[str, Any]:
    return {
        "name": example.name,
        "params": [{"name": name, "value": value} for name, value in example.params.items()],
        "result": {"name": result_name, "value": example.result},
    }
