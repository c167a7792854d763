"""Bodies that were not taken, routes without a service, and trouble that is nobody's fault, in every format."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from rpcauth.rest.ym.facade import YmFacade
from rpcauth.rest.ym.services import TokenServices
from rpcauth.rest.ym.types import Values
from rpcauth.web.basic import ClientCredentials
from tests.negative.surface import COMMIT, denying, find_changed, inserting, read_rows
from tests.rest.ym.conversation import SERVICES, Spoken, code_request, exchange, refuse
from tests.rest.ym.said import FORMATS, NAMES, headers_of, holds, read_reply
from tests.rest.ym.serving import CLIENT_ID, CLIENT_SECRET, NEW_YORK, SETTINGS, Served

every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.dto)
every_format = pytest.mark.parametrize("kind", FORMATS)


# --- bodies that were not taken, and routes without a service ---------------------------------------------------------

REFUSED_BODIES = [
    (400, "SerializationException", "The body did not come in whole."),
    (408, "RequestTimeout", "The body did not come in time."),
    (413, "RequestEntityTooLarge", "The body is larger than this service takes."),
    (429, "TooManyRequests", "Too many requests. Try again later."),
    (415, "UnsupportedMediaType", "The body must not be compressed."),
]


@every_service
@every_format
@pytest.mark.parametrize(("status", "code", "message"), REFUSED_BODIES)
async def test_a_body_that_was_not_taken_is_answered_in_the_negotiated_format(
    served: Served, service: Spoken, kind: str, status: int, code: str, message: str
) -> None:
    said = read_reply(refuse(served, service.path, status, {"Accept": NAMES[kind]}))
    assert (said.kind, said.reply.status, said.reply.reason, said.bare) == (kind, status, None, True)
    assert said.error == {"ErrorCode": code, "Message": message}


@every_format
async def test_a_predefined_route_of_no_operation_is_405_in_its_own_format(served: Served, kind: str) -> None:
    for method in ("POST", "GET"):
        said = read_reply(await served.ask(f"/{kind}/reply/Nope", method=method))
        assert (said.kind, said.reply.status, said.bare) == (kind, 405, True)
        message = "The operation 'Nope' does not exist for this service"
        assert said.error == {"ErrorCode": "NotImplementedException", "Message": message}
        assert headers_of(said.reply)["Allow"] == "POST"
        assert said.members == {}


@every_service
@every_format
async def test_a_predefined_route_takes_post_alone(served: Served, service: Spoken, kind: str) -> None:
    said = read_reply(await served.ask(f"/{kind}/oneway/{service.dto}", method="PUT"))
    assert (said.kind, said.reply.status, said.bare) == (kind, 405, True)
    assert said.error is not None
    message = f"Could not find method named Put({service.dto}) or Any({service.dto}) on Service Svc"
    assert said.error["Message"] == message


@every_service
async def test_a_refusal_has_an_incident_and_a_rule_for_the_log_and_names_a_client_that_is_defined(
    served: Served, service: Spoken
) -> None:
    members = service.say(await code_request(served))
    wrong = {service.name("client_secret"): "wrong"}
    stranger = {service.name("client_id"): "a name of the request"}
    refused = [
        (members | wrong, "client.wrong_secret", CLIENT_ID),
        (members | stranger, "client.unknown", None),
        (members | {service.name("code"): "unknown"}, "code.unknown_or_foreign", CLIENT_ID),
        (
            {name: text for name, text in members.items() if name != service.name("code")},
            "ym.fields_missing",
            CLIENT_ID,
        ),
    ]
    for sent, rule, client_id in refused:
        log = (await exchange(served, service, "json", sent)).reply.log
        assert (log.detail, log.client_id) == (rule, client_id)
        assert re.fullmatch("[0-9a-f]{16}", log.incident or "")
    log = (await exchange(served, service, "json", members)).reply.log
    assert (log.outcome, log.incident, log.client_id) == ("ok", None, CLIENT_ID)


# --- what is nobody's fault -------------------------------------------------------------------------------------------


@every_service
async def test_a_client_that_guesses_is_told_when_to_come_back(served: Served, service: Spoken) -> None:
    members = service.say(await code_request(served))
    for number in range(30):
        guess = members | {service.name("client_secret"): f"guess {number}"}
        assert (await exchange(served, service, "json", guess)).reply.status == 401
    for kind in FORMATS:
        said = await exchange(served, service, kind, guess)
        assert (said.reply.status, said.reply.reason, said.bare) == (429, "TooManyRequests", False)
        message = "Too many requests. Try again later."
        assert said.error == {"ErrorCode": "TooManyRequests", "Message": message, "Errors": []}
        assert 0 < int(headers_of(said.reply)["Retry-After"]) <= 60
    served.provider.clock.advance(seconds=int(headers_of(said.reply)["Retry-After"]))
    assert (await exchange(served, service, "json", members)).reply.status == 200


@every_service
@every_format
async def test_when_a_commit_fails_nobody_knows_and_the_next_write_is_refused(
    served: Served, service: Spoken, kind: str
) -> None:
    members = service.say(await code_request(served))
    with denying(served.provider, COMMIT):
        unknown = await exchange(served, service, kind, members)
        not_done = await exchange(served, service, kind, members)
    for said in (unknown, not_done):
        assert (said.reply.status, said.reply.reason, said.bare) == (503, "ServiceUnavailable", False)
        assert said.code == "ServiceUnavailable"
        assert headers_of(said.reply)["Retry-After"] == "1"
        assert not holds(said.reply, members[service.name("code")])
    messages = [said.error["Message"] for said in (unknown, not_done) if said.error is not None]
    assert messages == [
        "It is not known whether this request was carried out.",
        "The service cannot answer now. Nothing was changed; try again.",
    ]
    again = await exchange(served, service, kind, members)
    assert again.reply.status == 200


@every_service
@every_format
@pytest.mark.parametrize("table", ["access_tokens", "grants"])
async def test_a_transaction_that_fails_is_a_503_and_costs_nobody_a_code(
    served: Served, service: Spoken, kind: str, table: str
) -> None:
    members = service.say(await code_request(served))
    before = read_rows(served.provider)
    with denying(served.provider, inserting(table)):
        said = await exchange(served, service, kind, members)
    assert (said.reply.status, said.code) == (503, "ServiceUnavailable")
    assert find_changed(before, read_rows(served.provider)) <= {"keys"}
    assert (await exchange(served, service, kind, members)).reply.status == 200


@every_service
async def test_a_closed_store_is_a_503(served: Served, service: Spoken) -> None:
    members = service.say(await code_request(served))
    await served.provider.store.close()
    for kind in FORMATS:
        said = await exchange(served, service, kind, members)
        assert (said.reply.status, said.code) == (503, "ServiceUnavailable")


class Broken(TokenServices):
    """Services with a defect that talks too much. They get nowhere, so they need nothing."""

    def __init__(self) -> None:
        pass

    async def get_oidc_access_token(self, values: Values, basic: ClientCredentials | None) -> Values:
        raise ValueError(f"hunter2 {values}")

    async def get_access_token(self, values: Values) -> Values:
        raise LookupError(f"hunter2 {values}")


@every_service
@every_format
async def test_a_defect_is_told_by_an_incident_and_by_nothing_else(
    served: Served, service: Spoken, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = served.provider.store.now
    damaged = replace(served, facade=YmFacade(Broken(), served.id_tokens, SETTINGS, clock=clock, zone=NEW_YORK))
    members = service.say(await code_request(served))
    said = await exchange(damaged, service, kind, members)
    assert (said.reply.status, said.reply.reason, said.bare) == (500, "InternalServerError", False)
    assert said.error is not None
    incident = said.error["Meta"]["Incident"]
    assert re.fullmatch("[0-9a-f]{16}", incident)
    assert said.error["Message"] == "The request failed. The incident is in the log."
    assert said.reply.log.incident == incident
    assert incident in caplog.text
    assert "hunter2" not in caplog.text
    assert not holds(said.reply, "hunter2")
    assert CLIENT_SECRET not in caplog.text
