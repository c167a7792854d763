"""The services and JSON-RPC stand on the same grants: what one front gives, the other one knows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.clients.site import CLIENT_ID, CLIENT_SECRET, OIDC_PATH, REDIRECT_URI, Site, code_request

CLIENT = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
GET_PATH = "/OAuth/GetAccessToken"


def ask(site: Site, members: object, path: str = OIDC_PATH) -> tuple[int, Any]:
    """The status and content that a service answers to a JSON request."""
    status, _, body = site.daemon.post(json.dumps(members).encode(), path, {"Content-Type": "application/json"})
    return status, json.loads(body)


def redeem(site: Site, code: str) -> Any:
    status, content = ask(site, code_request(code))
    assert status == 200, content
    return content


def refresh(site: Site, refresh_token: str) -> tuple[int, Any]:
    return ask(site, {"grant_type": "refresh_token", "refresh_token": refresh_token, **CLIENT})


def list_tokens(site: Site, member: str, status: str) -> list[tuple[str, list[str]]]:
    """The applications of a member and their tokens of that status."""
    applications = site.call("fetchUserApplications", user_context=member, token_status=status)
    return [(one["client_id"], one["access_tokens"]) for one in applications]


@pytest.mark.parametrize("name", ["oidc", "get"])
def test_a_token_issued_here_is_fetched_listed_and_revoked_there(site: Site, name: str) -> None:
    member = f"revoked by reference, {name}"
    code = site.make_code(member=member)
    if name == "oidc":
        access_token = redeem(site, code)["access_token"]
    else:
        members = {"AppId": CLIENT_ID, "AppSecret": CLIENT_SECRET, "Code": code}
        access_token = ask(site, members, GET_PATH)[1]["AccessToken"]
    token = site.fetch(access_token)
    assert (token["client_id"], token["user_context"], token["grant_type"]) == (CLIENT_ID, member, "authorization_code")
    ((client_id, (reference,)),) = list_tokens(site, member, "active")
    assert client_id == CLIENT_ID
    assert site.call("revokeAccessToken", client=CLIENT, access_token=reference) is True
    assert site.refuse("fetchAccessToken", access_token=access_token) == "invalid_token"
    assert list_tokens(site, member, "inactive") == [(CLIENT_ID, [reference])]


def test_what_is_revoked_there_cannot_be_refreshed_here(site: Site) -> None:
    member = "revoked with the application"
    tokens = redeem(site, site.make_code(member=member))
    assert site.call("revokeUserApplication", client=CLIENT, user_context=member) is True
    status, content = refresh(site, tokens["refresh_token"])
    assert (status, content["error"]) == (400, "invalid_grant")


def test_a_code_redeemed_there_is_spent_here_and_its_second_use_revokes_what_it_bought(site: Site) -> None:
    # A second use within a second of the first may be a double submit, and revokes nothing; another redirect_uri
    # is no repetition of the first.
    code = site.make_code()
    token_data = {"grant_type": "authorization_code", "code": code}
    tokens = site.call("createAccessToken", client=CLIENT, token_data=token_data, uri={"redirect_uri": REDIRECT_URI})
    status, content = ask(site, code_request(code, redirect_uri=f"{REDIRECT_URI}/other"))
    assert (status, content["error"]) == (400, "invalid_grant")
    assert site.refuse("fetchAccessToken", access_token=tokens["access_token"]) == "invalid_token"


def test_a_refresh_token_of_one_front_is_good_at_the_other(site: Site) -> None:
    tokens = redeem(site, site.make_code())
    token_data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    there = site.call("createAccessToken", client=CLIENT, token_data=token_data)
    status, here = refresh(site, there["refresh_token"])
    assert status == 200
    assert site.fetch(here["access_token"])["grant_type"] == "authorization_code"
