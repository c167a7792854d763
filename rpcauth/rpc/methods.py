"""The methods of the contract, §4: wire values in, operations run, results out. Every name on the wire is here.

A method's signature is its parameter list: ordered and named calls bind to it, and what has a default may be missing.
"""

from __future__ import annotations

from functools import cache

import msgspec

from rpcauth.errors import OAuthError
from rpcauth.oauth.grants.implicit import ImplicitRequest
from rpcauth.operations.answers import token_answer
from rpcauth.operations.applications import TokenStatus, check_application, list_user_applications
from rpcauth.operations.authorize import CreateCode, IssueImplicit
from rpcauth.operations.introspect import find_live_token, find_live_tokens
from rpcauth.operations.protect import check_request
from rpcauth.operations.revoke import RevokeToken, RevokeUserApplication
from rpcauth.operations.token import IssueTokens
from rpcauth.operations.update import UpdateToken, unable
from rpcauth.rpc import results
from rpcauth.rpc.binding import Handler
from rpcauth.rpc.code_requests import read_code_request
from rpcauth.rpc.context import read_context, resource_request
from rpcauth.rpc.description.document import describe
from rpcauth.rpc.faults import UnknownToken
from rpcauth.rpc.flows import read_flow
from rpcauth.rpc.invocation import Invocation
from rpcauth.rpc.params import SCOPE, USER_CONTEXT, TokenData
from rpcauth.rpc.token_objects import describe_token
from rpcauth.rpc.where import read_where

LIST_LIMIT = 500
"""Most tokens of one fetchAccessToken."""


async def create_access_token(
    call: Invocation,
    /,
    service_key: object,
    client: object,
    token_data: object,
    uri: object = None,
    user_context: object = None,
    context: object = None,
) -> object:
    read = call.reader
    service = call.service(service_key)
    user = read.optional_text("user_context", user_context, USER_CONTEXT)
    read_context(read, context)
    try:
        target = read.uri(uri)
        data = read.forwarded(TokenData, "token_data", token_data, required=True)
        named = read.client(client)
        request = read_flow(data, target, user)
    except OAuthError as error:
        raise token_answer(error, service) from None
    proof = await call.prove(named)
    call.backend.token_rate.check(proof, call.definitions)
    if isinstance(request, ImplicitRequest):
        implicit = IssueImplicit(service_key=service.service_key, proof=proof, request=request, state=target.state)
        tokens = await call.store.execute(implicit)
        return results.token_result(tokens, target.state, as_redirect=request.as_redirect)
    tokens = await call.store.execute(IssueTokens(service_key=service.service_key, proof=proof, request=request))
    return results.token_result(tokens, target.state)


async def create_authorization_code(
    call: Invocation,
    /,
    service_key: object,
    client: object,
    uri: object = None,
    scope: object = None,
    user_context: object = None,
    response_type: object = None,
    authorization_data: object = None,
    context: object = None,
) -> object:
    read = call.reader
    service = call.service(service_key)
    wanted_scope = read.optional_text("scope", scope, SCOPE)
    user = read.optional_text("user_context", user_context, USER_CONTEXT)
    kind = read.optional_text("response_type", response_type)
    read_context(read, context)
    named = read.client(client)
    request = read_code_request(
        read,
        read.uri(uri),
        scope=wanted_scope,
        user_context=user,
        response_type=kind,
        authorization_data=authorization_data,
    )
    proof = await call.prove(named)
    operation = CreateCode(service_key=service.service_key, proof=proof, request=request)
    return results.code_result(await call.store.execute(operation))


async def fetch_application(
    call: Invocation,
    /,
    service_key: object,
    client: object,
    uri: object = None,
    response_type: object = None,
    context: object = None,
) -> object:
    read = call.reader
    service = call.service(service_key)
    kind = read.optional_text("response_type", response_type)
    read_context(read, context)
    named, target = read.client(client), read.uri(uri)
    application = check_application(
        call.definitions,
        service,
        await call.prove(named),
        redirect_uri=target.redirect_uri,
        state=target.state,
        response_type=kind,
    )
    return results.application_result(application)


async def fetch_access_token(
    call: Invocation, /, service_key: object, access_token: object, context: object = None
) -> object:
    read = call.reader
    service = call.service(service_key)
    if context is not None:
        read_context(read, context)
    if isinstance(access_token, list):
        if len(access_token) > LIST_LIMIT:
            raise read.fail("access_token")
        texts = [read.text("access_token", text) for text in access_token]
        found = await find_live_tokens(call.store, service, texts)
        return [{**describe_token(call, token), "access_token": text} for text, token in found.items()]
    token = await find_live_token(call.store, service, read.text("access_token", access_token))
    if token is None:
        raise UnknownToken
    return describe_token(call, token)


