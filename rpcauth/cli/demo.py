"""`make run`: a daemon with the demo definitions and its data in var/, and lines to paste into another shell."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

import rpcauth
from rpcauth.cli.failures import reported
from rpcauth.cli.options import load_config, read_text, say

FOLDER = Path("var")
CONFIGURATION = """\
# The configuration of `make run`, written once: change it as you like. Every setting: config.example.toml.
[server]
listen = ["127.0.0.1:8700"]
admin = "unix:admin.sock"

[storage]
url = "sqlite:///rpcauth.db"

[keys]
file = "master.key"

[ym]
enabled = true
service_key = "rmeqcgpw3zu2y47y9bs8vs2h"

[log]
format = "text"
"""
LINES = r"""
The demo listens on {url} and ends with Ctrl-C. Paste what follows into another shell, in this folder:

# 1. The user has logged in on your page: create a code. Parameters may be ordered, here with curl
reply=$(curl -sS -u demo:demo-secret {url} -d '{
  "jsonrpc": "2.0", "id": 1, "method": "oauth2.createAuthorizationCode",
  "params": ["rmeqcgpw3zu2y47y9bs8vs2h", {"client_id": "tkr7f25gd6452zy8rjsf7bwd"},
             {"redirect_uri": "https://client.example.com/cb", "state": "xyz"}, "read", "user12345", "code"]}')
echo "$reply"
code=$(echo "$reply" | sed 's/.*"code":"\([^"]*\)".*/\1/')

# 2. The client comes back with the code: redeem it. Parameters may be named, here with rpcauth call
export RPCAUTH_URL={url} RPCAUTH_CALLER=demo RPCAUTH_SECRET_FILE={secret}
reply=$({rpcauth} call oauth2.createAccessToken service_key=rmeqcgpw3zu2y47y9bs8vs2h \
  client.client_id=tkr7f25gd6452zy8rjsf7bwd client.client_secret=q13rupuifd \
  token_data.grant_type=authorization_code token_data.code="$code" \
  uri.redirect_uri=https://client.example.com/cb)
echo "$reply"
token=$(echo "$reply" | sed -n 's/.*"access_token": "\([^"]*\)".*/\1/p')

# 3. On every API request: what does the token stand for
{rpcauth} call oauth2.fetchAccessToken service_key=rmeqcgpw3zu2y47y9bs8vs2h access_token="$token"

# 4. Revoke it; from then on it is an Invalid Access Token
{rpcauth} call oauth2.revokeAccessToken service_key=rmeqcgpw3zu2y47y9bs8vs2h \
  client.client_id=tkr7f25gd6452zy8rjsf7bwd access_token="$token"
{rpcauth} call oauth2.fetchAccessToken service_key=rmeqcgpw3zu2y47y9bs8vs2h access_token="$token"
"""
YM_LINES = r"""
# 5. The same through the YM route: another code, redeemed as a client of YourMembership does
code=$({rpcauth} call oauth2.createAuthorizationCode service_key=rmeqcgpw3zu2y47y9bs8vs2h \
  client.client_id=tkr7f25gd6452zy8rjsf7bwd uri.redirect_uri=https://client.example.com/cb \
  scope=basic_profile user_context=user12345 response_type=code | sed -n 's/.*"code": "\([^"]*\)".*/\1/p')
curl -sS {base}/OAuth/GetAccessToken \
  -d AppId=tkr7f25gd6452zy8rjsf7bwd -d AppSecret=q13rupuifd -d GrantType=Code -d Code="$code"
"""


@click.command()
def demo() -> None:
    """Serve the demo definitions from var/ in this folder."""
    with reported():
        _run(FOLDER)


def _run(folder: Path) -> None:
    from rpcauth.cli.administration import administer
    from rpcauth.cli.serve import run
    from rpcauth.errors import ConfigurationInvalid

    config = load_config(_prepare(folder))
    definitions = Path(rpcauth.__file__).parent.parent / "definitions.example.toml"
    params = {"toml": read_text(definitions), "source": definitions.name}
    for line in administer(config, "admin.apply", params, prepares=True)["changes"]:
        say(line)
    try:
        run(config, lambda addresses: click.echo(_lines(addresses, folder, with_ym=config.ym.enabled)))
    except ConfigurationInvalid as error:
        another = "another address for this once: RPCAUTH_SERVER__LISTEN='[\"127.0.0.1:8701\"]' make run"
        raise ConfigurationInvalid([*error.problems, another]) from None


def _prepare(folder: Path) -> Path:
    """The configuration file. It and the demo caller's secret are written where they are not there yet."""
    folder.mkdir(exist_ok=True)
    file, secret = folder / "rpcauth.toml", _secret_file(folder)
    if not file.exists():
        file.write_text(CONFIGURATION, "utf-8")
        say(f"wrote {file}")
    if not secret.exists():
        secret.touch(0o600)
        secret.write_text("demo-secret\n", "utf-8")
    return file


def _lines(addresses: Sequence[str], folder: Path, *, with_ym: bool) -> str:
    base = f"http://{addresses[0]}"
    words = {"{url}": f"{base}/rpc", "{base}": base, "{secret}": str(_secret_file(folder)), "{rpcauth}": _own_command()}
    text = LINES + YM_LINES if with_ym else LINES
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return text


def _secret_file(folder: Path) -> Path:
    return folder / "demo-caller.secret"


def _own_command() -> str:
    """How this environment's rpcauth is called from the folder that this runs in."""
    script, here = Path(sys.executable).with_name("rpcauth"), Path.cwd()
    if not script.exists():
        return f"{sys.executable} -m rpcauth"
    return str(script.relative_to(here) if script.is_relative_to(here) else script)


if __name__ == "__main__":
    demo()
