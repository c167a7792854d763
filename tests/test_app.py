"""The composition root: the master key beside its store, made, kept, changed, and never lost."""

from __future__ import annotations

import asyncio
import functools
import json
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rpcauth.app.core import ADMINISTRATOR, Core, open_core
from rpcauth.config import Config
from rpcauth.config.address import SqliteUrl
from rpcauth.config.sections import Audit, Keys, Server, Storage
from rpcauth.errors import StoreRefused
from rpcauth.keys.master import load_master_key, write_master_key
from rpcauth.model import Service
from rpcauth.operations.key_rotation import RotateMaster
from rpcauth.rpc.dialect import RPC
from rpcauth.storage.effects import PutService
from rpcauth.storage.port import Decision, Facts, Mint
from tests.storage.records import Do, write, writing

ROOT = Path(__file__).parent.parent
OTHER_KEY = bytes(range(32))
SERVICE = Service(service_key="service", name="Kept")


@dataclass(slots=True)
class Home:
    """Where a daemon would live. `said` are the lines that its operator sees."""

    folder: Path
    request_timeout: float = 30
    said: list[str] = field(default_factory=list)

    @property
    def key(self) -> Path:
        return self.folder / "var" / "master.key"

    @property
    def successor(self) -> Path:
        return self.folder / "var" / "master.key.new"

    @property
    def store(self) -> Path:
        return self.folder / "var" / "store.db"

    def open(self) -> Any:
        config = Config(
            server=Server(request_timeout=self.request_timeout),
            storage=Storage(url=SqliteUrl(path=self.store)),
            keys=Keys(file=self.key),
            audit=Audit(path=self.folder / "var" / "audit.log"),
        )
        return open_core(config, self.said.append)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


async def rotate(core: Core) -> dict[str, Any]:
    """The reply to admin.rotateMaster."""
    body = json.dumps({"jsonrpc": "2.0", "method": "admin.rotateMaster", "id": 1}).encode()
    reply: dict[str, Any] = json.loads((await core.admin_dispatcher(body, ADMINISTRATOR, RPC)).body)
    return reply


async def check_serves(home: Home) -> None:
    """The next start serves the store with the key in the file, and nothing else is left of a change."""
    async with home.open() as core:
        assert core.store.definitions.services == {"service": SERVICE}
        assert core.store.is_under(load_master_key(home.key))
        await write(core.store, PutService(SERVICE))
    assert not home.successor.exists()


async def test_a_first_start_makes_key_and_store_and_says_so(home: Home) -> None:
    async with home.open() as core:
        assert core.store.is_under(load_master_key(home.key))
    assert home.key.stat().st_mode & 0o777 == 0o600
    assert any("made the master key" in line for line in home.said)
    home.said.clear()
    async with home.open():
        pass
    assert home.said == []


@pytest.mark.parametrize("restored", [True, False], ids=["another key", "no key"])
async def test_beside_data_a_key_that_is_lost_is_refused_and_none_is_made(home: Home, restored: bool) -> None:
    async with home.open() as core:
        await write(core.store, PutService(SERVICE))
    kept = home.key.rename(home.folder / "kept")
    if restored:
        write_master_key(home.key, OTHER_KEY)
    for _ in range(2):
        with pytest.raises(StoreRefused, match="master key"):
            async with home.open():
                pass
    assert home.key.exists() is restored
    kept.replace(home.key)
    await check_serves(home)


async def test_a_new_master_key_takes_the_old_ones_place(home: Home) -> None:
    async with home.open() as core:
        await write(core.store, PutService(SERVICE))
        before = load_master_key(home.key)
        assert (await rotate(core))["result"] is True
        assert load_master_key(home.key) != before
        assert core.store.is_under(load_master_key(home.key))
        assert home.key.stat().st_mode & 0o777 == 0o600
    await check_serves(home)


async def test_changes_asked_at_once_are_made_one_after_the_other(home: Home) -> None:
    async with home.open() as core:
        await write(core.store, PutService(SERVICE))
        replies = await asyncio.gather(*(rotate(core) for _ in range(8)))
        assert [reply.get("result") for reply in replies] == [True] * 8
    await check_serves(home)


