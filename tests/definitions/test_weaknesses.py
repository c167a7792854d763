"""`config check` warns of what is allowed and ill-advised, and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from rpcauth.definitions import advice, parse_toml

EXAMPLE = Path(__file__).parents[2] / "definitions.example.toml"
SERVICE = '[[services]]\nservice_key = "s"\nname = "S"\n'
APPLICATION = '[[applications]]\nclient_id = "a"\nname = "A"\n'
CALLER = '[[callers]]\nname = "c"\napi_key = "k"\nsecret = "x"\n'

WEAK = {
    SERVICE + 'grant_types = ["implicit"]': ("service", "§2.1.2"),
    SERVICE + 'grant_types = ["password"]': ("service", "§2.4"),
    SERVICE + "force_redirect_uri = false": ("service", "§2.1"),
    SERVICE + "force_https_redirect_uri = false": ("service", "§2.6"),
    SERVICE + 'pkce = "optional"': ("service", "§2.1.1"),
    SERVICE + "pkce_allow_plain = true": ("service", "§2.1.1"),
    SERVICE + "token_in_query = true": ("service", "§4.3.2"),
    APPLICATION + 'pkce = "optional"': ("application", "§2.1.1"),
    CALLER + 'proofs = ["mashery_sig"]': ("caller", "replayed"),
    CALLER + "uids = [1]": ("caller", "unix_peer"),
    CALLER + 'tls_subjects = ["CN=c"]': ("caller", "mtls"),
}


@pytest.mark.parametrize(("text", "marks"), WEAK.items())
def test_each_weakness_is_told_once_with_what_to_do(text: str, marks: tuple[str, str]) -> None:
    (told,) = advice(parse_toml(text, "d"))
    assert told.startswith(f'{marks[0]} "')
    assert marks[1] in told
    assert "; " in told


def test_the_defaults_are_not_warned_of() -> None:
    assert advice(parse_toml(SERVICE + APPLICATION + CALLER, "d")) == []


def test_the_demo_is_told_its_weaknesses() -> None:
    told = advice(parse_toml(EXAMPLE.read_text(), "d"))
    assert [text.partition(": ")[0] for text in told] == [
        'service "rmeqcgpw3zu2y47y9bs8vs2h"',
        'service "rmeqcgpw3zu2y47y9bs8vs2h"',
        'caller "demo"',
    ]
