"""The changes between what is and what is wanted."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from rpcauth.definitions import (
    Change,
    DropApplication,
    DropCaller,
    DropService,
    PutApplication,
    PutCaller,
    PutService,
    Wanted,
    WantedApplication,
    WantedCaller,
    difference,
    parse_toml,
    render_toml,
)
from rpcauth.errors import DefinitionsRefused
from rpcauth.model import Application, Caller, ClientSecret, Definitions, Millis, Proof, Secret, SecretKind, Service

SERVICE = Service(service_key="s", name="S", scopes=("a",))
OLD = ClientSecret(kind=SecretKind.DIGEST, stored="v1:old", created_at=Millis(1))
OLDER = ClientSecret(kind=SecretKind.ARGON2ID, stored="v1:older", created_at=Millis(0))
APPLICATION = Application(client_id="a", id=7, name="A", secrets=(OLD,), services=("s",))
CALLER = Caller(name="c", api_key="k", sealed_secret=b"sealed:old", services=("*",))


def definitions(*entries: Service | Application | Caller) -> Definitions:
    return Definitions(
        services=MappingProxyType({one.service_key: one for one in entries if isinstance(one, Service)}),
        applications=MappingProxyType({one.client_id: one for one in entries if isinstance(one, Application)}),
        callers=MappingProxyType({one.name: one for one in entries if isinstance(one, Caller)}),
    )


CURRENT = definitions(SERVICE, APPLICATION, CALLER)


def wanted(*entries: Service | WantedApplication | WantedCaller) -> Wanted:
    return Wanted(
        services=tuple(one for one in entries if isinstance(one, Service)),
        applications=tuple(one for one in entries if isinstance(one, WantedApplication)),
        callers=tuple(one for one in entries if isinstance(one, WantedCaller)),
    )


def same_secret(owner: str, stored: ClientSecret | bytes, secret: Secret) -> bool:
    """In these tests a secret is stored as its text behind a colon."""
    assert owner == ("c" if isinstance(stored, bytes) else "a")
    text = stored.decode() if isinstance(stored, bytes) else stored.stored
    return text.partition(":")[2] == secret.reveal()


def changes(current: Definitions, to: Wanted, *, prune: bool = False) -> tuple[Change, ...]:
    return difference(current, to, prune=prune, same_secret=same_secret)


def application(**settings: object) -> WantedApplication:
    """The application as a file has it: without id and secrets."""
    written: Application = replace(APPLICATION, secrets=(), **{"id": 0, **settings})  # type: ignore[arg-type]
    return WantedApplication(application=written, client_secrets=(Secret("old"),))


def caller(**settings: object) -> WantedCaller:
    written: Caller = replace(CALLER, sealed_secret=None, **settings)  # type: ignore[arg-type]
    return WantedCaller(caller=written, secret=Secret("old"))


def test_what_is_as_it_is_wanted_changes_nothing() -> None:
    assert changes(CURRENT, wanted(SERVICE, application(), caller())) == ()
    assert changes(CURRENT, wanted(SERVICE, application(), caller()), prune=True) == ()
    assert changes(CURRENT, wanted()) == ()


def test_an_export_changes_nothing() -> None:
    digest = replace(OLD, stored="v1:" + "ab" * 32)
    current = definitions(SERVICE, replace(APPLICATION, secrets=(digest,)), CALLER)
    assert changes(current, parse_toml(render_toml(current), "export"), prune=True) == ()


def test_everything_is_added_to_nothing_in_the_order_of_kind_and_name() -> None:
    other = replace(SERVICE, service_key="b")
    assert changes(definitions(), wanted(caller(), application(), SERVICE, other)) == (
        PutService(service=other, line='add service "b"'),
        PutService(service=SERVICE, line='add service "s"'),
        PutApplication(application=application().application, new_secrets=(Secret("old"),), line='add application "a"'),
        PutCaller(caller=caller().caller, new_secret=Secret("old"), line='add caller "c"'),
    )


def test_prune_drops_what_is_not_wanted_users_first() -> None:
    assert changes(CURRENT, wanted(), prune=True) == (
        DropCaller(name="c", line='remove caller "c"'),
        DropApplication(client_id="a", line='remove application "a"'),
        DropService(service_key="s", line='remove service "s"'),
    )


LINES = {
    "service": (
        replace(SERVICE, access_token_ttl=600, scopes=("a", "b"), issuer="https://as"),
        'change service "s": issuer: unset -> "https://as"; access_token_ttl: 3600 -> 600; scopes: ["a"] -> ["a", "b"]',
    ),
    "application": (
        application(name="B", disabled=True),
        'change application "a": name: "A" -> "B"; disabled: false -> true',
    ),
    "renumbered": (application(id=8), 'change application "a": id: 7 -> 8'),
    "client secret": (
        replace(application(), client_secrets=(Secret("new"),)),
        'change application "a": client_secret: changed',
    ),
    "caller": (
        caller(proofs=(Proof.BASIC, Proof.MTLS)),
        'change caller "c": proofs: ["basic"] -> ["basic", "mtls"]',
    ),
    "caller's secret": (replace(caller(), secret=Secret("new")), 'change caller "c": secret: changed'),
    "caller's secret gone": (replace(caller(), secret=None), 'change caller "c": secret: changed'),
    "a name that would forge lines": (application(name='B"\n'), 'change application "a": name: "A" -> "B\\"\\n"'),
}


@pytest.mark.parametrize(("entry", "line"), LINES.values(), ids=LINES)
def test_a_line_shows_old_and_new_and_no_secret(entry: Service | WantedApplication | WantedCaller, line: str) -> None:
    (change,) = changes(CURRENT, wanted(entry))
    assert change.line == line


NEW = Secret("new")
#: the live secrets, what the file says, and then: what stays, what is new, whether one is generated
SECRETS = {
    "the same": ((OLD,), {"client_secrets": (Secret("old"),)}, None),
    "another": ((OLD,), {"client_secrets": (NEW,)}, ((), (NEW,), False)),
    "a second": ((OLD,), {"client_secrets": (NEW, Secret("old"))}, ((OLD,), (NEW,), False)),
    "one of two": ((OLD, OLDER), {"client_secrets": (Secret("old"),)}, ((OLD,), (), False)),
    "two the other way round": ((OLD, OLDER), {"client_secrets": (Secret("older"), Secret("old"))}, None),
    "exported": ((OLD,), {"stored_secrets": (replace(OLD, created_at=Millis(9)),)}, None),
    "exported elsewhere": ((OLD,), {"stored_secrets": (OLDER,)}, ((OLDER,), (), False)),
    "none written, one live": ((OLD,), {"generate_secret": True}, None),
    "none written, none live": ((), {"generate_secret": True}, ((), (), True)),
    "public from now on": ((OLD,), {"public": True}, ((), (), False)),
}


@pytest.mark.parametrize(("live", "written", "outcome"), SECRETS.values(), ids=SECRETS)
def test_live_secrets_stay_when_the_file_has_them(
    live: tuple[ClientSecret, ...],
    written: dict[str, object],
    outcome: tuple[tuple[ClientSecret, ...], tuple[Secret, ...], bool] | None,
) -> None:
    rest = dict(written)
    public = bool(rest.pop("public", False))
    base = replace(APPLICATION, id=0, secrets=(), public=public)
    one = WantedApplication(application=base, **rest)  # type: ignore[arg-type]
    found = changes(definitions(SERVICE, replace(APPLICATION, secrets=live)), wanted(one))
    if outcome is None:
        assert found == ()
        return
    (change,) = found
    assert isinstance(change, PutApplication)
    assert (change.application.secrets, change.new_secrets, change.generate_secret) == outcome
    assert change.application.id == APPLICATION.id


def test_a_new_application_without_secret_is_told_to_get_one() -> None:
    one = WantedApplication(application=Application(client_id="n", id=0, name="N"), generate_secret=True)
    (change,) = changes(definitions(), wanted(one))
    assert change.line == 'add application "n"; client_secret: generated'


def test_a_public_application_that_is_not_any_more_gets_a_secret() -> None:
    current = definitions(SERVICE, replace(APPLICATION, secrets=(), public=True))
    one = WantedApplication(application=replace(APPLICATION, id=0, secrets=()), generate_secret=True)
    (change,) = changes(current, wanted(one))
    assert change.line == 'change application "a": public: true -> false; client_secret: generated'


def test_an_exported_callers_secret_is_put_back_as_it_was_sealed() -> None:
    one = WantedCaller(caller=replace(CALLER, sealed_secret=None), sealed_secret=b"sealed:other")
    (change,) = changes(CURRENT, wanted(one))
    assert isinstance(change, PutCaller)
    assert (change.caller.sealed_secret, change.new_secret) == (b"sealed:other", None)


def test_nothing_that_prints_a_change_shows_a_secret() -> None:
    one = replace(application(), client_secrets=(Secret("hunter2"),))
    both = changes(CURRENT, wanted(one, replace(caller(), secret=Secret("hunter2"))))
    assert len(both) == 2
    assert "hunter2" not in repr(both)
    assert "sealed:old" not in repr(both)


REFUSED = {
    "an unknown service": (
        wanted(application(services=("t",))),
        False,
        ['application "a": services: service "t" does not exist; known are s'],
    ),
    "a pruned service": (
        wanted(application()),
        True,
        ['application "a": services: service "s" does not exist; remove it'],
    ),
    "another's id": (
        wanted(application(client_id="b", id=7)),
        False,
        ['application "b": id: is taken already, at application "a": id; choose another'],
    ),
    "another's api_key": (
        wanted(caller(name="d")),
        False,
        ['caller "d": api_key: is taken already, at caller "c": api_key; choose another'],
    ),
}


@pytest.mark.parametrize(("to", "prune", "problems"), REFUSED.values(), ids=REFUSED)
def test_an_outcome_that_does_not_hold_together_is_refused(to: Wanted, prune: bool, problems: list[str]) -> None:
    with pytest.raises(DefinitionsRefused) as caught:
        changes(CURRENT, to, prune=prune)
    assert caught.value.problems == problems


def test_the_api_key_of_a_pruned_caller_is_free_and_it_goes_first() -> None:
    drop, put = changes(definitions(CALLER), wanted(caller(name="d")), prune=True)
    assert (drop.line, put.line) == ('remove caller "c"', 'add caller "d"')
