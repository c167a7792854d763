"""Whatever is wrong with a request, its answer has the status, words and shape of the table, in every format."""

from __future__ import annotations

import re

import pytest

from rpcauth.web.messages import HttpReply
from tests.negative.surface import find_changed, read_rows
from tests.rest.ym.conversation import OWN_CLIENT, SERVICES, Spoken, code_request, exchange, type_of, write_body
from tests.rest.ym.refusals import CODE_INVALID, REFUSALS, Refusal
from tests.rest.ym.said import FORMATS, NAMES, Said, headers_of, holds, read_reply
from tests.rest.ym.serving import Served
from tests.support.leaks import find_tokens

CASES = [
    pytest.param(row, service, id=f"{service.dto}: {name}")
    for name, row in REFUSALS.items()
    for service in row.services
]
every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.dto)
every_format = pytest.mark.parametrize("kind", FORMATS)


def check_refusal(row: Refusal, service: Spoken, said: Said) -> None:
    """Status, reason, kind of body, words, fields; in JSON of the OIDC service OAuth's words too."""
    names = {name: service.name(name) for name in (*row.fields, "grant_type")}
    message = row.message.format(**names) + (f" '{service.dto}'" if row.bare else "")
    assert (said.reply.status, said.reply.reason, said.bare) == (row.status, None if row.bare else row.code, row.bare)
    assert said.error is not None
    assert (said.code, said.error["Message"]) == (row.code, message)
    entries = said.error.get("Errors", [])
    assert [one["FieldName"] for one in entries] == [names[field] for field in row.fields]
    assert [one["Message"] for one in entries] == [text.format(**names) for text in row.shown]
    assert {one["ErrorCode"] for one in entries} <= {row.code}
    spoken = (row.oauth, message) if service.dto == "OIDCGetAccessToken" and said.kind in ("json", "html") else None
    assert spoken == _oauth_of(said)


def _oauth_of(said: Said) -> tuple[str, str] | None:
    if "error" not in said.members:
        return None
    return said.members["error"], said.members["error_description"]


def check_nothing_told(reply: HttpReply, members: dict[str, str]) -> None:
    """No secret of the request, and no token at all."""
    assert find_tokens(reply.body) == set()
    for name in ("code", "refresh_token", "client_secret", "Code", "RefreshToken", "AppSecret"):
        assert len(members.get(name, "")) < 6 or not holds(reply, members[name])


@pytest.mark.parametrize(("row", "service"), CASES)
async def test_a_bad_request_is_refused_by_the_table_in_every_format(
    served: Served, row: Refusal, service: Spoken
) -> None:
    await served.ask("/.well-known/jwks", method="GET")
    for kind in FORMATS:
        members = service.say(await row.make(served))
        before = read_rows(served.provider)
        said = await exchange(served, service, kind, members)
        check_refusal(row, service, said)
        assert find_changed(before, read_rows(served.provider)) == row.changes
        check_nothing_told(said.reply, members)
        assert "WWW-Authenticate" not in headers_of(said.reply)
        assert headers_of(said.reply)["Pragma"] == "no-cache"


@every_service
async def test_all_codes_that_buy_nothing_get_the_same_answer(served: Served, service: Spoken) -> None:
    rows = [row for row in REFUSALS.values() if row.message == CODE_INVALID and service in row.services]
    answers = set()
    for row in rows:
        said = await exchange(served, service, "json", service.say(await row.make(served)))
        answers.add(re.sub(rb'"DateCached":"[^"]*"', b"", said.reply.body))
    assert len(rows) > 5
    assert len(answers) == 1


@every_service
@every_format
async def test_an_empty_secret_and_an_empty_code_are_missing(served: Served, service: Spoken, kind: str) -> None:
    members = service.say(await code_request(served) | {"code": "", "client_secret": ""})
    said = await exchange(served, service, kind, members)
    assert (said.reply.status, said.code) == (400, "NotEmpty")
    assert said.fields == [service.name("code"), service.name("client_secret")]


@every_service
@every_format
async def test_a_missing_member_has_its_name_in_meta(served: Served, service: Spoken, kind: str) -> None:
    said = await exchange(served, service, kind, service.say(OWN_CLIENT | {"grant_type": "authorization_code"}))
    assert said.error is not None
    (entry,) = said.error["Errors"]
    assert entry["Meta"] == {"PropertyName": service.name("code")}


# --- bodies that are not of their format ------------------------------------------------------------------------------

