"""What a store is worth after a power cut: opened as `serve` opens it, and held against what was known at the cut."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from rpcauth.app.core import Core, load_master, open_core
from rpcauth.app.restoring import restore
from rpcauth.config import Config, load
from rpcauth.errors import StoreRefused
from rpcauth.keys.keyring import Purpose
from rpcauth.storage.verification import verify_offline
from tests.faults.audit import check_facts, check_file, connect
from tests.faults.ledger import Call, Ledger, Standing
from tests.power.knowledge import Knowledge, join
from tests.power.living import BACKUP, CONFIG
from tests.power.workers import API, DEFINITIONS, SIDE, caller_of, client_of, result_of

_SAMPLE = 6
"""How many credentials of a kind are used to see what they buy; of access tokens all are looked at."""

_LATER = f"""
[[applications]]
client_id = "later"
name = "Later"
services = ["{API}"]
"""


class Refused(Exception):
    """The start was refused, with its words."""


@dataclass(slots=True)
class Judge:
    """`folder` has what the power cut left, `knowledge` is what was known then."""

    folder: Path
    knowledge: Knowledge
    random: Random

    async def judge(self) -> None:
        """Raises AssertionError where something that was acknowledged does not hold, Refused where nothing starts."""
        try:
            token = await self._look_and_go_on()
        except Refused:
            if not self._is_restoring:
                raise
            # An operator was at it, and does it again.
            await restore(self._config, self.folder / BACKUP, _say_nothing)
            token = await self._look_and_go_on()
        async with open_core(self._config, _say_nothing) as core:
            named = {"service_key": API, "access_token": token}
            assert "result" in await caller_of(core)("oauth2.fetchAccessToken", named)
        self._verify_audit()

    @property
    def _config(self) -> Config:
        return load(self.folder / CONFIG, self.knowledge.environment)

    @property
    def _is_restoring(self) -> bool:
        return "restoring" in self.knowledge.phase and not self.knowledge.former

    async def _look_and_go_on(self) -> str:
        """Hold the store against what was known; a token that it issued then."""
        try:
            async with open_core(self._config, _say_nothing) as core:
                is_alarmed = core.describe()["data_loss"] is not None
                assert is_alarmed == bool(self.knowledge.former) or self._is_restoring
                if is_alarmed:
                    self.knowledge = self.knowledge.after_restore()
                await self._check(core)
                return await _issue(caller_of(core))
        except StoreRefused as refused:
            raise Refused(str(refused)) from None

    async def _check(self, core: Core) -> None:
        known, call = self.knowledge, caller_of(core)
        if known.former:
            with closing(connect(core.store.path)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        else:
            check_file(core.store.path, _count(known.ledgers.values()))
        self._check_definitions(core)
        for service in (API, SIDE):
            ledger = join(known.ledgers, service)
            if ledger.asked or ledger.codes:
                auditor = client_of(call, ledger, service, known.facts["secret"])
                await check_facts(auditor, self.random, _SAMPLE)
            if known.former:
                await self._check_former(core, service)

    def _check_definitions(self, core: Core) -> None:
        """What was defined is there, or what was being defined; so are all keys that were made."""
        facts = self.knowledge.facts
        if "defined" in facts:
            named = core.store.definitions.services[API].name
            assert named in {f"API {facts[when]}" for when in ("defined", "defining")}
        for name, version in facts.items():
            if name.startswith("key "):
                assert core.store.keyring.current[Purpose(name.removeprefix("key "))] >= version, name

    async def _check_former(self, core: Core, service: str) -> None:
        """From before the restore: tokens of the backup are good unless they were ended since, and nothing else is.

        Where the audit could not tell what was ended, the alarm says that none of them is.
        """
        kept, former = join(self.knowledge.kept, service), join(self.knowledge.former, service)
        auditor = client_of(caller_of(core), former, service, self.knowledge.facts["secret"])
        live = await auditor.find_live(list(former.access_tokens))
        good = () if "access tokens" in core.describe()["data_loss"]["text"] else kept.access_tokens
        for token, standing in former.access_tokens.items():
            if standing is Standing.GOOD and Standing.IN_DOUBT is not kept.access_tokens.get(token):
                assert (token in live) is (token in good), token
            elif standing is Standing.DEAD:
                assert token not in live, token
        for code in self._choose(former.codes):
            assert await auditor.is_refused(grant_type="authorization_code", code=code), code
        for refresh in self._choose(former.refresh_tokens):
            assert await auditor.is_refused(grant_type="refresh_token", refresh_token=refresh), refresh

    def _choose(self, credentials: Iterable[str]) -> list[str]:
        found = list(credentials)
        return self.random.sample(found, min(_SAMPLE, len(found)))

    def _verify_audit(self) -> None:
        config = self._config
        if config.audit.enabled:
            found, is_ours = verify_offline(config.storage.url.path, load_master(config).key, config.audit.path)
            assert (found.fault, is_ours) == (None, True)


async def _issue(call: Call) -> str:
    """Work on: definitions are changed, and a token is issued."""
    applied = result_of(await call("admin.apply", {"toml": DEFINITIONS % "later" + _LATER}))
    secrets = {one["client_id"]: one["client_secret"] for one in applied["generated"]}
    named: dict[str, Any] = {"service_key": API, "token_data": {"grant_type": "client_credentials"}}
    named["client"] = {"client_id": "later", "client_secret": secrets["later"]}
    token: str = result_of(await call("oauth2.createAccessToken", named))["access_token"]
    return token


def _count(ledgers: Iterable[Ledger]) -> Ledger:
    """How many tokens there are at least and at most."""
    held = list(ledgers)
    return Ledger(asked=sum(one.asked for one in held), given=sum(one.given for one in held))


def _say_nothing(line: str) -> None:
    return
