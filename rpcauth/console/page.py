"""The console's page: one document with its style and script in it, and a policy that lets in nothing else."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from http import HTTPMethod, HTTPStatus
from importlib.resources import files
from typing import Final

from rpcauth.server.refusals import NO_METHOD
from rpcauth.web.messages import HttpReply, HttpRequest, RequestLog

HTML_TYPE: Final = "text/html;charset=UTF-8"
_STYLE: Final = "/* console.css */"
_SCRIPT: Final = "/* console.js */"
_READING: Final = (HTTPMethod.GET, HTTPMethod.HEAD)


@dataclass(frozen=True, slots=True)
class Document:
    """The page as it is sent, and its Content-Security-Policy."""

    body: bytes
    policy: str


@cache
def load_document() -> Document:
    """The page, put together from the package's files."""
    folder = files("rpcauth.console")
    page, style, script = ((folder / f"console.{kind}").read_text("utf-8") for kind in ("html", "css", "js"))
    return Document(page.replace(_STYLE, style).replace(_SCRIPT, script).encode(), _write_policy(style, script))


def _write_policy(style: str, script: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_name_source(style)}",
            f"script-src {_name_source(script)}",
            "img-src data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _name_source(text: str) -> str:
    """What stands between the tags, by its hash (CSP 3 §2.3.1)."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


class Page:
    """The façade that serves it."""

    name = "console"

    def serves(self, path: str) -> bool:
        return path == "/"

    def judges_head(self, path: str) -> bool:
        return True

    async def answer(self, request: HttpRequest) -> HttpReply:
        if request.method not in _READING:
            return _reply(HTTPStatus.METHOD_NOT_ALLOWED, b"405", "text/plain", (("Allow", "GET, HEAD"),))
        document = load_document()
        headers = (
            ("Content-Security-Policy", document.policy),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        )
        return _reply(HTTPStatus.OK, document.body, HTML_TYPE, headers)

    def refuse(self, request: HttpRequest, status: int) -> HttpReply:
        return _reply(HTTPStatus(status), str(int(status)).encode(), "text/plain")


def _reply(status: HTTPStatus, body: bytes, content_type: str, headers: tuple[tuple[str, str], ...] = ()) -> HttpReply:
    outcome = "ok" if status == HTTPStatus.OK else f"http_{status.value}"
    log = RequestLog(NO_METHOD, None, outcome)
    return HttpReply(status=status, body=body, log=log, content_type=content_type, headers=headers)
