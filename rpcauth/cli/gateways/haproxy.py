"""HAProxy, which asks by a script of Lua: `haproxy` is its configuration, `haproxy-lua` the script beside it."""

from __future__ import annotations

from typing import Final

from rpcauth.cli.gateways.plan import COPIED, HEAD, Plan, fill
from rpcauth.config import UnixAddress
from rpcauth.rest.oauth2.gateway_requests import REQUIRE_SCOPE

_CONFIGURATION: Final = """\
# HAProxy 2.6 or newer, built with Lua. Beside this file: rpcauth gateway haproxy-lua > rpcauth.lua
global
    default-path config
    lua-load rpcauth.lua

defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s

frontend clients
    bind <<listen>>
    # In this order: what the client sent is gone before the daemon's headers come. With underscores and dots too: many
    # a server reads them as hyphens.
    http-request del-header ^x[^a-z0-9]auth[^a-z0-9] -m reg
    http-request del-header ^x[^a-z0-9]mashery[^a-z0-9]oauth[^a-z0-9] -m reg
    http-request lua.rpcauth
    acl is_good var(txn.rpcauth_status) -m int 200
    acl is_malformed var(txn.rpcauth_status) -m int 400
    acl is_unknown var(txn.rpcauth_status) -m int 401
    acl is_forbidden var(txn.rpcauth_status) -m int 403
    acl has_challenge var(txn.rpcauth_challenge) -m found
    http-request return status 401 hdr WWW-Authenticate %[var(txn.rpcauth_challenge)] if is_unknown has_challenge
    http-request return status 403 hdr WWW-Authenticate %[var(txn.rpcauth_challenge)] if is_forbidden has_challenge
    http-request return status 403 if is_forbidden
    http-request return status 400 if is_malformed
    http-request return status 503 hdr Retry-After 1 if !is_good
    default_backend upstream

backend upstream
    server upstream <<upstream>>
"""

_SCRIPT: Final = """\
local url = "http://<<authority>><<path>>"
<<dst>>
local copied = {
<<copied>>
}

-- The daemon gets these headers alone: nothing that the client could have written but its token.
local function describe(txn)
    local received = txn.http:req_get_headers()
    local has_tls = txn.f:ssl_fc()
    local scheme = (has_tls == 1 or has_tls == true) and "https" or "http"
    local told = {
        ["x-original-method"] = {txn.f:method()},
        ["x-original-uri"] = {txn.f:pathq()},
        ["x-forwarded-proto"] = {scheme},
<<scope>>
    }
    for _, name in ipairs({"authorization", "host"}) do
        for place = 0, #(received[name] or {}) do
            if received[name] and received[name][place] then
                told[name] = told[name] or {}
                table.insert(told[name], received[name][place])
            end
        end
    end
    return told
end

core.register_action("rpcauth", {"http-req"}, function(txn)
    txn:set_var("txn.rpcauth_status", 503)
    local reply = core.httpclient():get{url = url, dst = dst, headers = describe(txn), timeout = 1500}
    if reply == nil or reply.headers == nil then return end
    local function find(name)
        return reply.headers[name] and reply.headers[name][0]
    end
    -- Only the daemon's own answers have it: whatever else stands at that address denies.
    if find("x-auth-subject") == nil then return end
    txn:set_var("txn.rpcauth_status", reply.status)
    if find("www-authenticate") then txn:set_var("txn.rpcauth_challenge", find("www-authenticate")) end
    if reply.status ~= 200 then return end
    for _, name in ipairs(copied) do
        local value = find(name)
        if value and value ~= "" then txn.http:req_set_header(name, value) end
    end
end)
"""


def render(plan: Plan) -> str:
    """haproxy.cfg."""
    return fill(HEAD + _CONFIGURATION, kind="haproxy", listen=str(plan.listen), upstream=str(plan.upstream))


def render_script(plan: Plan) -> str:
    """rpcauth.lua, which stands beside haproxy.cfg."""
    unix = plan.daemon if isinstance(plan.daemon, UnixAddress) else None
    return fill(
        (HEAD + _SCRIPT).replace("# ", "-- "),
        kind="haproxy-lua",
        authority=str(plan.daemon) if unix is None else "localhost",
        path=plan.path,
        dst="local dst = nil" if unix is None else f'local dst = "unix@{unix.path}"',
        copied="\n".join(f'    "{name.lower()}",' for name in COPIED),
        scope="" if plan.scope is None else f'        ["{REQUIRE_SCOPE.lower()}"] = {{"{plan.scope}"}},',
    )
