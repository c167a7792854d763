"""What a request to the endpoints must be: a POST with a form, read whole or not at all."""

from __future__ import annotations

import time

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from rpcauth.web.messages import HttpRequest
from tests.rest.oauth2.asking import CALLER, OWNER, Answer, House

ENDPOINTS = pytest.mark.parametrize("endpoint", ["introspect", "revoke"])


@ENDPOINTS
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
async def test_only_post_is_taken(house: House, endpoint: str, method: str) -> None:
    answer = await house.post(endpoint, {"token": "x"}, OWNER, method=method)
    assert (answer.error, answer.header("Allow")) == ((405, "invalid_request"), "POST")


@ENDPOINTS
@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded2",
    ],
)
async def test_only_a_form_is_taken(house: House, endpoint: str, content_type: str | None) -> None:
    answer = await house.post(endpoint, {"token": "x"}, OWNER, content_type=content_type)
    assert (answer.error, answer.reply.log.detail) == ((400, "invalid_request"), "form.content_type")


@ENDPOINTS
@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded; charset=UTF-8", "APPLICATION/X-WWW-Form-Urlencoded"]
)
async def test_a_form_may_be_called_by_its_full_name(house: House, endpoint: str, content_type: str) -> None:
    assert (await house.post(endpoint, {"token": "x"}, OWNER, content_type=content_type)).status == 200


@ENDPOINTS
@pytest.mark.parametrize("name", ["token", "tokens", "client_secret", "client_assertion", "%74oken", "a=b&token"])
async def test_a_secret_in_the_query_is_refused(house: House, endpoint: str, name: str) -> None:
    for form, headers in (({"token": "x"}, (OWNER,)), ({}, ())):
        answer = await house.post(endpoint, form, *headers, query=f"{name}=x")
        assert (answer.error, answer.reply.log.detail) == ((400, "invalid_request"), "form.in_query")


@ENDPOINTS
async def test_what_else_stands_in_the_query_does_not_count(house: House, endpoint: str) -> None:
    assert (await house.post(endpoint, {"token": "x"}, OWNER, query="a=token&tokenx=1&client_id=other")).status == 200
    assert (await house.post(endpoint, {"token": "x"}, query="client_id=client")).error == (401, "invalid_client")


@ENDPOINTS
@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"\xff", "form.unreadable"),
        (b"token=%ff", "form.unreadable"),
        (b"&".join(b"a%d=1" % number for number in range(601)), "form.unreadable"),
        (b"token=x&token=y", "form.repeated"),
        (b"token=x&%74oken=y", "form.repeated"),
        (b"token=" + b"x" * 513, "form.too_long"),
        (b"token=x&other=" + b"x" * 513, "form.too_long"),
        (b"", "form.no_token"),
        (b'{"token":"x"}', "form.no_token"),
    ],
)
async def test_a_form_that_cannot_be_read_is_refused_whole(
    house: House, endpoint: str, body: bytes, detail: str
) -> None:
    answer = await house.post(endpoint, body, OWNER)
    assert (answer.error, answer.reply.log.detail) == ((400, "invalid_request"), detail)


@ENDPOINTS
@pytest.mark.parametrize(
    "body",
    [
        b"&".join(b"%d=" % number for number in range(9000)),
        b"&".join([b"token=x"] * 8000),
        b"&" * 65_536,
        b"%" * 65_536,
        b"token=" + b"%41" * 21_000,
    ],
    ids=["many fields", "one field many times", "only ampersands", "only percents", "all encoded"],
)
async def test_no_form_of_64_kib_costs_more_than_milliseconds(house: House, endpoint: str, body: bytes) -> None:
    begun = time.process_time()
    for _ in range(5):
        assert (await house.post(endpoint, body, CALLER)).status in (400, 401)
    assert (time.process_time() - begun) / 5 < 0.05


@ENDPOINTS
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, "invalid_request"),
        (408, "invalid_request"),
        (413, "invalid_request"),
        (415, "invalid_request"),
        (429, "temporarily_unavailable"),
    ],
)
async def test_a_body_that_was_not_taken_is_told_so(house: House, endpoint: str, status: int, error: str) -> None:
    request = HttpRequest(
        method="POST", path=f"/services/service/oauth2/{endpoint}", query="", headers=CIMultiDictProxy(CIMultiDict())
    )
    answer = Answer(house.facade.refuse(request, status))
    assert answer.error == (status, error)
