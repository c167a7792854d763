"""Many requests of one client at once, right after start, when its human-chosen secret was not verified yet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rpcauth.errors import LimitReached
from rpcauth.model import Secret
from rpcauth.oauth.client import ClientProof
from rpcauth.operations.authentication import ClientAuthenticator
from tests.support.provider import CLIENT, Provider, open_provider

BURST = 32


class Prover:
    """Proves the client of the tests where one failure a minute is let pass."""

    def __init__(self, provider: Provider) -> None:
        self._store = provider.store
        self.authenticator = ClientAuthenticator(
            keyring=lambda: self._store.keyring, now=self._store.now, concurrency=2, failures_per_minute=1
        )

    async def prove(self, secret: str) -> ClientProof:
        client_id = CLIENT["client_id"]
        application = self._store.definitions.applications[client_id]
        return await self.authenticator.prove(application, client_id, Secret(secret))

    async def prove_often(self, *secrets: str) -> list[ClientProof | BaseException]:
        return await asyncio.gather(*(self.prove(secret) for secret in secrets), return_exceptions=True)


@asynccontextmanager
async def open_prover(folder: Path) -> AsyncIterator[Prover]:
    async with open_provider(folder) as provider:
        prover = Prover(provider)
        try:
            yield prover
        finally:
            prover.authenticator.close()


async def test_a_burst_with_the_right_secret_is_not_taken_for_guessing(tmp_path: Path) -> None:
    async with open_prover(tmp_path) as prover:
        proofs = await prover.prove_often(*[CLIENT["client_secret"]] * BURST)
        assert all(isinstance(proof, ClientProof) and proof.matched for proof in proofs)


async def test_a_burst_with_one_wrong_secret_is_one_guess(tmp_path: Path) -> None:
    async with open_prover(tmp_path) as prover:
        proofs = await prover.prove_often(*["a wrong secret"] * BURST)
        assert all(isinstance(proof, ClientProof) and proof.matched is None for proof in proofs)
        with pytest.raises(LimitReached):
            await prover.prove("another wrong secret")


async def test_parallel_guesses_do_not_slip_past_the_limit_together(tmp_path: Path) -> None:
    async with open_prover(tmp_path) as prover:
        proofs = await prover.prove_often(*(f"wrong secret {number}" for number in range(BURST)))
        assert [type(proof) for proof in proofs].count(LimitReached) == BURST - 1
