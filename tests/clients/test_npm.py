"""npm @servicestack/client, under Node.js, against the running daemon."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.site import CLIENT_ID, CLIENT_SECRET, MEMBER, OIDC_PATH, REDIRECT_URI, Site, code_request
from tests.support.daemon import free_port
from tests.support.npm import NOT_RUN, PINNED, install_once, run_script

Told = dict[str, object]
Run = Callable[..., Any]

HERE = Path(__file__).parent
API_PATH = "/api/OIDCGetAccessToken"
WAYS: dict[str, tuple[str, Told]] = {
    "post": (API_PATH, {"way": "post"}),
    "post without a base path": ("/json/reply/OIDCGetAccessToken", {"way": "post", "basePath": ""}),
    "publish without a base path": ("/json/oneway/OIDCGetAccessToken", {"way": "publish", "basePath": ""}),
    "postToUrl": (OIDC_PATH, {"way": "postToUrl", "url": OIDC_PATH}),
    "a multipart form": (API_PATH, {"way": "postForm"}),
}


@pytest.fixture
def run(site: Site, packages: Path) -> Run:
    """What exchange.mjs reports of one exchange: of OIDCGetAccessToken, unless told otherwise, with this daemon.

    `answers` are the path and status of each response, `returned` or `thrown` is what the client gave.
    """

    def run(**told: object) -> Any:
        told = {"baseUrl": site.url, "dto": "OIDCGetAccessToken", **told}
        report = run_script(HERE / "exchange.mjs", packages, told)
        site.daemon.remember(json.dumps(report).encode())
        return report

    return run


@pytest.mark.parametrize("way", WAYS)
def test_a_code_becomes_tokens_by(site: Site, run: Run, way: str) -> None:
    path, told = WAYS[way]
    report = run(members=code_request(site.make_code()), **told)
    assert report["answers"] == [[path, 200]]
    returned = report["returned"]
    assert (returned["token_type"], returned["expires_in"]) == ("Bearer", 3600)
    assert "ResponseStatus" not in returned
    assert site.fetch(returned["access_token"])["user_context"] == MEMBER


def test_api_gives_the_response_and_no_error(site: Site, run: Run) -> None:
    report = run(way="api", members=code_request(site.make_code()))
    assert list(report["returned"]) == ["response"]
    assert site.fetch(report["returned"]["response"]["access_token"])["client_id"] == CLIENT_ID


def test_its_credentials_are_those_of_the_client(site: Site, run: Run) -> None:
    members = {"grant_type": "authorization_code", "code": site.make_code(), "redirect_uri": REDIRECT_URI}
    report = run(way="post", members=members, credentials=[CLIENT_ID, CLIENT_SECRET])
    assert report["answers"] == [[API_PATH, 200]]


def test_a_refresh_token_becomes_new_tokens(site: Site, run: Run) -> None:
    first = run(way="post", members=code_request(site.make_code()))["returned"]
    members = {
        "grant_type": "refresh_token",
        "refresh_token": first["refresh_token"],
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    second = run(way="post", members=members)["returned"]
    assert second["access_token"] != first["access_token"]
    assert site.fetch(second["access_token"])["scope"] == "basic_profile"


REFUSED: list[tuple[dict[str, str], int, str, str]] = [
    ({"code": "made-up"}, 400, "invalid_grant", ""),
    ({"client_secret": "wrong"}, 401, "invalid_client", ""),
    ({"client_secret": ""}, 400, "NotEmpty", "client_secret"),
    ({"grant_type": "password"}, 400, "SerializationException", "grant_type"),
]


@pytest.mark.parametrize(("changed", "status", "code", "field"), REFUSED)
def test_post_throws_the_response_status(
    site: Site, run: Run, changed: dict[str, str], status: int, code: str, field: str
) -> None:
    report = run(way="post", members=code_request(site.make_code(), **changed))
    assert report["answers"] == [[API_PATH, status]]
    thrown = report["thrown"]["responseStatus"]
    assert (thrown["errorCode"], [one["fieldName"] for one in thrown["errors"]]) == (code, [field] if field else [])
    assert thrown["message"]


@pytest.mark.parametrize(("changed", "status", "code", "field"), REFUSED)
def test_api_gives_the_error(site: Site, run: Run, changed: dict[str, str], status: int, code: str, field: str) -> None:
    report = run(way="api", members=code_request(site.make_code(), **changed))
    assert report["answers"] == [[API_PATH, status]]
    error = report["returned"]["error"]
    assert (error["errorCode"], [one["fieldName"] for one in error["errors"]]) == (code, [field] if field else [])


def get_access_token(code: str, **changed: str) -> Told:
    """An exchange of the DTO GetAccessToken."""
    members = {"AppId": CLIENT_ID, "AppSecret": CLIENT_SECRET, "GrantType": "Code", "Code": code, **changed}
    return {"dto": "GetAccessToken", "members": members}


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/api/GetAccessToken", {"way": "post"}),
        ("/json/reply/GetAccessToken", {"way": "post", "basePath": ""}),
        ("/OAuth/GetAccessToken", {"way": "postToUrl", "url": "/OAuth/GetAccessToken"}),
    ],
)
def test_get_access_token_gives_members_as_they_are_documented(site: Site, run: Run, path: str, told: Told) -> None:
    report = run(**told, **get_access_token(site.make_code()))
    assert report["answers"] == [[path, 200]]
    returned = report["returned"]
    assert (returned["GrantType"], returned["Scope"]) == ("Code", "basic_profile")
    assert returned["ExpiresOnUtc"].endswith("Z")
    assert not {"AppSecret", "AppSecert", "Code"} & set(returned)
    assert site.fetch(returned["AccessToken"])["user_context"] == MEMBER


def test_get_access_token_throws_the_response_status(site: Site, run: Run) -> None:
    report = run(way="post", **get_access_token(site.make_code(), AppSecret="wrong"))
    assert report["answers"] == [["/api/GetAccessToken", 401]]
    assert report["thrown"]["responseStatus"]["errorCode"] == "invalid_client"


def test_its_own_get_access_token_is_refused_for_what_it_lacks(site: Site, run: Run) -> None:
    """On 401 the client renews its bearer token with a DTO of its own, which has the name of ours."""
    members = code_request(site.make_code(), client_secret="wrong")
    report = run(way="post", members=members, refreshToken="a refresh token of ServiceStack's own")
    assert report["answers"] == [[API_PATH, 401], ["/api/GetAccessToken", 400]]
    thrown = report["thrown"]
    assert (thrown["type"], thrown["responseStatus"]["errorCode"]) == ("RefreshTokenException", "NotEmpty")
    fields = [one["fieldName"] for one in thrown["responseStatus"]["errors"]]
    assert fields == ["AppId", "Code", "AppSecret"]


def test_without_npm_nothing_is_installed_and_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert install_once(tmp_path / "npm", HERE).startswith(NOT_RUN)


@pytest.mark.usefixtures("packages")
def test_a_registry_out_of_reach_is_no_failure_and_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{free_port()}/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    assert install_once(tmp_path / "npm", HERE) == f"{NOT_RUN}npm cannot reach its registry (ECONNREFUSED)"


@pytest.mark.usefixtures("packages")
def test_a_package_with_another_hash_than_the_pinned_one_is_a_failure(tmp_path: Path) -> None:
    for name in PINNED:
        (tmp_path / name).write_text((HERE / name).read_text().replace("sha512-1", "sha512-2"))
    with pytest.raises(AssertionError, match="EINTEGRITY"):
        install_once(tmp_path / "npm", pinned=tmp_path)
