"""definitions.example.toml can be applied as it stands, and tells every setting with its default."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rpcauth.definitions import parse_application, parse_caller, parse_service, parse_toml
from rpcauth.definitions.entries import ApplicationEntry, CallerEntry, ServiceEntry
from rpcauth.model import GrantType, Secret
from rpcauth.source.literal import render_literal

TEXT = (Path(__file__).parents[2] / "definitions.example.toml").read_text()
DEMO, _, REFERENCE = TEXT.partition("\n# Every setting.")
KINDS: dict[str, type[msgspec.Struct]] = {
    "services": ServiceEntry,
    "applications": ApplicationEntry,
    "callers": CallerEntry,
}


def lines_of(kind: str) -> list[str]:
    """The commented lines of one kind's reference, without their comment signs."""
    block = REFERENCE.partition(f"# [[{kind}]]")[2].partition("\n\n")[0]
    return [line.removeprefix("# ") for line in block.splitlines()[1:]]


def test_the_example_is_the_demo() -> None:
    wanted = parse_toml(TEXT, "definitions.example.toml")
    (service,), (application,), (caller,) = wanted.services, wanted.applications, wanted.callers
    assert service.service_key == "rmeqcgpw3zu2y47y9bs8vs2h"
    assert set(service.grant_types) == set(GrantType)
    assert application.application.client_id == "tkr7f25gd6452zy8rjsf7bwd"
    assert application.client_secrets == (Secret("q13rupuifd"),)
    assert application.application.services == (service.service_key,)
    assert (caller.caller.api_key, caller.secret) == ("demo", Secret("demo-secret"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_setting_is_in_the_example_with_its_default_and_a_word(kind: str) -> None:
    fields = {field.name: field for field in msgspec.structs.fields(KINDS[kind])}
    told = set()
    for line in lines_of(kind):
        ((name, value),) = tomllib.loads(line).items()
        told.add(name)
        explanation = line.rpartition(" # ")[2]
        if explanation.startswith("* "):
            assert fields[name].required or fields[name].default in (None, ())
        else:
            assert explanation
            assert render_literal(value) == render_literal(fields[name].default)
    assert told == fields.keys()


@pytest.mark.parametrize(
    ("kind", "parse", "leave_out"),
    [
        ("services", parse_service, set()),
        ("applications", parse_application, {"client_secrets", "public"}),
        ("applications", parse_application, {"client_secret", "client_secrets"}),
        ("applications", parse_application, {"client_secret", "stored_secrets"}),
        ("callers", parse_caller, {"sealed_secret"}),
        ("callers", parse_caller, {"secret"}),
    ],
)
def test_the_values_in_the_example_are_valid(kind: str, parse: Any, leave_out: set[str]) -> None:
    value: dict[str, object] = {}
    for line in lines_of(kind):
        value |= tomllib.loads(line)
    parse({name: value[name] for name in value if name not in leave_out})
