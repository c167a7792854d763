"""The sections of the configuration: one Struct each. The fields are the whole truth about the settings.

Names, types, bounds, defaults and the line of explanation in each description make the reader, `config default`,
`config show` and config.example.toml. Times are seconds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rpcauth.config.address import Address, BaseUrl, Source, SqliteUrl, TcpAddress, UnixAddress

_DAY = 86_400
_MEBIBYTE = 1024 * 1024


class Tls(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """TLS on every TCP address of [server] listen."""

    certificate: Annotated[
        Path | None, Meta(description="PEM file: the certificate and its chain.", examples=["tls/server.crt"])
    ] = None
    key: Annotated[Path | None, Meta(description="PEM file: its private key.", examples=["tls/server.key"])] = None
    client_ca: Annotated[
        Path | None,
        Meta(
            description="PEM file: authorities of client certificates, for callers of proof mtls; unset: none asked.",
            examples=["tls/clients-ca.crt"],
        ),
    ] = None


Timeout = Annotated[float, Meta(gt=0, le=_DAY)]


class Server(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Listening, and the bounds of one request."""

    listen: Annotated[
        tuple[Address, ...], Meta(min_length=1, description='Where callers connect: "host:port" and "unix:/path".')
    ] = (TcpAddress(host="127.0.0.1", port=8700),)
    admin: Annotated[
        UnixAddress, Meta(description="The socket for commands that change something (0600, peer uid checked).")
    ] = UnixAddress(path=Path("var/admin.sock"))
    allowed_origins: Annotated[
        tuple[str, ...], Meta(description='Web origins whose pages may call, such as "https://console.example.com".')
    ] = ()
    behind_tls_proxy: Annotated[
        bool, Meta(description="true: a proxy in front speaks TLS, so TCP beyond loopback may be plain here.")
    ] = False
    trusted_proxies: Annotated[
        tuple[Source, ...],
        Meta(description='Proxies whose X-Forwarded-For names the sender: addresses, networks, and "unix".'),
    ] = ()
    workers: Annotated[int, Meta(ge=1, le=1024, description="Processes. This version serves with one.")] = 1
    body_limit: Annotated[
        int, Meta(ge=1024, le=64 * _MEBIBYTE, description="Bytes of a request's body; a longer one is 413.")
    ] = 65_536
    batch_limit: Annotated[int, Meta(ge=1, le=10_000, description="Calls in one batch; more are refused whole.")] = 100
    body_timeout: Annotated[
        Timeout, Meta(description="Seconds for a body to arrive whole, else 408, and for an answer to be taken.")
    ] = 10
    header_timeout: Annotated[
        Timeout, Meta(description="Seconds for a TLS handshake, and for the head of a request.")
    ] = 15
    idle_timeout: Annotated[
        Timeout, Meta(description="Seconds that a connection without a request stays open (keep-alive).")
    ] = 75
    request_timeout: Annotated[
        Timeout, Meta(description="Seconds that one request may wait for the store before it is answered -32003.")
    ] = 30
    drain_timeout: Annotated[
        Timeout, Meta(description="Seconds that open requests have to finish in after SIGTERM.")
    ] = 20
    max_connections: Annotated[
        int,
        Meta(
            ge=1, le=1_000_000, description="Open connections over all addresses; further ones are closed as they come."
        ),
    ] = 4096
    cache_seconds: Annotated[
        int,
        Meta(ge=0, le=_DAY, description="Seconds that callers may cache a fetchAccessToken answer (cache_until)."),
    ] = 0
    tls: Tls = Tls()


class Storage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The store of grants, tokens and definitions."""

    url: Annotated[
        SqliteUrl, Meta(description="A SQLite file: sqlite:///relative/path or sqlite:////absolute/path.")
    ] = SqliteUrl(path=Path("var/rpcauth.db"))
    node: Annotated[
        int, Meta(ge=0, le=1023, description="This daemon's number in token ids: no two daemons on one store share it.")
    ] = 0
    durability: Annotated[
        Literal["full", "strict"],
        Meta(description='"full": a commit is on disk before it is answered. "strict" needs PostgreSQL.'),
    ] = "full"


class Keys(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The master key: 64 hex digits, in a systemd credential or in a file."""

    credential: Annotated[
        str,
        Meta(description="The credential of this name is taken where the service manager gives one (LoadCredential=)."),
    ] = "master-key"
    file: Annotated[Path, Meta(description="Otherwise this file, which only its owner may read (0600).")] = Path(
        "var/master.key"
    )


