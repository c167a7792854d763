from __future__ import annotations

import json

import pytest

from rpcauth.log.redaction import mask_named, scrub

BODY = "0123456789abcdefghijABCDEFGHIJ"


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        (f'"rpa_{BODY}"', '"rpa_***"'),
        (f"rpc_{BODY} rpf_{BODY}, rpr_{BODY}.", "rpc_*** rpf_***, rpr_***."),
        (f"x=rpa_{BODY}&y=1", "x=rpa_***&y=1"),
        ("Authorization: Basic ZGVtbzpkZW1v", "Authorization: Basic ***"),
        ("authorization: basic ZGVtbzpkZW1v", "authorization: basic ***"),
        ("'BEARER  abc.def-ghi_jkl~='", "'BEARER  ***'"),
        (f"Bearer rpa_{BODY}", "Bearer ***"),
        ("rpa_short, rpx_" + BODY, "rpa_short, rpx_" + BODY),
        ("x eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1In0.c2ln-_ y", "x eyJ*** y"),
        ("eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn", "eyJ***"),
        ("Basic realm", "Basic realm"),
        ("no basics", "no basics"),
        ("plain", "plain"),
        ("grüße", "grüße"),
    ],
)
def test_credentials_are_masked_and_nothing_else(line: str, clean: str) -> None:
    assert scrub(line.encode() + b"\n").decode() == clean + "\n"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("client_id=a&client_secret=q13rupuifd&x=1", "client_id=a&client_secret=***&x=1"),
        ("AppSecert: q13rupuifd, AppId: a", "AppSecert: ***, AppId: a"),
        ('{"client_secret": "q13rupuifd", "client_id": "a"}', '{"client_secret": "***", "client_id": "a"}'),
        ("{'code_verifier': 'q13rupuifd'}", "{'code_verifier': '***'}"),
        ('MAC id="1", ts="2", nonce="3", mac="q13rupuifd="', 'MAC id="1", ts="2", nonce="3", mac="***"'),
        ("?apikey=demo&sig=dcba2289afc3c75a902a0d33a8dbe6ae", "?apikey=demo&sig=***"),
        ("refresh_token=q13rupuifd password=hunter2", "refresh_token=*** password=***"),
        ("/cb?code=q13rupuifd", "/cb?code=***"),
        ("the secret of demo does not open; code: 12", "the secret of demo does not open; code: 12"),
        ('"detail":"client.wrong_secret","status":401', '"detail":"client.wrong_secret","status":401'),
    ],
)
def test_what_stands_behind_the_name_of_a_secret_is_masked(text: str, clean: str) -> None:
    assert mask_named(text.encode()).decode() == clean
    quoted, masked = json.dumps({"message": text, "code": 12345}), json.dumps({"message": clean, "code": 12345})
    assert mask_named(quoted.encode()).decode() == masked
