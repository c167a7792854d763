"""What is asked of each server: bodies that are sent in turn, and how a right answer looks."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.servers import SERVICE_KEY, Daemon

BATCH = 50
ECHO_BYTES = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """`goal` is the ratio to the echo to reach, in calls a second against its requests; None for the echo itself."""

    name: str
    pid: int
    port: int
    path: str
    authorization: str | None
    bodies: Sequence[bytes]
    calls: int = 1
    goal: float | None = None
    is_right: Callable[[bytes, bytes], bool]


def echo_workload(pid: int, port: int) -> Workload:
    """A JSON body of 300 bytes."""
    frame = len(json.dumps({"text": ""}, separators=(",", ":")))
    body = json.dumps({"text": "x" * (ECHO_BYTES - frame)}, separators=(",", ":")).encode()
    return Workload(
        name="echo (aiohttp)",
        pid=pid,
        port=port,
        path="/",
        authorization=None,
        bodies=[body],
        is_right=lambda sent, answer: answer == sent,
    )


def fetch_workload(daemon: Daemon, tokens: Sequence[str]) -> Workload:
    bodies = [_encode(_fetch(number, token)) for number, token in enumerate(tokens)]
    return _of(daemon, "fetchAccessToken", bodies, 0.35, lambda _, answer: _is_token(json.loads(answer)))


def issue_workload(daemon: Daemon) -> Workload:
    bodies = [_encode(issue(daemon, number)) for number in range(100)]
    return _of(daemon, "createAccessToken", bodies, 0.3, lambda _, answer: _is_issued(json.loads(answer)))


def batch_workload(daemon: Daemon, tokens: Sequence[str]) -> Workload:
    starts = range(0, len(tokens) - BATCH + 1, BATCH)
    calls = [[_fetch(start + n, token) for n, token in enumerate(tokens[start : start + BATCH])] for start in starts]
    name = f"batch of {BATCH} fetchAccessToken"
    return _of(daemon, name, [_encode(batch) for batch in calls], 1.3, _is_batch, BATCH)


def issue(daemon: Daemon, number: int) -> dict[str, Any]:
    """A createAccessToken call of the grant client_credentials."""
    params = {
        "service_key": SERVICE_KEY,
        "client": {"client_id": daemon.client_id, "client_secret": daemon.client_secret},
        "token_data": {"grant_type": "client_credentials", "scope": "read write"},
    }
    return {"jsonrpc": "2.0", "method": "oauth2.createAccessToken", "params": params, "id": number}


def _fetch(number: int, token: str) -> dict[str, Any]:
    params = {"service_key": SERVICE_KEY, "access_token": token}
    return {"jsonrpc": "2.0", "method": "oauth2.fetchAccessToken", "params": params, "id": number}


def _of(
    daemon: Daemon,
    name: str,
    bodies: Sequence[bytes],
    goal: float,
    is_right: Callable[[bytes, bytes], bool],
    calls: int = 1,
) -> Workload:
    return Workload(
        name=name,
        pid=daemon.process.pid,
        port=daemon.port,
        path="/rpc",
        authorization=daemon.authorization,
        bodies=bodies,
        calls=calls,
        goal=goal,
        is_right=is_right,
    )


def _encode(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _is_token(reply: Any) -> bool:
    result = reply.get("result", {})
    return result.get("grant_type") == "client_credentials" and result.get("scope") == "read write"


def _is_issued(reply: Any) -> bool:
    return str(reply.get("result", {}).get("access_token")).startswith("rpa_")


def _is_batch(sent: bytes, answer: bytes) -> bool:
    calls, replies = json.loads(sent), json.loads(answer)
    return [call["id"] for call in calls] == [reply["id"] for reply in replies] and all(map(_is_token, replies))