XML_NAMESPACE = b'xmlns="http://schemas.datacontract.org/2004/07/YM.Web.Services.Ams"'
MALFORMED = {
    "json": [
        b"{",
        b'{"code":',
        b"[]",
        b'"code"',
        b"null",
        b"{} {}",
        b'{"code":"\xff"}',
        b'{"code":"\\ud800"}',
        b'{"code":NaN}',
        b"{'code':'x'}",
        b'{"a":' * 17 + b"1" + b"}" * 17,
        b'{"a":' * 30_000,
    ],
    "jsv": [b"code", b"{code}", b"{code:x,}", b"{code:x}}", b"{code:x}trail", b'{code:"x}', b"\xff", b"{a:" * 20_000],
    "csv": [b'code\r\n"x', b'code\r\n"x"y', b"\xff\xfe", b'{"code":'],
    "xml": [
        b"<",
        b"<%s %s>" % (b"{dto}", XML_NAMESPACE),
        b"<Other %s/>" % XML_NAMESPACE,
        b'<{dto} xmlns="urn:other"/>',
        b"<!DOCTYPE x><{dto}/>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><{dto}><code>&a;</code></{dto}>",
        b"<{dto}><code>&a;</code></{dto}>",
        b"<{dto}>text</{dto}>",
        b"<{dto}/><{dto}/>",
        b"<{dto}>" + b"<a>" * 17 + b"</a>" * 17 + b"</{dto}>",
    ],
    "html": [b"code=%ff", b"code=\xff", b"&".join(b"a%d=1" % number for number in range(201))],
}


@every_service
@every_format
async def test_a_malformed_body_is_refused_in_the_negotiated_format(served: Served, service: Spoken, kind: str) -> None:
    before = read_rows(served.provider)
    for body in MALFORMED[kind]:
        content_type = type_of(kind)
        headers = {"Content-Type": f"{content_type}; charset=utf-8", "Accept": NAMES[kind]}
        sent = body.replace(b"{dto}", service.dto.encode())
        said = read_reply(await served.ask(service.path, sent, headers))
        assert (said.kind, said.reply.status, said.reply.reason, said.bare) == (kind, 400, None, True), body
        message = f"Could not deserialize '{content_type}' request using {service.dto}"
        assert said.error == {"ErrorCode": "SerializationException", "Message": message}
    assert find_changed(before, read_rows(served.provider)) == set()


@every_service
async def test_a_content_type_that_is_no_media_type_is_not_sent_back(served: Served, service: Spoken) -> None:
    target = f"/json/reply/{service.dto}"
    for name in ("<script>", "a/b\r\nX: y", "x" * 200 + "/y", "näme/x"):
        reply = await served.ask(target, b"{", {"Content-Type": name})
        said = read_reply(reply)
        assert said.error is not None
        assert said.error["Message"] == f"Could not deserialize 'unknown' request using {service.dto}"


@every_service
async def test_a_body_of_an_unknown_type_is_not_read(served: Served, service: Spoken) -> None:
    """As the original does: what is missing is missing."""
    members = service.say(await code_request(served))
    for headers in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/octet-stream"}):
        said = read_reply(await served.ask(service.path, write_body("json", service.dto, members), headers))
        assert said.code == "NotEmpty"


@every_service
@every_format
async def test_a_wrong_shape_of_a_secret_is_refused_without_showing_it(
    served: Served, service: Spoken, kind: str
) -> None:
    """What does not convert is shown again, but for the members that are nobody's business."""
    secret = service.name("client_secret")
    for body in (f'{{"{secret}":["hunter2-hunter2"]}}', f'{{"{service.name("code")}":{{"a":"hunter2-hunter2"}}}}'):
        headers = {"Content-Type": "application/json", "Accept": NAMES[kind]}
        said = read_reply(await served.ask(service.path, body, headers))
        assert (said.reply.status, said.code, said.bare) == (400, "SerializationException", True)
        assert len(said.fields) == 1
        assert not holds(said.reply, "hunter2")


async def test_a_wrong_shape_of_a_code_verifier_is_refused_without_showing_it(served: Served) -> None:
    headers = {"Content-Type": "application/json"}
    said = read_reply(await served.ask(body='{"code_verifier":["hunter2-hunter2"]}', headers=headers))
    assert (said.code, said.fields) == ("SerializationException", ["code_verifier"])
    assert not holds(said.reply, "hunter2")


async def test_a_value_that_is_shown_again_is_cut_and_harmless(served: Served) -> None:
    members = {"Device": "<script>" + "x" * 500}
    said = read_reply(await served.ask(body=write_body("form", "", members), headers=_html_form()))
    assert said.error is not None
    (entry,) = said.error["Errors"]
    assert entry["Message"] == f"'<script>{'x' * 56}…' is an Invalid value for 'Device'"
    assert b"<script>" not in said.reply.body


async def test_a_token_in_the_wrong_member_is_not_shown_again(served: Served) -> None:
    code = await served.provider.issue_code()
    said = read_reply(await served.ask(body=write_body("form", "", {"Device": code}), headers=_html_form()))
    assert said.fields == ["Device"]
    assert not holds(said.reply, code)


def _html_form() -> dict[str, str]:
    return {"Content-Type": type_of("form"), "Accept": "text/html"}
