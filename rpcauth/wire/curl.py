"""The curl line that repeats a request. It holds no secret: that is read from its file when the line is run.

What replies gave earlier stays a name: `code=… curl …` repeats a request with a code.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rpcauth.wire.credentials import Credentials
from rpcauth.wire.files import Request
from rpcauth.wire.replay import SIGNATURE
from rpcauth.wire.variables import UNIQUE, Piece, Variables, split


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is, as curl says it: the URL without a path, and a unix socket if it listens there."""

    base: str
    unix: str | None = None


def render_curl(request: Request, path: str, caller: Credentials | None, address: Address, variables: Variables) -> str:
    """A command line for a POSIX shell with printf and seq; `path` is where the request went."""
    known = {UNIQUE: variables[UNIQUE], **({} if caller is None else {"apikey": caller.api_key})}
    words = ["curl", "-sS"]
    if address.unix is not None:
        words += ["--unix-socket", shlex.quote(address.unix)]
    if request.verb != "POST":
        words += ["-X", request.verb]
    is_signed = caller is not None and SIGNATURE in request.path
    words += _prove(request, caller, known, is_signed=is_signed)
    for name, value in request.headers.items():
        words += ["-H", _quote(f"{name}: {value}", known)]
    words += _carry(request, known)
    words.append(_quote(address.base + path, known))
    line = " ".join(words)
    return f"sig={_sign(caller)}; {line}" if caller is not None and is_signed else line


def _prove(request: Request, caller: Credentials | None, known: Mapping[str, str], *, is_signed: bool) -> Iterator[str]:
    if request.basic is not None:
        yield from ("--user", _quote(":".join(request.basic), known))
    elif caller is not None and not is_signed and "authorization" not in request.headers:
        yield from ("--user", f'{shlex.quote(caller.api_key + ":")}"{_secret(caller)}"')


def _carry(request: Request, known: Mapping[str, str]) -> Iterator[str]:
    if request.form is not None:
        for name, value in request.form:
            yield from ("--data-urlencode", _quote(f"{name}={value}", known))
    elif request.verb == "POST" or request.body:
        yield from ("--data-binary", _quote(request.body, known))


def _secret(caller: Credentials) -> str:
    return "${secret}" if caller.secret_file is None else f"$(cat {shlex.quote(caller.secret_file)})"


def _sign(caller: Credentials) -> str:
    return f'$(printf %s {shlex.quote(caller.api_key)} "{_secret(caller)}" "$(date +%s)" | md5sum | cut -c-32)'


def _quote(text: str, known: Mapping[str, str]) -> str:
    """A text of a file as one word of the shell."""
    return "".join(_quote_piece(piece, known) for piece in split(text)) or "''"


def _quote_piece(piece: Piece, known: Mapping[str, str]) -> str:
    match piece.kind:
        case "name" if piece.text in known:
            return shlex.quote(known[piece.text])
        case "name":
            return f'"${{{piece.text}}}"'
        case "repeat":
            # printf goes through its format once for each argument, of which it prints nothing.
            pattern = piece.text.replace("\\", "\\\\").replace("%", "%%")
            return f'"$(printf {shlex.quote(pattern + "%.0s")} $(seq {piece.times}))"'
        case "hex":
            octets = "".join(f"\\{octet:03o}" for octet in bytes.fromhex(piece.text))
            return f"\"$(printf '{octets}')\""
        case _:
            return shlex.quote(piece.text)
