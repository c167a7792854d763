from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from rpcauth.errors import StoreRefused
from rpcauth.model import Caller, Definitions, Millis, Proof, Secret
from rpcauth.server.callers import CallerRegistry, prove_by_uid
from rpcauth.server.peers import Peer
from tests.server.wire import DEMO, NOW, SECRET, Recorder, build_definitions, build_post, serve, with_proofs

NOBODY = Peer()
HERE = os.getuid()


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def build_headers(*authorizations: str) -> CIMultiDictProxy[str]:
    return CIMultiDictProxy(CIMultiDict([("Authorization", value) for value in authorizations]))


def build_registry(*callers: Caller, now: Millis = NOW) -> CallerRegistry:
    definitions = build_definitions(*callers)
    return CallerRegistry(definitions=lambda: definitions, open_secret=lambda _: Secret(SECRET), clock=lambda: now)


def sign(second: int, api_key: str = "demo", secret: str = SECRET) -> str:
    return hashlib.md5(f"{api_key}{secret}{second}".encode()).hexdigest()


GOOD = encode(f"demo:{SECRET}")


@pytest.mark.parametrize("header", [f"Basic {GOOD}", f"basic {GOOD}", f"BASIC {GOOD}"])
def test_key_and_secret_prove_a_caller(header: str) -> None:
    assert build_registry(DEMO).prove(build_headers(header), None, NOBODY) == DEMO


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ("",),
        ("Basic",),
        ("Basic ",),
        (f"Basic {encode('demo:wrong')}",),
        (f"Basic {encode('demo:')}",),
        (f"Basic {encode(f'demo:{SECRET} ')}",),
        (f"Basic {encode(f'unknown:{SECRET}')}",),
        (f"Basic {encode(f':{SECRET}')}",),
        (f"Basic {encode('demo')}",),
        (f"Basic  {GOOD}",),
        (f"Basic {GOOD} ",),
        (f"Basic {GOOD[:8]} {GOOD[8:]}",),
        (f"Basic {GOOD.rstrip('=')}x",),
        (f"Basic {GOOD}====",),
        (f"Basic {GOOD}é",),
        (f"Bearer {GOOD}",),
        (f"Basic{GOOD}",),
        (f"Basic {GOOD}", f"Basic {GOOD}"),
        (f"Basic {GOOD}", "Bearer x"),
        (f"Basic {GOOD}, Basic {GOOD}",),
    ],
)
def test_anything_else_in_authorization_proves_nobody(headers: tuple[str, ...]) -> None:
    assert build_registry(DEMO).prove(build_headers(*headers), None, NOBODY) is None


def test_a_secret_may_hold_any_character() -> None:
    definitions = build_definitions(DEMO)
    registry = CallerRegistry(definitions=lambda: definitions, open_secret=lambda _: Secret("a:ü\0"), clock=lambda: NOW)
    assert registry.prove(build_headers("Basic " + encode("demo:a:ü\0")), None, NOBODY) == DEMO


@pytest.mark.parametrize("offset", [-300, 0, 300])
def test_a_signature_proves_a_caller_for_300_seconds_either_way(offset: int) -> None:
    caller = with_proofs(Proof.MASHERY_SIG)
    query = f"apikey=demo&sig={sign(NOW // 1000 + offset)}"
    assert build_registry(caller).prove(build_headers(), query, NOBODY) == caller