class Log(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is written to stderr. Never a token or a secret."""

    format: Annotated[Literal["json", "text"], Meta(description='"json": one object a line. "text": for reading.')] = (
        "json"
    )
    level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description='"debug", "info", "warning" or "error".')
    ] = "info"


class Audit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The record of all that was issued, refreshed, spent, revoked and changed: tokens by id only."""

    enabled: Annotated[
        bool,
        Meta(description="false: no record is kept, and a store that lost its end, or pages, is not noticed."),
    ] = True
    path: Annotated[
        Path,
        Meta(description="A file that is only appended to; another disk is best. A new name begins a new file."),
    ] = Path("var/audit.log")


class Metrics(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Numbers and health for programs that watch over this one; nobody proves anything there."""

    listen: Annotated[
        Address | None,
        Meta(
            description="Where /metrics, /livez and /readyz are served, over plain HTTP; unset: nowhere.",
            examples=["127.0.0.1:8710"],
        ),
    ] = None


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bounds on work that a caller can cause."""

    argon2_concurrency: Annotated[
        int, Meta(ge=1, le=64, description="Human-chosen secrets verified at once, 19 MiB and a core each.")
    ] = 2
    client_failures: Annotated[
        int, Meta(ge=1, le=60_000, description="Failed authentications a minute of one client; more are -32002.")
    ] = 30
    client_rate: Annotated[
        float, Meta(ge=0, le=1_000_000, description="Token requests a second of one client; more are -32002. 0: any.")
    ] = 0
    client_burst: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Token requests that a client may send at once, before that counts.")
    ] = 20
    caller_rate: Annotated[
        float, Meta(ge=0, le=1_000_000, description="Calls a second of one caller; more are -32002. 0: any.")
    ] = 0
    caller_burst: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Calls that a caller may send at once, before that counts.")
    ] = 100
    address_failures: Annotated[
        int,
        Meta(
            ge=0,
            le=60_000,
            description="Wrong credentials a minute from one address; then it is not looked at (-32002). 0: any.",
        ),
    ] = 600
    queue: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Operations that may wait for the store; more are answered -32003.")
    ] = 4096
    queue_wait: Annotated[
        Timeout,
        Meta(description="Seconds that a backlog may keep operations waiting, before further ones are -32003."),
    ] = 1


class OAuth2(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The provider as the world sees it."""

    enabled: Annotated[
        bool,
        Meta(description="true: introspection and revocation are served (RFC 7662, 7009), under each service's path."),
    ] = False
    base_url: Annotated[
        BaseUrl | None,
        Meta(
            description="How the world reaches this daemon (unset: its first TCP address). "
            "Default issuer: {base_url}/services/{service_key}.",
            examples=["https://auth.example.com"],
        ),
    ] = None


class Console(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The console in a browser, for whoever `rpcauth console` gives a key."""

    listen: Annotated[
        TcpAddress | None,
        Meta(
            description="Where it is: an address of this machine alone; unset: there is none.",
            examples=["127.0.0.1:8702"],
        ),
    ] = None


class ScopeRoute(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The scope that requests need whose path begins with `prefix`; no methods mean all, no scope means none."""

    prefix: Annotated[str, Meta(max_length=512)]
    methods: tuple[str, ...] = ()
    scope: Annotated[str, Meta(max_length=1024)] | None = None


class Authz(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answers to gateways that ask about each request (nginx auth_request, Caddy forward_auth, Envoy ext_authz)."""

    enabled: Annotated[bool, Meta(description="true: /authz and /services/{service_key}/authz are served.")] = False
    service_key: Annotated[
        str | None, Meta(description="The service that the bare /authz is about.", examples=["members"])
    ] = None
    trusted: Annotated[
        tuple[Source, ...],
        Meta(description='Gateways whose word counts on what was asked for: addresses, networks, and "unix".'),
    ] = (Source("127.0.0.1"), Source("::1"), Source("unix"))
    scopes: Annotated[
        tuple[ScopeRoute, ...],
        Meta(
            description='The first that fits counts: {prefix = "/v1/", methods = ["GET"], scope = "read"}; none: any.'
        ),
    ] = ()
    deny_status_for_nginx: Annotated[
        bool, Meta(description="true: denied is always 401 or 403, the only ones that nginx takes. Also: ?deny=nginx.")
    ] = False


class Ym(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The YM REST services, for the clients of one service."""

    enabled: Annotated[bool, Meta(description="true: they are served, at the paths of the original.")] = False
    service_key: Annotated[
        str | None, Meta(description="The service whose applications they serve.", examples=["members"])
    ] = None
    default_content_type: Annotated[
        Literal["application/json", "text/html"],
        Meta(description='What a request that names no format is answered with. Of the original: "text/html".'),
    ] = "application/json"
    server_id: Annotated[
        str | None,
        Meta(description="ServerID in the answers; unset: made from the host's name.", examples=["WS-6-183-431"]),
    ] = None
    using_redis: Annotated[bool, Meta(description="UsingRedis in the answers.")] = False
    expose_server_info: Annotated[
        bool, Meta(description="false: the answers tell nothing of the server (ServerID, AppInitTime).")
    ] = True
    oauth_error_fields: Annotated[
        bool, Meta(description="true: JSON errors carry error and error_description too, for standard OAuth clients.")
    ] = True
    secrets_in_query: Annotated[
        bool, Meta(description="true: secrets, codes and tokens may stand in the query, and so in logs on their way.")
    ] = False
    jsonp: Annotated[
        bool, Meta(description="true: ?callback= gives a script, which the pages of any site can read.")
    ] = False
