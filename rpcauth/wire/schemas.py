"""Comparing a reply with the schema of its method alone, as the server's own OpenRPC document gives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from jsonschema import Draft7Validator

from rpcauth.wire.matching import ABSENT, Difference, decode

DISCOVER: Final = '{"jsonrpc":"2.0","method":"rpc.discover","id":1}'

_ERROR: Final = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {"code": {"type": "integer"}, "message": {"type": "string"}},
}


class Schemas:
    """The result schemas of an OpenRPC document, by the names of the methods."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        components = document.get("components", {})
        self._results = {
            method["name"]: {**method["result"]["schema"], "components": components} for method in document["methods"]
        }

    @classmethod
    def of_reply(cls, body: bytes) -> Schemas | None:
        """Those of the reply to `rpc.discover`; None if it holds no document."""
        try:
            return cls(decode(body)["result"])
        except (ValueError, KeyError, TypeError):
            return None

    def compare(self, request: str, expected: str, body: bytes) -> Iterator[Difference]:
        """Where a reply to `request` is not of the kind of the expected one, or its result is none of the method's.

        The kind: one reply or so many, each with the id, and with a result or an error where the expected one has it.
        """
        try:
            sent, wanted = decode(request), decode(expected) if expected else None
            came = decode(body) if body else None
        except ValueError:
            yield Difference("$", "JSON", body.decode(errors="replace"))
            return
        methods = {one.get("id"): one.get("method") for one in _as_list(sent) if isinstance(one, dict)}
        replies, models = _as_list(came), _as_list(wanted)
        if len(replies) != len(models) or isinstance(came, list) != isinstance(wanted, list):
            yield Difference("$", wanted, came)
            return
        for index, (reply, model) in enumerate(zip(replies, models, strict=True)):
            path = f"$[{index}]" if isinstance(came, list) else "$"
            yield from self._compare_one(reply, model, methods, path)

    def _compare_one(self, reply: Any, model: Any, methods: Mapping[Any, Any], path: str) -> Iterator[Difference]:
        if not isinstance(reply, dict) or not isinstance(model, dict):
            yield Difference(path, "an object", reply)
            return
        if reply.get("id", ABSENT) != model.get("id", ABSENT):
            yield Difference(f"{path}.id", model.get("id", ABSENT), reply.get("id", ABSENT))
        kind = "error" if model.get("error") is not None else "result"
        if kind == "result" and reply.get("error") is not None:
            yield Difference(f"{path}.error", ABSENT, reply["error"])
        elif kind not in reply:
            yield Difference(f"{path}.{kind}", model.get(kind), ABSENT)
        else:
            schema = _ERROR if kind == "error" else self._results.get(methods.get(reply.get("id")), {})
            for error in Draft7Validator(schema).iter_errors(reply[kind]):
                yield Difference(error.json_path.replace("$", f"{path}.{kind}", 1), error.message, error.instance)


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