@pytest.mark.parametrize("is_committed", [True, False], ids=["after the commit", "before the commit"])
async def test_a_crash_in_the_middle_of_a_change_leaves_a_store_that_starts(home: Home, is_committed: bool) -> None:
    async with home.open() as core:
        await write(core.store, PutService(SERVICE))
    program = f"""
import asyncio, os
from pathlib import Path
from tests.test_app import OTHER_KEY, Home
from rpcauth.keys.master import write_master_key
from rpcauth.operations.key_rotation import RotateMaster

async def main():
    home = Home(Path({str(home.folder)!r}))
    async with home.open() as core:
        write_master_key(home.successor, OTHER_KEY)
        if {is_committed}:
            await core.store.execute(RotateMaster(master=OTHER_KEY))
        os._exit(7)

asyncio.run(main())
"""
    run = functools.partial(subprocess.run, cwd=ROOT, capture_output=True, text=True, check=False)
    done = await asyncio.to_thread(run, [sys.executable, "-c", program])
    assert done.returncode == 7, done.stderr
    before = load_master_key(home.key)
    async with home.open() as core:
        assert load_master_key(home.key) == (OTHER_KEY if is_committed else before)
        assert (await rotate(core))["result"] is True
    await check_serves(home)


async def test_two_keys_that_both_do_not_fit_are_refused_and_both_stay(home: Home) -> None:
    async with home.open() as core:
        await write(core.store, PutService(SERVICE))
    kept = home.key.rename(home.folder / "kept")
    write_master_key(home.key, OTHER_KEY)
    write_master_key(home.successor, bytes(32))
    with pytest.raises(StoreRefused, match="not the master key"):
        async with home.open():
            pass
    assert (load_master_key(home.key), load_master_key(home.successor)) == (OTHER_KEY, bytes(32))
    kept.replace(home.key)
    home.successor.unlink()
    await check_serves(home)


@pytest.mark.parametrize("then", ["another change", "a restart"])
async def test_a_change_whose_outcome_was_not_known_loses_no_key(home: Home, then: str) -> None:
    home.request_timeout = 0.05
    deciding, go_on = threading.Event(), threading.Event()

    def hold(facts: Facts, mint: Mint) -> Decision[None]:
        deciding.set()
        go_on.wait(30)
        return Decision()

    async with home.open() as core:
        await write(core.store, PutService(SERVICE))
        held = asyncio.ensure_future(core.store.execute(Do(hold)))
        await asyncio.to_thread(deciding.wait, 30)
        reply = await rotate(core)
        assert (reply["error"]["code"], reply["error"]["data"]) == (-32003, {"outcome": "unknown"})
        # And again, while the first is still waiting: its key must not be thrown away.
        assert (await rotate(core))["error"]["code"] == -32003
        go_on.set()
        await asyncio.gather(held, return_exceptions=True)
        if then == "another change":
            replies = [await rotate(core) for _ in range(20)]
            assert "result" in replies[-1]
    home.request_timeout = 30
    await check_serves(home)


async def test_a_refused_change_keeps_the_key_of_one_that_is_still_waiting(home: Home) -> None:
    home.request_timeout = 0.05
    deciding, go_on = threading.Event(), threading.Event()

    def hold(facts: Facts, mint: Mint) -> Decision[None]:
        deciding.set()
        go_on.wait(30)
        return Decision()

    async with home.open() as core:
        await write(core.store, PutService(SERVICE))
        held = asyncio.ensure_future(core.store.execute(Do(hold)))
        await asyncio.to_thread(deciding.wait, 30)
        assert (await rotate(core))["error"]["data"] == {"outcome": "unknown"}
        closing = asyncio.ensure_future(core.store.close())
        await asyncio.sleep(0)
        assert (await rotate(core))["error"]["data"] == {"outcome": "not_done"}
        go_on.set()
        await asyncio.gather(held, closing, return_exceptions=True)
    home.request_timeout = 30
    await check_serves(home)


async def test_a_change_that_was_refused_keeps_the_old_key(home: Home) -> None:
    async with home.open() as core:
        await write(core.store, PutService(SERVICE))
        before = load_master_key(home.key)
        await core.store.close()
        assert (await rotate(core))["error"]["data"] == {"outcome": "not_done"}
        assert load_master_key(home.key) == before
    async with home.open() as core:
        assert load_master_key(home.key) == before
        assert (await rotate(core))["result"] is True
    await check_serves(home)


async def test_a_second_daemon_is_refused(home: Home) -> None:
    async with home.open() as core:
        await core.store.execute(writing())
        with pytest.raises(StoreRefused, match="another rpcauth process"):
            async with home.open():
                pass


async def test_the_master_key_is_no_part_of_what_is_shown(home: Home) -> None:
    async with home.open() as core:
        shown = repr((core.master, RotateMaster(master=core.master.key), core.describe()))
        assert core.master.key.hex() not in shown
        assert repr(core.master.key)[2:-1] not in shown