SIG = sign(NOW // 1000)


@pytest.mark.parametrize(
    "query",
    [
        f"apikey=demo&sig={sign(NOW // 1000 - 301)}",
        f"apikey=demo&sig={sign(NOW // 1000 + 301)}",
        f"apikey=demo&sig={SIG.upper()}",
        f"apikey=demo&sig={sign(NOW // 1000, secret='wrong')}",
        f"apikey=unknown&sig={SIG}",
        f"apikey=&sig={sign(NOW // 1000, api_key='')}",
        "apikey=demo&sig=",
        "apikey=demo",
        f"sig={SIG}",
        f"apikey=demo&sig={SIG}&sig={SIG}",
        f"apikey=demo&apikey=demo&sig={SIG}",
        f"apikey=%ff&sig={SIG}",
        f"APIKEY=demo&SIG={SIG}",
        "",
    ],
)
def test_any_other_query_proves_nobody(query: str) -> None:
    registry = build_registry(with_proofs(Proof.MASHERY_SIG))
    assert registry.prove(build_headers(), query, NOBODY) is None


def test_the_query_may_hold_more_and_be_encoded() -> None:
    caller = with_proofs(Proof.MASHERY_SIG)
    query = f"a=b&sig={SIG}&&apikey=%64emo&c"
    assert build_registry(caller).prove(build_headers(), query, NOBODY) == caller


@pytest.mark.parametrize(
    ("proof", "proven_by"),
    [
        (Proof.BASIC, {"basic"}),
        (Proof.MASHERY_SIG, {"signature"}),
        (Proof.UNIX_PEER, {"uid"}),
        (Proof.MTLS, {"subject"}),
    ],
)
def test_a_proof_that_is_not_listed_is_refused(proof: Proof, proven_by: set[str]) -> None:
    caller = with_proofs(proof, uids=(7,), tls_subjects=("CN=gateway",))
    registry = build_registry(caller)
    found = {
        "basic": registry.prove(build_headers(f"Basic {GOOD}"), None, NOBODY),
        "signature": registry.prove(build_headers(), f"apikey=demo&sig={SIG}", NOBODY),
        "uid": registry.prove(build_headers(), None, Peer(uid=7)),
        "subject": registry.prove(build_headers(), None, Peer(subject="CN=gateway")),
    }
    assert {name for name, who in found.items() if who is not None} == proven_by


@pytest.mark.parametrize(
    ("authorization", "query"), [(f"Basic {encode('demo:wrong')}", None), ("Bearer x", None), (None, "apikey=demo")]
)
def test_a_wrong_credential_is_not_healed_by_the_connection(authorization: str | None, query: str | None) -> None:
    caller = with_proofs(Proof.UNIX_PEER, Proof.BASIC, Proof.MASHERY_SIG, uids=(7,))
    registry = build_registry(caller)
    assert registry.prove(build_headers(), "other=1", Peer(uid=7)) == caller
    headers = build_headers() if authorization is None else build_headers(authorization)
    assert registry.prove(headers, query, Peer(uid=7)) is None


@pytest.mark.parametrize(
    "peer", [Peer(), Peer(uid=8), Peer(uid=0), Peer(subject="CN=other"), Peer(subject="cn=gateway")]
)
def test_another_peer_proves_nobody(peer: Peer) -> None:
    caller = with_proofs(Proof.UNIX_PEER, Proof.MTLS, uids=(7,), tls_subjects=("CN=gateway",))
    assert build_registry(caller).prove(build_headers(), None, peer) is None


def test_what_two_callers_claim_proves_neither() -> None:
    members = {"uids": (7,), "tls_subjects": ("CN=gateway",)}
    proofs = (Proof.BASIC, Proof.UNIX_PEER, Proof.MTLS)
    registry = build_registry(with_proofs(*proofs, **members), with_proofs(*proofs, name="other", **members))
    assert registry.prove(build_headers(f"Basic {GOOD}"), None, NOBODY) is None
    assert registry.prove(build_headers(), None, Peer(uid=7)) is None
    assert registry.prove(build_headers(), None, Peer(subject="CN=gateway")) is None


def test_a_changed_definition_counts_at_once_and_secrets_are_opened_once_for_each_value() -> None:
    opened: list[str] = []
    current = build_definitions(DEMO)

    def open_secret(caller: Caller) -> Secret | None:
        opened.append(caller.name)
        return Secret(SECRET)

    def find_definitions() -> Definitions:
        return current

    registry = CallerRegistry(definitions=find_definitions, open_secret=open_secret, clock=lambda: NOW)
    headers = build_headers(f"Basic {GOOD}")
    assert [registry.prove(headers, None, NOBODY) for _ in range(3)] == [DEMO] * 3
    current = build_definitions(DEMO, with_proofs(Proof.BASIC, name="new", api_key="new"))
    assert registry.prove(headers, None, NOBODY) == DEMO
    assert opened == ["demo", "new"]
    current = build_definitions()
    assert registry.prove(headers, None, NOBODY) is None


def test_a_caller_without_a_secret_proves_nothing_by_an_empty_one() -> None:
    definitions = build_definitions(DEMO)
    registry = CallerRegistry(definitions=lambda: definitions, open_secret=lambda _: None, clock=lambda: NOW)
    assert registry.prove(build_headers(f"Basic {encode('demo:')}"), None, NOBODY) is None


def test_a_socket_of_one_purpose_knows_uids_only() -> None:
    prove = prove_by_uid(DEMO, {0, 7})
    assert prove(build_headers(), None, Peer(uid=7)) == DEMO
    assert prove(build_headers(f"Basic {GOOD}"), None, Peer(uid=8)) is None
    assert prove(build_headers(), None, Peer()) is None


@pytest.mark.parametrize(
    ("path", "offset", "status"),
    [
        ("/v2/json-rpc/123", 0, 200),
        ("/v2/json-rpc/123", -300, 200),
        ("/v3/json-rpc", 300, 200),
        ("/v2/json-rpc/123", -301, 403),
        ("/v3/json-rpc", 301, 403),
        ("/rpc", 0, 401),
    ],
)
async def test_a_signed_call_is_taken_on_mashery_paths_only(path: str, offset: int, status: int) -> None:
    callers = [with_proofs(Proof.MASHERY_SIG)]
    query = f"apikey=demo&sig={sign(NOW // 1000 + offset)}"
    async with serve(callers=callers) as house:
        assert (await house.send(build_post(path=f"{path}?{query}", proof=b""))).status == status


@pytest.mark.parametrize(("uid", "status"), [(HERE, 200), (HERE + 1, 401)])
async def test_a_unix_socket_knows_who_is_at_its_other_end(tmp_path: Path, uid: int, status: int) -> None:
    recorder = Recorder()
    caller = with_proofs(Proof.UNIX_PEER, api_key=None, uids=(uid,))
    unix = tmp_path / "rpc.sock"
    async with serve(recorder, callers=[caller], unix=unix) as house, await house.connect() as client:
        for _ in range(2):
            client.send(build_post(proof=b""))
            assert (await client.receive()).status == status
    assert [who for _, who, _ in recorder.calls] == [caller] * (2 if status == 200 else 0)


async def test_a_unix_socket_takes_basic_too(tmp_path: Path) -> None:
    async with serve(unix=tmp_path / "rpc.sock") as house:
        assert (await house.send(build_post())).status == 200
        assert (await house.send(build_post(proof=b""))).status == 401


async def test_the_file_of_a_unix_socket_goes_with_its_server(tmp_path: Path) -> None:
    async with serve(unix=tmp_path / "rpc.sock"):
        assert os.listdir(tmp_path) == ["rpc.sock"]
    assert os.listdir(tmp_path) == []


async def test_over_tcp_nobody_is_known_by_uid() -> None:
    async with serve(callers=[with_proofs(Proof.UNIX_PEER, uids=(HERE,))]) as house:
        assert (await house.send(build_post(proof=b""))).status == 401


def test_a_caller_whose_secret_does_not_open_is_refused_alone() -> None:
    broken, sound = with_proofs(Proof.BASIC, name="broken", api_key="broken"), with_proofs(Proof.BASIC)

    def open_secret(caller: Caller) -> Secret | None:
        if caller is broken:
            raise StoreRefused("sealed under another key")
        return Secret(SECRET)

    definitions = build_definitions(broken, sound)
    registry = CallerRegistry(definitions=lambda: definitions, open_secret=open_secret, clock=lambda: NOW)
    for caller, proven in ((broken, None), (sound, sound)):
        headers = build_headers(f"Basic {encode(f'{caller.api_key}:{SECRET}')}")
        assert registry.prove(headers, None, Peer()) is proven
