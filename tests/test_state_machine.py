"""The operations against a simple model, under random histories (tests/support/ledger.py).

Whatever order things happen in: a code buys once, a reused token ends its family, a scope never grows, one service
knows nothing of another, and nothing outlives its end. RPCAUTH_SOAK=1 runs the long form.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.operations.calls import (
    AUTHORIZE,
    CREATE,
    FETCH,
    LIST,
    PKCE,
    REVOKE_TOKENS,
    REVOKE_USER,
    UPDATE,
    VERIFIER,
    add_second_service,
    change_application,
)
from tests.support.ledger import Access, Code, Ledger, Lifetimes, Refresh, earliest, format_end, scope_set
from tests.support.provider import CLIENT, REDIRECT_URI, VirtualClock
from tests.support.session import ATTACKERS, CLIENTS, Session

T = TypeVar("T")

IS_SOAK = bool(os.environ.get("RPCAUTH_SOAK"))

services = st.sampled_from(["service", "service", "service", "second"])
clients = st.sampled_from(sorted(CLIENTS))
users = st.sampled_from(["ann", "bob"])
scopes = st.sampled_from([None, "a", "b", "a b", "b a", "a b c"])
picks = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 5])
"""Which of what was given out, the newest first."""

attacks = st.sampled_from(ATTACKERS)
attackers = st.sampled_from(["nobody", *ATTACKERS])
faults = st.sampled_from([None, None, None, None, "uri", "verifier"])
asked_scopes = st.sampled_from([None, None, None, "a", "a b c"])


def pick_from(given: Sequence[T], pick: int) -> T:
    return given[-1 - pick % len(given)]


class Histories(RuleBasedStateMachine):
    """One provider on a real store, one event loop, and a clock that rules move."""

    ledger: Ledger

    def __init__(self) -> None:
        super().__init__()
        self.session = Session()
        self._latest = 0

    @initialize(window=st.sampled_from([0, 30, 30]), idle=st.sampled_from([0, 700]), revokes=st.booleans())
    def start(self, window: int, idle: int, revokes: bool) -> None:
        self.ledger = Ledger(Lifetimes(window=window, idle=idle, revokes_access=revokes))
        self.session.open(VirtualClock())
        names = {
            "access_token_ttl": self.ledger.lifetimes.access,
            "authorization_code_ttl": self.ledger.lifetimes.code,
            "refresh_token_ttl": self.ledger.lifetimes.grant,
            "refresh_token_idle_ttl": idle,
            "refresh_retry_window": window,
            "refresh_revokes_access_token": revokes,
        }
        self.session.run(self.session.provider.set_service(**names))
        self.session.run(add_second_service(self.session.provider, **names))
        self.session.run(change_application(self.session.provider, "public", services=("service", "second")))

    def teardown(self) -> None:
        self.session.end()

    # --- giving out --------------------------------------------------------------------------------------------------

    @rule(service=services, client=clients, user=users, scope=scopes)
    def issue_code(self, service: str, client: str, user: str, scope: str | None) -> None:
        params = {
            "service_key": service,
            "client": {"client_id": client},
            "uri": {"redirect_uri": REDIRECT_URI},
            "scope": scope,
            "user_context": user,
            "authorization_data": PKCE if client == "public" else None,
        }
        text = self.session.result(AUTHORIZE, params)["code"]
        end = self.now + self.ledger.lifetimes.code * 1000
        self.ledger.codes.append(Code(service, client, user, scope, end, text=text))

    @rule(service=services, client=clients, user=users, scope=scopes)
    def issue_and_redeem(self, service: str, client: str, user: str, scope: str | None) -> None:
        self.issue_code(service, client, user, scope)
        self.redeem(0, "made up", None, None)

    @rule(service=services, client=clients, user=users, scope=scopes)
    def use_password(self, service: str, client: str, user: str, scope: str | None) -> None:
        data = {"grant_type": "password", "scope": scope}
        answer = self.session.result(CREATE, self.session.token_call(service, CLIENTS[client], data, user_context=user))
        grant = self.ledger.grant(service, client, user, scope, self.now)
        self.ledger.check_issued(answer, self.ledger.give(grant, answer, self.now), scope, self.now)

    @rule(service=services, user=st.sampled_from([None, "ann"]), scope=scopes)
    def use_credentials(self, service: str, user: str | None, scope: str | None) -> None:
        data = {"grant_type": "client_credentials", "scope": scope}
        answer = self.session.result(CREATE, self.session.token_call(service, CLIENT, data, user_context=user))
        assert (answer["refresh_token"], answer["scope"]) == (None, scope)
        end = self.now + self.ledger.lifetimes.access * 1000
        self.ledger.accesses.append(Access(service, "client", user, scope, end, text=answer["access_token"]))

    @precondition(lambda self: self.ledger.codes)
    @rule(pick=picks, attack=attacks, fault=faults, scope=asked_scopes)
    def redeem(self, pick: int, attack: str, fault: str | None, scope: str | None) -> None:
        self._redeem(pick_from(self.ledger.codes, pick), attack, fault, scope)

    @precondition(lambda self: any(one.spent_at for one in self.ledger.codes))
    @rule(pick=picks, attack=attacks, fault=faults)
    def redeem_again(self, pick: int, attack: str, fault: str | None) -> None:
        spent = [one for one in self.ledger.codes if one.spent_at is not None]
        self._redeem(pick_from(spent, pick), attack, fault, None)

    @precondition(lambda self: self.ledger.refreshes)
    @rule(pick=picks, attack=attacks, scope=asked_scopes)
    def refresh(self, pick: int, attack: str, scope: str | None) -> None:
        self._refresh(pick_from(self.ledger.refreshes, pick), attack, scope)

    @precondition(lambda self: any(one.spent_at for one in self.ledger.refreshes))
    @rule(pick=picks, attack=attacks, as_before=st.booleans())
    def refresh_again(self, pick: int, attack: str, as_before: bool) -> None:
        token = pick_from([one for one in self.ledger.refreshes if one.spent_at is not None], pick)
        self._refresh(token, attack, token.asked if as_before else "b")

    def _redeem(self, code: Code, attack: str, fault: str | None, scope: str | None) -> None:
        """An attack, which must change nothing, and then the use by the code's own client."""
        verifier = VERIFIER if code.client == "public" else None
        wrong = VERIFIER[::-1] if fault == "verifier" else verifier
        data = {"grant_type": "authorization_code", "code": code.text, "code_verifier": wrong, "scope": scope}
        uri = {"redirect_uri": REDIRECT_URI + ("/" if fault == "uri" else "")}
        attacked = self.session.present(code.service, code.client, data, attack, uri=uri)
        assert attacked == ("invalid_client" if attack == "wrong secret" else "invalid_grant")
        reply = self.session.present(code.service, code.client, data, "nobody", uri=uri)
        expected = self.ledger.expect_redemption(code, self.now, fault=fault is not None, scope=scope)
        if expected:
            assert reply == expected
            return
        grant = self.ledger.buy(code, self.now, scope)
        assert code.purchases == 1
        self.ledger.check_issued(reply, self.ledger.give(grant, reply, self.now), grant.scope, self.now)

    def _refresh(self, token: Refresh, attack: str, scope: str | None) -> None:
        grant = token.grant
        data = {"grant_type": "refresh_token", "refresh_token": token.text, "scope": scope}
        attacked = self.session.present(grant.service, grant.client, data, attack)
        assert attacked == ("invalid_client" if attack == "wrong secret" else "invalid_grant")
        reply = self.session.present(grant.service, grant.client, data, "nobody")
        expected = self.ledger.expect_refresh(token, self.now, scope)
        if expected == "again":
            self.ledger.check_same(reply, token, self.now)
        elif expected:
            assert reply == expected
        else:
            self.ledger.rotate(token, reply, self.now, scope)
            assert token.successor is not None
            self.ledger.check_issued(reply, token.successor, scope or grant.scope, self.now)

    # --- taking back -------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.ledger.accesses)
    @rule(pick=picks, by=attackers, by_reference=st.booleans())
    def revoke_access_token(self, pick: int, by: str, by_reference: bool) -> None:
        token = pick_from(self.ledger.accesses, pick)
        text = self.session.reference_of(token.text) if by_reference and by != "made up" else token.text
        expected = self.session.revoke(token.service, token.client, text, by)
        if by == "nobody":
            token.revoked = True
        elif token.is_live(self.now):
            assert expected == ("unauthorized_client" if by == "other client" else "")

    @precondition(lambda self: self.ledger.refreshes)
    @rule(pick=picks, by=attackers)
    def revoke_refresh_token(self, pick: int, by: str) -> None:
        token = pick_from(self.ledger.refreshes, pick)
        grant = token.grant
        # One that nobody may use any more may be forgotten: it then revokes nothing, and there is nothing to revoke.
        is_kept = token.spent_at is not None or token.idle_end is None or self.now < token.idle_end
        if not is_kept:
            return
        expected = self.session.revoke(grant.service, grant.client, token.text, by)
        if by == "nobody":
            grant.revoked = True
        elif not grant.is_over(self.now):
            assert expected == ("unauthorized_client" if by == "other client" else "")

    @rule(
        service=services,
        client=st.none() | clients,
        user=st.none() | users,
        time=st.sampled_from([None, 0, 2**40]),
        by_application=st.booleans(),
    )
    def revoke_by_watermark(
        self, service: str, client: str | None, user: str | None, time: int | None, by_application: bool
    ) -> None:
        if by_application and client is not None and user is not None:
            params = {"service_key": service, "client": {"client_id": client}, "user_context": user}
            assert self.session.result(REVOKE_USER, params) is True
            self.ledger.revoke_all(service, client, user)
        elif (client, user, time) != (None, None, None):
            where = {"client_id": client, "user_context": user, "issued_before": time}
            assert self.session.result(REVOKE_TOKENS, {"service_key": service, "where": where}) is True
            if time != 0:
                self.ledger.revoke_all(service, client, user)

    @precondition(lambda self: self.ledger.accesses)
    @rule(pick=picks, by=attackers, seconds=st.sampled_from([1, 60, 3000, 100_000]))
    def update(self, pick: int, by: str, seconds: int) -> None:
        token = pick_from(self.ledger.accesses, pick)
        service, client, text = self.session.as_attacker(token.service, token.client, token.text, by)
        params = {"service_key": service, "client": client, "access_token": text, "expires_in": seconds}
        reply = self.session.error_or_result(UPDATE, params)
        if by != "nobody" or not token.is_live(self.now):
            assert reply == "invalid_request"
            return
        token.end = earliest(self.now + seconds * 1000, None if token.grant is None else token.grant.end)
        assert (reply["scope"], reply["user_context"]) == (token.scope, token.user)

    # --- time and the store ------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.999, 1, 2, 29, 31, 61, 300, 450, 450, 600]))
    def advance(self, seconds: float) -> None:
        self.session.provider.clock.advance(seconds=seconds)

    @rule(seconds=st.sampled_from([-86_400, -200, -1, 200, 86_400]))
    def jump(self, seconds: float) -> None:
        """Somebody sets the clock: by little it is believed, by much it is not, and time never goes back."""
        self.session.provider.clock.jump(seconds=seconds)

    @rule(restart=st.booleans())
    def sweep_or_restart(self, restart: bool) -> None:
        if not restart:
            while self.session.run(self.session.provider.store.sweep(5)):
                pass
            return
        clock, master = self.session.provider.clock, self.session.provider.master
        clock.time = self.now
        self.session.close()
        self.session.open(clock, master)

    # --- what must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def the_live_tokens_are_found_and_no_others(self) -> None:
        for service in ("service", "second"):
            texts = [one.text for one in self.ledger.accesses][-500:]
            found = self.session.result(FETCH, {"service_key": service, "access_token": texts})
            live = self.ledger.live_accesses(service, self.now)
            assert [one["access_token"] for one in found] == [one.text for one in live]
            for said, token in zip(found, live, strict=True):
                assert (said["client_id"], said["user_context"]) == (token.client, token.user)
                assert (said["scope"], said["expires"]) == (token.scope, format_end(token.end))
                assert token.grant is None or scope_set(said["scope"]) <= scope_set(token.grant.scope)

    @invariant()
    def time_never_goes_back(self) -> None:
        assert self.now >= self._latest
        self._latest = self.now

    @rule(service=services, user=users)
    def list_active_tokens(self, service: str, user: str) -> None:
        params = {"service_key": service, "user_context": user, "token_status": "active"}
        listed = {one["client_id"]: one["access_tokens"] for one in self.session.result(LIST, params)}
        live = [one for one in self.ledger.live_accesses(service, self.now) if one.user == user]
        for client in CLIENTS:
            expected = [self.session.reference_of(one.text) for one in reversed(live) if one.client == client]
            assert listed.get(client, []) == expected

    @property
    def now(self) -> int:
        return self.session.provider.store.now()


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=5000 if IS_SOAK else 100,
    stateful_step_count=100 if IS_SOAK else 40,
    deadline=None,
    # Shrinking opens stores for five minutes; the long form may, and finds the failure of the short one again.
    phases=tuple(Phase) if IS_SOAK else (Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
