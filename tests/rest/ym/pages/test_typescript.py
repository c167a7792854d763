"""The TypeScript is the original's, to the byte, as far as that was recorded."""

from __future__ import annotations

import re

import pytest

from rpcauth.rest.ym.dates import MIN_VALUE, parse_date
from rpcauth.rest.ym.dto import OIDC_GET_ACCESS_TOKEN
from rpcauth.rest.ym.pages.declared import DECLARED
from rpcauth.rest.ym.pages.typescript import typescript
from rpcauth.rest.ym.types import Dto
from tests.rest.ym.answers import response_body

# What follows where the recording was cut off, by the rules that its beginning shows. By its Content-Length the
# original had 58 bytes more there, and nothing tells which: that server's class may have carried attributes.
REST = """\
CGetAccessTokenResponse>
{
    grant_type: OIDCGrantType;
    scope: string;
    code: string;
    refresh_token: string;
    redirect_uri: string;
    client_id: string;
    client_secret: string;
    createResponse() { return new OIDCGetAccessTokenResponse(); }
    getTypeName() { return "OIDCGetAccessToken"; }
}
"""


def test_the_module_is_the_original_as_far_as_that_was_recorded() -> None:
    recorded = response_body("meta /types/typescript").decode()
    date = re.search(r"^Date: (\S+) (\S+)$", recorded, re.MULTILINE)
    base_url = re.search(r"^BaseUrl: (\S+)$", recorded, re.MULTILINE)
    assert date is not None and base_url is not None
    now = parse_date(f"{date[1]}T{date[2]}")
    assert now is not None
    module = typescript(base_url[1], now)
    assert module.startswith(recorded)
    assert module.removeprefix(recorded) == REST


def test_undocumented_members_are_not_declared() -> None:
    assert any(one.undocumented for one in OIDC_GET_ACCESS_TOKEN.own)
    assert "code_verifier" not in typescript("https://auth.example.org", MIN_VALUE)


def test_each_type_is_declared_once_and_after_its_base() -> None:
    names = [one.name for one in DECLARED]
    assert len(set(names)) == len(names)
    bases = [(one.name, one.base.name) for one in DECLARED if isinstance(one, Dto) and one.base is not None]
    assert all(names.index(base) < names.index(derived) for derived, base in bases)


@pytest.mark.parametrize(
    ("base_url", "shown"),
    [
        ("https://auth.example.org:8443/a%20b?c=d", "https://auth.example.org:8443/a%20b?c=d"),
        ("https://[::1]/", "https://[::1]/"),
        ("https://x/*/alert(1)/*", "https://x/%2A/alert%281%29/%2A"),
        ("https://x/\n*/\nalert(1)", "https://x/%0A%2A/%0Aalert%281%29"),
    ],
)
def test_a_base_url_cannot_leave_its_comment(base_url: str, shown: str) -> None:
    module = typescript(base_url, MIN_VALUE)
    assert f"\nBaseUrl: {shown}\n" in module
    assert module.count("*/") == 1
