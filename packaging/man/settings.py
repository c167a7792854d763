"""rpcauth.toml(5): every setting with its default, from the configuration's own listing."""

from __future__ import annotations

from collections.abc import Iterator

from mdoc import prose, verbatim, word

from rpcauth.config.changes import is_reloadable
from rpcauth.config.listing import render_default
from rpcauth.config.settings import Names, find_section, walk_settings
from rpcauth.source.expectation import find_bound
from rpcauth.source.literal import render_literal

ABOUT = (
    "A file in TOML that `rpcauth serve` and the other commands read.",
    "It needs only what differs from the defaults; `rpcauth config default` prints a file with all of them, and "
    "`rpcauth config check` tells everything that is wrong in one.",
    "Relative paths are relative to the folder of the file. Times are seconds.",
)
OVERRIDING = (
    "The environment variable RPCAUTH_SECTION__KEY takes the place of a setting. Its value is a TOML literal:",
    "`rpcauth config show` tells for each setting where its value comes from.",
)
RELOADING = (
    "SIGHUP makes the daemon read the file again. Settings marked `reloads` are taken over, the certificates of "
    "server.tls too; all others wait for a restart, and the log says which of them differ."
)
EXAMPLES = ["RPCAUTH_LOG__LEVEL='\"debug\"'", "RPCAUTH_SERVER__TLS__KEY='\"tls/server.key\"'"]


def page(date: str) -> Iterator[str]:
    """The lines of the page."""
    yield from (f".Dd {date}", ".Dt RPCAUTH.TOML 5", ".Os")
    yield from (".Sh NAME", ".Nm rpcauth.toml", ".Nd configuration of the OAuth 2.0 provider rpcauth")
    yield ".Sh DESCRIPTION"
    for text in ABOUT:
        yield from prose(text)
    yield from (".Pp", *prose(OVERRIDING[0]), *verbatim(EXAMPLES), *prose(OVERRIDING[1]))
    yield from (".Pp", *prose(RELOADING), ".Sh SETTINGS", *_settings())
    yield from (".Sh FILES", ".Bl -tag -width Ds", ".It Pa rpcauth.toml", *prose("Where a command is typed."))
    yield from (".It Pa /etc/rpcauth/rpcauth.toml", *prose("That of the Debian package."), ".El")
    yield from (".Sh SEE ALSO", ".Xr rpcauth 1")


def _settings() -> Iterator[str]:
    section: Names = ()
    for names, field in walk_settings():
        if names[:-1] != section:
            if section:
                yield ".El"
            section = names[:-1]
            yield f".Ss {word('.'.join(section))}"
            yield from prose(find_section(names).__doc__ or "")
            yield ".Bl -tag -width Ds"
        default = render_default(field)
        yield f".It Cm {word(field.name)}"
        yield from prose(find_bound(field.type, "description"))
        if default is None:
            yield from prose(f"Not set; for example {render_literal(find_bound(field.type, 'examples')[0])}")
        else:
            yield from prose(f"Default: {default}")
        if is_reloadable(names):
            yield "(reloads)"
    yield ".El"
