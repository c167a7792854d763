"""rpcauth(1): every command with its options, from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator

import click
from mdoc import escape, paragraphs, prose, verbatim, word

from rpcauth.cli.main import rpcauth

COMMON = frozenset({"--config", "--json", "--help"})
"""Options that mean the same in every command: explained once."""

STATUSES = {
    0: "All is well.",
    1: "It failed, or something that was examined is amiss.",
    2: "The command line, the configuration or a file that was named is wrong.",
    3: "Nobody answers.",
    4: "Refused: a store or key that will not be served, or somebody who may not ask.",
}
VARIABLES = {
    "RPCAUTH_CONFIG": "The configuration file, where no `--config` names it.",
    "RPCAUTH_SECTION__KEY": "A setting in place of the one in the file, as a TOML literal. See rpcauth.toml(5).",
    "RPCAUTH_URL": "Where `call` and `check` find the daemon: http://host:port, https://host:port or unix:/path.",
    "RPCAUTH_CALLER": "The API key with which they call.",
    "RPCAUTH_SECRET_FILE": "The file that holds the secret of that key.",
    "CREDENTIALS_DIRECTORY": "Where a service manager has put the master key. See rpcauth.toml(5), section keys.",
}
FILES = {
    "rpcauth.toml": "The configuration, in the folder where a command is typed.",
    "/etc/rpcauth/rpcauth.toml": "That of the Debian package.",
    "/usr/share/doc/rpcauth": "Documents and examples of the Debian package.",
}


def page(date: str) -> Iterator[str]:
    """The lines of the page."""
    context = click.Context(rpcauth, info_name="rpcauth")
    yield from (f".Dd {date}", ".Dt RPCAUTH 1", ".Os")
    yield from (".Sh NAME", ".Nm rpcauth", ".Nd OAuth 2.0 provider daemon that speaks JSON\\-RPC")
    yield from (".Sh SYNOPSIS", ".Nm", ".Ar command", ".Op Ar options", ".Op Ar arguments")
    yield from (".Sh DESCRIPTION", *paragraphs((rpcauth.help or "").partition("\n\n")[0]))
    yield from (".Sh COMMON OPTIONS", *_common(context))
    yield from (".Sh COMMANDS", *_commands(rpcauth, context))
    yield from (".Sh ENVIRONMENT", *_table("Ev", VARIABLES), ".Sh FILES", *_table("Pa", FILES))
    yield from (".Sh EXIT STATUS", *_table("No", {str(status): text for status, text in STATUSES.items()}))
    yield from (".Sh EXAMPLES", "A service, an application and a caller, served and asked:")
    yield from verbatim(
        [
            "rpcauth config default > rpcauth.toml",
            "rpcauth apply definitions.toml",
            "rpcauth serve &",
            "rpcauth call test.hello",
            "rpcauth doctor",
        ]
    )
    yield from (".Sh SEE ALSO", ".Xr systemd 1 ,", ".Xr rpcauth.toml 5")


def _commands(group: click.Group, above: click.Context) -> Iterator[str]:
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=above)
        if isinstance(command, click.Group):
            yield from _commands(command, context)
        else:
            yield from _command(command, context)


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    path = context.command_path.removeprefix("rpcauth ")
    yield f".Ss {path}"
    yield from (".Bd -ragged -offset indent", ".Nm rpcauth", f".Cm {path}")
    options = [one for one in command.get_params(context) if isinstance(one, click.Option)]
    yield from (f".Op {_flags(one, context)}" for one in options)
    yield from (_argument(one, context) for one in command.get_params(context) if isinstance(one, click.Argument))
    yield from (".Ed", ".Pp", *paragraphs(command.help or ""))
    own = [one for one in options if not COMMON & set(one.opts)]
    if own:
        yield from _items(own, context)


def _common(above: click.Context) -> Iterator[str]:
    """The common options, in the words of a command that has them all."""
    command = rpcauth.get_command(above, "doctor")
    assert command is not None
    context = click.Context(command, info_name="doctor", parent=above)
    options = (one for one in command.get_params(context) if isinstance(one, click.Option))
    yield from _items([one for one in options if COMMON & set(one.opts)], context)


def _items(options: list[click.Option], context: click.Context) -> Iterator[str]:
    yield ".Bl -tag -width Ds"
    for option in options:
        yield from _item(option, context)
    yield ".El"


def _item(option: click.Option, context: click.Context) -> Iterator[str]:
    yield f".It {_flags(option, context)}"
    extra = option.get_help_extra(context)
    text = option.help or ""
    if "default" in extra:
        text += f" The default is {extra['default']}."
    yield from prose(text)


def _flags(option: click.Option, context: click.Context) -> str:
    names = " , ".join(f"Fl {escape(name.removeprefix('-'))}" for name in option.opts)
    return names if option.is_flag else f"{names} Ar {word(option.make_metavar(context))}"


def _argument(argument: click.Argument, context: click.Context) -> str:
    shown = argument.make_metavar(context)
    if not argument.required:
        return f".Op Ar {word(shown.strip('[]').removesuffix(']...'))}" + (" ..." if argument.nargs != 1 else "")
    return f".Ar {word(shown)}"


def _table(macro: str, rows: dict[str, str]) -> Iterator[str]:
    yield ".Bl -tag -width Ds"
    for name, text in rows.items():
        yield f".It {macro} {word(name)}"
        yield from prose(text)
    yield ".El"
