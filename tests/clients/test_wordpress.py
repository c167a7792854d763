"""What the WordPress plugin for YourMembership logins sends, and what it reads of the answers.

A form, its application's id in a letter case of its own, its secret under the deprecated name, a Cookie that means
nothing. Of the answer it reads AccessToken alone, whatever the status.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.clients.site import AUTHORIZE_URL, CLIENT_ID, CLIENT_SECRET, MEMBER, REDIRECT_URI, Site

DEPRECATED = f"the client {CLIENT_ID} sends its secret as AppSecert"


def log_in(site: Site, *, path: str = "/OAuth/GetAccessToken", **changed: str) -> tuple[int, Any]:
    """The status and content that the plugin gets for a code, its fields in its order."""
    fields = {"AppID": CLIENT_ID, "AppSecert": CLIENT_SECRET, "GrantType": "Code", "Code": site.make_code(), **changed}
    headers = {
        "User-Agent": "WordPress/6.4; https://client.example.com",
        "Accept": "application/json",
        "Cookie": "ss-id=of-another-host; ss-pid=of-another-host",
        "Content-Type": "application/x-www-form-urlencoded",
        "Connection": "close",
    }
    status, _, body = site.daemon.post(urlencode(fields).encode(), path, headers)
    return status, json.loads(body)


def test_its_form_becomes_a_token_of_the_member(site: Site) -> None:
    status, content = log_in(site)
    assert status == 200
    token = site.fetch(content["AccessToken"])
    assert (token["user_context"], token["client_id"], token["scope"]) == (MEMBER, CLIENT_ID, "basic_profile")


def test_a_code_that_its_login_page_sent_to_a_redirect_uri_is_redeemed_without_one(site: Site) -> None:
    asked = {
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "scope": "basic_profile",
        "response_type": "code",
    }
    _, _, code = site.authorize(f"{AUTHORIZE_URL}?{urlencode(asked)}").partition("code=")
    assert log_in(site, Code=code)[0] == 200


def test_the_answer_repeats_neither_secret_nor_code(site: Site) -> None:
    _, content = log_in(site)
    assert not {"AppSecert", "AppSecret", "Code", "AppId"} & set(content)
    assert CLIENT_SECRET not in json.dumps(content)


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"AppSecert": "wrong"}, 401, "invalid_client"),
        ({"AppID": "unknown"}, 401, "invalid_client"),
        ({"Code": "made-up"}, 400, "invalid_grant"),
        ({"Code": ""}, 400, "NotEmpty"),
        ({"AppSecret": "another"}, 400, "invalid_request"),
        ({"GrantType": "Token"}, 400, "SerializationException"),
    ],
)
def test_a_refusal_is_json_without_an_access_token(site: Site, changed: dict[str, str], status: int, code: str) -> None:
    answer = log_in(site, **changed)
    assert (answer[0], answer[1]["ResponseStatus"]["ErrorCode"]) == (status, code)
    assert "AccessToken" not in answer[1]


def test_the_deprecated_name_is_warned_of_once_and_no_secret_is_logged(site: Site) -> None:
    for _ in range(2):
        assert log_in(site)[0] == 200
    log = site.daemon.log.read_text()
    assert log.count(DEPRECATED) == 1
    assert CLIENT_SECRET not in log
