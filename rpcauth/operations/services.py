"""Getting the service that a call is about and the client that it names, inside its operation."""

from __future__ import annotations

from rpcauth.errors import CallerRefused, ErrorCode, OAuthError
from rpcauth.model import Application, Definitions, Service
from rpcauth.oauth.client import ClientProof, check_identified
from rpcauth.operations.answers import token_answer


def get_service(definitions: Definitions, service_key: str) -> Service:
    """The service. Raises CallerRefused: an unknown service_key is answered like one that is not the caller's."""
    service = definitions.services.get(service_key)
    if service is None:
        raise CallerRefused("service.unknown")
    return service


def get_identified(definitions: Definitions, service: Service, proof: ClientProof) -> Application:
    """The application that a call names where no authentication is asked for.

    Raises unauthorized_client for an unknown one; AnsweredError with invalid_client for a secret that is wrong.
    """
    try:
        return check_identified(definitions, service, proof)
    except OAuthError as error:
        raise token_answer(error, service) if error.code is ErrorCode.INVALID_CLIENT else error from None
