from __future__ import annotations

import pytest

from rpcauth.log.redaction import scrub

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
        ("Basic realm", "Basic realm"),
        ("no basics", "no basics"),
        ("plain", "plain"),
        ("grüße", "grüße"),
    ],
)
def test_credentials_are_masked_and_nothing_else(line: str, clean: str) -> None:
    assert scrub(line.encode() + b"\n").decode() == clean + "\n"
