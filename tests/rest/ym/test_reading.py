"""What reading a body is the same in, whatever its format."""

from __future__ import annotations

import pytest

from rpcauth.rest.ym.dto import OIDC_GET_ACCESS_TOKEN
from rpcauth.rest.ym.formats import json, jsv, xml
from rpcauth.rest.ym.reading import Fault, Node, Unconvertible, read_values

TIMES = 1000
BODIES: dict[str, Node] = {
    "json": json.parse(b'{"Device":9%b,"ClientID":"x"}' % (b',"device":8' * TIMES), OIDC_GET_ACCESS_TOKEN),
    "jsv": jsv.parse(b"{Device:9%b,ClientID:x}" % (b",device:8" * TIMES), OIDC_GET_ACCESS_TOKEN),
    "xml": xml.parse(
        b"<OIDCGetAccessToken><Device>9</Device>%b<ClientID>x</ClientID></OIDCGetAccessToken>"
        % (b"<Device>8</Device>" * TIMES),
        OIDC_GET_ACCESS_TOKEN,
    ),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_member_that_does_not_convert_is_told_of_once_however_often_it_stands_there(body: Node) -> None:
    with pytest.raises(Unconvertible) as refused:
        read_values(OIDC_GET_ACCESS_TOKEN, body)
    assert refused.value.faults == (Fault("Device", "9"), Fault("ClientID", "x"))
