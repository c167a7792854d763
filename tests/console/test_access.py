"""Keys to the console: what they are good for, and for how long."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from rpcauth.console.access import LIFETIME, MOST, ConsoleAccess
from rpcauth.errors import CallerRefused, DefinitionsRefused
from rpcauth.model import Caller, Millis
from rpcauth.server.peers import Peer

CONSOLE = Caller(name="console")
OPERATOR = Caller(name="administrator")
START = 1_700_000_000_000


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> Millis:
        return Millis(self.now)


def is_proven(access: ConsoleAccess, *authorization: str) -> bool:
    headers = CIMultiDictProxy(CIMultiDict([("Authorization", value) for value in authorization]))
    proven = access.prove(headers, None, Peer())
    assert proven in (CONSOLE, None)
    return proven is not None


def test_a_key_is_good_for_twelve_hours_and_not_a_millisecond_longer() -> None:
    clock = Clock()
    access = ConsoleAccess(CONSOLE, clock=clock)
    made = access.make_key()
    assert made.ends_at == START + 12 * 3600 * 1000
    clock.now = START + LIFETIME - 1
    assert is_proven(access, f"Bearer {made.key.reveal()}")
    clock.now = START + LIFETIME
    assert not is_proven(access, f"Bearer {made.key.reveal()}")


def test_no_two_keys_are_alike_and_each_has_256_bits() -> None:
    access = ConsoleAccess(CONSOLE, clock=Clock())
    keys = {access.make_key().key.reveal() for _ in range(100)}
    assert len(keys) == 100
    assert {len(key) for key in keys} == {43}


def test_the_ninth_key_ends_the_first() -> None:
    access = ConsoleAccess(CONSOLE, clock=Clock())
    keys = [access.make_key().key.reveal() for _ in range(MOST + 1)]
    assert [is_proven(access, f"Bearer {key}") for key in keys] == [False, *[True] * MOST]


def test_keys_that_have_ended_take_no_room() -> None:
    clock = Clock()
    access = ConsoleAccess(CONSOLE, clock=clock)
    early = access.make_key().key.reveal()
    clock.now += LIFETIME - 1
    late = [access.make_key().key.reveal() for _ in range(MOST - 1)]
    clock.now += 1
    late.append(access.make_key().key.reveal())
    assert not is_proven(access, f"Bearer {early}")
    assert all(is_proven(access, f"Bearer {key}") for key in late)


@pytest.mark.parametrize("form", ["Bearer {0}", "bearer {0}", "BEARER {0}"])
def test_the_scheme_is_bearer_in_any_case(form: str) -> None:
    access = ConsoleAccess(CONSOLE, clock=Clock())
    assert is_proven(access, form.format(access.make_key().key.reveal()))


@pytest.mark.parametrize(
    "forms",
    [
        (),
        ("",),
        ("{0}",),
        ("Bearer",),
        ("Bearer ",),
        ("Bearer  {0}",),
        ("Bearer {0} ",),
        ("Bearer {0}x",),
        ("Basic {0}",),
        ("Bearer \udcff{0}",),
        ("Bearer {0}", "Bearer {0}"),
    ],
)
def test_whatever_is_not_one_bearer_with_the_key_proves_nobody(forms: tuple[str, ...]) -> None:
    access = ConsoleAccess(CONSOLE, clock=Clock())
    key = access.make_key().key.reveal()
    assert not is_proven(access, *(form.format(key) for form in forms))


def test_without_a_key_nothing_is_good() -> None:
    assert not is_proven(ConsoleAccess(CONSOLE, clock=Clock()), "Bearer ")


def test_the_address_has_the_key_where_no_server_sees_it() -> None:
    access = ConsoleAccess(CONSOLE, clock=Clock())
    access.name = "127.0.0.1:8702"
    opened = access.open(OPERATOR)
    parts = urlsplit(opened["url"])
    assert (parts.scheme, parts.netloc, parts.path, parts.query) == ("http", "127.0.0.1:8702", "/", "")
    assert is_proven(access, f"Bearer {parse_qs(parts.fragment)['key'][0]}")
    assert opened["expires"] == "2023-11-15T10:13:20Z"


def test_where_no_console_listens_none_is_opened() -> None:
    with pytest.raises(DefinitionsRefused) as refused:
        ConsoleAccess(CONSOLE, clock=Clock()).open(OPERATOR)
    assert "[console] listen" in refused.value.problems[0]


def test_the_console_opens_no_console() -> None:
    access = ConsoleAccess(CONSOLE, clock=Clock())
    access.name = "127.0.0.1:8702"
    with pytest.raises(CallerRefused):
        access.open(CONSOLE)
