"""What a daemon tells of itself before it serves, when its clock jumps, and of a loss that was accepted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rpcauth.app.observation import Observation, observing
from rpcauth.config import Config, UnixAddress
from rpcauth.config.sections import Metrics
from rpcauth.log.lines import LineLog
from rpcauth.metrics.exposition import SIMPLE
from rpcauth.metrics.health import Trouble, describe
from rpcauth.operations.data_loss import DATA_LOSS, AcknowledgeLoss
from rpcauth.operations.survey import Findings, look
from rpcauth.server.inheritance import Inherited
from rpcauth.storage.clock import wall_clock
from rpcauth.storage.effects import PutMeta
from rpcauth.storage.port import NO_LOCKS, Decision, Facts, Locks, Mint
from tests.metrics.scene import parse
from tests.support.provider import Provider, open_provider


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Provider]:
    async with open_provider(tmp_path) as opened:
        yield opened


class RaiseAlarm:
    """What a start with --accept-data-loss leaves in the store."""

    @property
    def locks(self) -> Locks:
        return NO_LOCKS

    def decide(self, facts: Facts, mint: Mint) -> Decision[None]:
        return Decision(effects=[PutMeta(DATA_LOSS, b"{}")])


async def get(socket: Path, path: str) -> str:
    reader, writer = await asyncio.open_unix_connection(socket)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    received = await reader.read()
    writer.close()
    return received.decode()


def build_log() -> LineLog:
    return LineLog(lambda lines: None, clock=wall_clock)


async def test_a_start_that_takes_long_can_be_told_from_a_daemon_that_is_down(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "metrics.sock"
    config = Config(metrics=Metrics(listen=UnixAddress(path=path)))
    said: list[str] = []
    async with observing(config, Inherited(), build_log(), said.append):
        assert (await get(path, "/livez")).startswith("HTTP/1.1 200 ")
        readiness = await get(path, "/readyz")
        assert readiness.startswith("HTTP/1.1 503 ")
        assert "\r\n\r\nstarting: " in readiness
        told = parse((await get(path, "/metrics")).partition("\r\n\r\n")[2])
        assert told.value("rpcauth_trouble", kind="starting") == 1
        assert {simple.name for simple in SIMPLE} <= told.names
    assert not path.exists()
    assert said == [f"made the folder {path.parent}"]


async def test_a_clock_that_jumped_is_told_until_it_is_reset(provider: Provider) -> None:
    observation = Observation(build_log())
    observation.begin(provider.store, {})
    assert observation.tell() == (True, "ready\n")

    provider.clock.jump(seconds=7200)
    is_ready, text = observation.tell()
    assert not is_ready
    assert text.startswith("clock_suspect: ")
    assert text.endswith("rpcauth doctor --reset-clock\n")

    provider.store.reset_clock()
    assert observation.tell() == (True, "ready\n")
    await observation.end()
    assert observation.tell()[0] is False


async def sees_loss(provider: Provider) -> bool:
    findings = Findings()
    await look(provider.store, findings)
    return findings.is_data_lost


async def test_a_loss_that_was_accepted_is_an_alarm_until_it_is_acknowledged(provider: Provider) -> None:
    assert not await sees_loss(provider)
    await provider.store.execute(RaiseAlarm())
    assert await sees_loss(provider)
    await provider.store.execute(AcknowledgeLoss())
    assert not await sees_loss(provider)


def test_each_trouble_has_a_line_of_words() -> None:
    lines = describe(Trouble).splitlines()
    assert [line.partition(": ")[0] for line in lines] == list(Trouble)
    assert all(line.partition(": ")[2] for line in lines)
