"""Which client may do what: existence, standing, proof, and the grants that it may use (RFC 6749 §2, §3.2.1)."""

from __future__ import annotations

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.frozen import dataclass
from rpcauth.model import Application, ClientSecret, Definitions, GrantType, Service


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientProof:
    """What a request showed of its client: the id, whether a secret came with it, and which live secret that is.

    Verifying a secret may take milliseconds, so it is done before the operation; the operation then asks only
    whether the matched secret is still one of the application's.
    """

    client_id: str
    secret_given: bool = False
    matched: ClientSecret | None = None


INVALID_CLIENT = "Client authentication failed"
UNKNOWN_CLIENT = "Invalid client identifier"


def find_application(definitions: Definitions, service: Service, client_id: str) -> Application | None:
    """The application, if it is there, enabled, and may use the service."""
    application = definitions.applications.get(client_id)
    if application is None or application.disabled or service.service_key not in application.services:
        return None
    return application


def check_authenticated(definitions: Definitions, service: Service, proof: ClientProof) -> Application:
    """The application that the proof proves; a public one proves itself by its id alone, and sends no secret.

    Raises invalid_client, one answer for an unknown client, a wrong secret and a missing one.
    """
    application = find_application(definitions, service, proof.client_id)
    if application is None:
        raise OAuthError(ErrorCode.INVALID_CLIENT, INVALID_CLIENT, "client.unknown")
    if application.public and proof.secret_given:
        raise OAuthError(ErrorCode.INVALID_CLIENT, INVALID_CLIENT, "client.public_with_secret")
    if not application.public and (proof.matched is None or proof.matched not in application.secrets):
        detail = "client.wrong_secret" if proof.secret_given else "client.no_secret"
        raise OAuthError(ErrorCode.INVALID_CLIENT, INVALID_CLIENT, detail)
    return application


def check_identified(definitions: Definitions, service: Service, proof: ClientProof) -> Application:
    """The application that a request names; a secret that is given must be right.

    Raises unauthorized_client for an unknown client, invalid_client for a wrong secret.
    """
    application = find_application(definitions, service, proof.client_id)
    if application is None:
        raise OAuthError(ErrorCode.UNAUTHORIZED_CLIENT, UNKNOWN_CLIENT, "client.unknown")
    if proof.secret_given and (proof.matched is None or proof.matched not in application.secrets):
        raise OAuthError(ErrorCode.INVALID_CLIENT, INVALID_CLIENT, "client.wrong_secret")
    return application


def check_grant_type(service: Service, application: Application, grant_type: GrantType, asked: ErrorCode) -> None:
    """Whether service and application allow a grant type.

    `asked` is the refusal for the service: unsupported_grant_type, or unsupported_response_type where the request
    asked by response_type. Raises unauthorized_client when only this application may not (RFC 6749 §5.2).
    """
    if grant_type not in service.grant_types:
        raise OAuthError(asked, "The service does not offer this flow", "flow.not_enabled")
    if application.grant_types is not None and grant_type not in application.grant_types:
        text = "The client is not authorized to use this flow"
        raise OAuthError(ErrorCode.UNAUTHORIZED_CLIENT, text, "flow.not_for_this_client")
