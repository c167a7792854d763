"""HTML: text is escaped where it becomes markup, and a strict Content-Security-Policy lets every page be."""

from __future__ import annotations

import html
from base64 import b64encode
from hashlib import sha256
from typing import Final

TITLE: Final = "YM REST Services"

STYLE: Final = (
    "body{margin:0 auto;max-width:60rem;padding:1rem;font:16px/1.5 sans-serif;color:#222;background:#fff}"
    "table{border-collapse:collapse;margin:1rem 0}"
    "caption{text-align:left;font-weight:bold}"
    "th,td{border:1px solid #ccc;padding:.25rem .75rem;text-align:left;vertical-align:top}"
    "pre{padding:1rem;background:#f4f4f4;overflow-wrap:anywhere;white-space:pre-wrap}"
)
"""The one style element of every page, to the byte: its hash stands in CONTENT_SECURITY_POLICY."""

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; "
    f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The header that pages are served with: no script, no form, no frame, nothing loaded."""


def escape(text: str) -> str:
    """Text as markup, inside an element or inside an attribute's double quotes."""
    return html.escape(text, quote=True)


def link(address: str, text: str) -> str:
    """A link to `address`, both still text."""
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def table(rows: list[list[str]], *, heads: tuple[str, ...] = (), caption: str = "") -> str:
    """A table of cells that are markup already. `heads` and `caption` are text."""
    lines = ["<table>"]
    if caption:
        lines.append(f"<caption>{escape(caption)}</caption>")
    if heads:
        lines.append(f"<tr>{''.join(f'<th>{escape(one)}</th>' for one in heads)}</tr>")
    lines += [f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows]
    return "\n".join([*lines, "</table>"])


def page(title: str, *body: str) -> str:
    """A whole document. `title` is text, `body` its blocks of markup."""
    head = f'<meta charset="utf-8">\n<title>{escape(title)}</title>\n<style>{STYLE}</style>'
    blocks = "\n".join(body)
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{blocks}\n</body>\n</html>\n'