async def validate_request(call: Invocation, /, service_key: object, context: object, scope: object = None) -> object:
    read = call.reader
    service = call.service(service_key)
    required = read.optional_text("scope", scope, SCOPE)
    if context is None:
        raise read.fail("context")
    request = resource_request(read_context(read, context))
    token, text = await check_request(call.store, service, request, required)
    return results.checked_result(token, text, service)


async def update_access_token(
    call: Invocation,
    /,
    service_key: object,
    client: object,
    access_token: object,
    scope: object = None,
    user_context: object = None,
    expires_in: object = None,
    context: object = None,
) -> object:
    read = call.reader
    service = call.service(service_key)
    text = read.text("access_token", access_token)
    wanted_scope = read.optional_text("scope", scope, SCOPE)
    user = read.optional_text("user_context", user_context, USER_CONTEXT)
    seconds = read.optional_seconds("expires_in", expires_in)
    read_context(read, context)
    try:
        named = read.client(client)
    except OAuthError as error:
        raise unable(error) from None
    operation = UpdateToken(
        service_key=service.service_key,
        proof=await call.prove(named),
        token=text,
        scope=wanted_scope,
        user_context=user,
        expires_in=seconds,
    )
    return results.access_token_result(await call.store.execute(operation))


async def fetch_user_applications(
    call: Invocation,
    /,
    service_key: object,
    user_context: object,
    token_status: object = None,
    context: object = None,
) -> object:
    read = call.reader
    service = call.service(service_key)
    user = read.text("user_context", user_context, USER_CONTEXT)
    status = read.optional_text("token_status", token_status) or TokenStatus.ALL.value
    if status not in list(TokenStatus):
        raise read.fail("token_status")
    read_context(read, context)
    held = await list_user_applications(call.store, service, user, TokenStatus(status))
    return [results.user_application_result(one) for one in held]


async def revoke_access_token(
    call: Invocation, /, service_key: object, client: object, access_token: object, context: object = None
) -> object:
    read = call.reader
    service = call.service(service_key)
    text = read.text("access_token", access_token)
    read_context(read, context)
    proof = await call.prove(read.client(client))
    await call.store.execute(RevokeToken(service_key=service.service_key, proof=proof, token=text))
    return True


async def revoke_user_application(
    call: Invocation, /, service_key: object, client: object, user_context: object, context: object = None
) -> object:
    read = call.reader
    service = call.service(service_key)
    user = read.text("user_context", user_context, USER_CONTEXT)
    read_context(read, context)
    proof = await call.prove(read.client(client))
    await call.store.execute(RevokeUserApplication(service_key=service.service_key, proof=proof, user_context=user))
    return True


async def revoke_tokens(call: Invocation, /, service_key: object, where: object, context: object = None) -> object:
    read = call.reader
    service = call.service(service_key)
    operation = read_where(read, where, service.service_key)
    read_context(read, context)
    await call.store.execute(operation)
    return True


async def test_hello(call: Invocation, /) -> object:
    return "Hello!"


async def test_echo(call: Invocation, /, value: object) -> object:
    return value


async def discover(call: Invocation, /) -> object:
    return _discovered()


METHODS: dict[str, Handler] = {
    "oauth2.createAccessToken": create_access_token,
    "oauth2.createAuthorizationCode": create_authorization_code,
    "oauth2.fetchApplication": fetch_application,
    "oauth2.fetchAccessToken": fetch_access_token,
    "oauth2.validateRequest": validate_request,
    "oauth2.updateAccessToken": update_access_token,
    "oauth2.fetchUserApplications": fetch_user_applications,
    "oauth2.revokeAccessToken": revoke_access_token,
    "oauth2.revokeUserApplication": revoke_user_application,
    "oauth2.revokeTokens": revoke_tokens,
    "test.hello": test_hello,
    "test.echo": test_echo,
    "rpc.discover": discover,
}

HANDING_OUT = frozenset({"oauth2.createAccessToken", "oauth2.createAuthorizationCode"})
"""Methods that a notification does not execute: nobody would receive what they hand out."""


@cache
def _discovered() -> msgspec.Raw:
    """The OpenRPC document as JSON: it is the same as long as the program runs."""
    return msgspec.Raw(msgspec.json.encode(describe(METHODS)))
