"""`rpcauth completion`: what a shell needs to complete verbs, options and method names."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from rpcauth.cli.failures import CommandFailed


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    \b
    bash  echo 'eval "$(rpcauth completion bash)"' >> ~/.bashrc
    zsh   echo 'eval "$(rpcauth completion zsh)"' >> ~/.zshrc
    fish  rpcauth completion fish > ~/.config/fish/completions/rpcauth.fish
    """
    completer = get_completion_class(shell)
    if completer is None:
        raise CommandFailed(f"no completion for {shell} in this version of click")
    click.echo(completer(context.find_root().command, {}, "rpcauth", "_RPCAUTH_COMPLETE").source())
