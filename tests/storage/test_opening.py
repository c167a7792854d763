"""Opening a store: one process at a time, under its own master key, whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rpcauth.errors import StoreRefused
from rpcauth.keys.keyring import FIRST_PURPOSES, Purpose
from rpcauth.model import Millis, RecordId
from rpcauth.storage.driver import connect
from rpcauth.storage.effects import PutService
from rpcauth.storage.lock import StoreLock
from rpcauth.storage.opening import is_empty
from rpcauth.storage.port import Decision, Store
from tests.storage.contract import SERVICE
from tests.storage.engines import Place, open_sqlite
from tests.storage.records import Do, insert_access, write
from tests.support.provider import START

ROOT = Path(__file__).parent.parent.parent
MINT = Do(lambda facts, mint: Decision(result=mint.next_id(), effects=[insert_access(mint.next_id())]))


def content_of(place: Place) -> str:
    """The logical content of the store, to see whether it was touched."""
    connection = connect(place.path, writer=False)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in sorted(tables)}
    schema = connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    connection.close()
    return repr((rows, schema))


def alter(place: Place, *statements: str) -> None:
    connection = connect(place.path, writer=True)
    for statement in statements:
        connection.execute(statement)
    connection.close()


async def test_an_empty_store_gets_every_first_key_and_keeps_them(place: Place) -> None:
    async with open_sqlite(place) as store:
        keys = store.keyring.keys
        assert {purpose: list(versions) for purpose, versions in keys.items()} == {one: [1] for one in FIRST_PURPOSES}
        assert len({key for versions in keys.values() for key in versions.values()}) == len(FIRST_PURPOSES)
    async with open_sqlite(place) as store:
        assert store.keyring.keys == keys


async def test_another_master_key_is_refused_and_the_store_left_as_it_was(place: Place) -> None:
    async with open_sqlite(place) as store:
        await write(store, PutService(SERVICE))
    before = content_of(place)
    with pytest.raises(StoreRefused, match="not the master key"):
        async with open_sqlite(Place(place.folder, place.clock)):
            pass
    assert content_of(place) == before
    async with open_sqlite(place) as store:
        assert store.definitions.services == {"service": SERVICE}


async def test_another_master_key_is_refused_before_anything_is_migrated(place: Place) -> None:
    async with open_sqlite(place):
        pass
    alter(place, "DELETE FROM migrations", "DROP TABLE nonces")
    before = content_of(place)
    with pytest.raises(StoreRefused, match="not the master key"):
        async with open_sqlite(Place(place.folder, place.clock)):
            pass
    assert content_of(place) == before


@pytest.mark.parametrize("purpose", FIRST_PURPOSES)
async def test_a_missing_key_is_refused_and_none_is_made_in_its_place(place: Place, purpose: Purpose) -> None:
    async with open_sqlite(place):
        pass
    alter(place, f"DELETE FROM keys WHERE purpose = '{purpose}'")
    before = content_of(place)
    with pytest.raises(StoreRefused, match=f"lost its {purpose} key"):
        async with open_sqlite(place):
            pass
    assert content_of(place) == before


@pytest.mark.parametrize(
    "loss", [("DELETE FROM meta",), ("DELETE FROM meta", "DELETE FROM keys")], ids=["check value", "every key"]
)
async def test_data_without_its_keys_is_refused_and_no_key_is_made_beside_it(
    place: Place, loss: tuple[str, ...]
) -> None:
    async with open_sqlite(place) as store:
        await write(store, PutService(SERVICE))
    alter(place, *loss)
    before = content_of(place)
    with pytest.raises(StoreRefused, match="lost the keys"):
        async with open_sqlite(place):
            pass
    assert content_of(place) == before


async def test_a_key_that_was_moved_to_another_purpose_does_not_open(place: Place) -> None:
    async with open_sqlite(place):
        pass
    sealed = "(SELECT sealed FROM keys WHERE purpose = 'reference')"
    alter(place, f"UPDATE keys SET sealed = {sealed} WHERE purpose = 'sealing'")
    with pytest.raises(StoreRefused, match="sealing key 1"):
        async with open_sqlite(place):
            pass


async def test_a_start_that_was_cut_off_before_the_keys_were_made_is_made_good(place: Place) -> None:
    async with open_sqlite(place):
        pass
    alter(place, "DELETE FROM meta", "DELETE FROM keys")
    async with open_sqlite(Place(place.folder, place.clock)) as store:
        assert set(store.keyring.keys) == set(FIRST_PURPOSES)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.write_bytes(b"this is no database, but it is long enough to be one" * 100), "SQLITE_NOTADB"),
        (lambda path: path.write_bytes(path.read_bytes()[:4096] + os.urandom(8192)), "not a store"),
        (lambda path: (path.unlink(), path.mkdir()), "SQLITE_CANTOPEN"),
    ],
    ids=["text", "garbage", "folder"],
)
async def test_what_is_no_store_is_refused_in_words(place: Place, spoil: Callable[[Path], None], said: str) -> None:
    async with open_sqlite(place):
        pass
    spoil(place.path)
    with pytest.raises(StoreRefused, match=said):
        async with open_sqlite(place):
            pass
    # The lock was let go of.
    StoreLock(place.path).release()


async def test_a_definition_that_cannot_be_read_is_refused_in_words(place: Place) -> None:
    async with open_sqlite(place) as store:
        await write(store, PutService(SERVICE))
    alter(place, """UPDATE services SET document = '{"service_key":"service","name":"x","grant_types":["new"]}'""")
    with pytest.raises(StoreRefused, match=r"definition \(service\)"):
        async with open_sqlite(place):
            pass


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", ".lock"])
async def test_only_its_owner_may_read_a_new_store(place: Place, suffix: str) -> None:
    before = os.umask(0)
    try:
        async with open_sqlite(place) as store:
            await write(store, PutService(SERVICE))
            assert place.path.with_name(place.path.name + suffix).stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


def test_a_store_is_empty_until_something_stands_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    assert is_empty(path)
    path.touch()
    assert is_empty(path)
    path.write_bytes(b"x")
    assert not is_empty(path)


# --- one at a time ----------------------------------------------------------------------------------------------------


async def test_a_second_opening_is_refused_until_the_first_has_closed(place: Place) -> None:
    async with open_sqlite(place):
        with pytest.raises(StoreRefused, match="another rpcauth process"):
            async with open_sqlite(place):
                pass
    async with open_sqlite(place):
        pass


def test_two_processes_that_open_an_empty_store_at_once_have_one_winner(place: Place) -> None:
    program = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from rpcauth.errors import StoreRefused\n"
        "from rpcauth.storage.opening import StoreSettings, open_store\n"
        "async def main():\n"
        "    sys.stdin.readline()\n"
        "    try:\n"
        f"        store = await open_store(StoreSettings(path=Path({str(place.path)!r})), bytes(32))\n"
        "    except StoreRefused:\n"
        "        print('refused', flush=True)\n"
        "        return\n"
        "    print('opened', flush=True)\n"
        "    sys.stdin.readline()\n"
        "    await store.close()\n"
        "asyncio.run(main())\n"
    )
    openers = [
        subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
        for _ in range(2)
    ]
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write(b"go\n")
        opener.stdin.flush()
    said = []
    for opener in openers:
        assert opener.stdout is not None
        said.append(opener.stdout.readline().decode().strip())
    for opener in openers:
        opener.communicate(b"end\n", timeout=30)
    assert sorted(said) == ["opened", "refused"]


def test_a_process_that_was_killed_leaves_no_lock(place: Place) -> None:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom pathlib import Path\n" + (
        "from rpcauth.storage.lock import StoreLock\n"
        f"lock = StoreLock(Path({str(place.path)!r}))\nprint('locked', flush=True)\nsys.stdin.readline()\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"locked\n"
    with pytest.raises(StoreRefused):
        StoreLock(place.path)
    holder.send_signal(signal.SIGKILL)
    holder.communicate(timeout=30)
    lock = StoreLock(place.path)
    lock.release()
    lock.release()


# --- ids and time over restarts ---------------------------------------------------------------------------------------


async def next_id(store: Store) -> RecordId:
    record_id: RecordId = await store.execute(MINT)
    return record_id


@pytest.mark.parametrize("step", [0, 1, -1, -200, -86_400, 3600])
@pytest.mark.parametrize("nodes", [(0, 0), (0, 9), (9, 0)], ids=str)
async def test_ids_never_go_back_over_restarts_and_clock_steps(place: Place, step: int, nodes: tuple[int, int]) -> None:
    last = RecordId(0)
    for node in (*nodes, *nodes):
        async with open_sqlite(place, node=node) as store:
            for _ in range(3):
                made = await next_id(store)
                assert made > last
                last = made
        place.clock.jump(seconds=step)


async def test_ids_made_long_after_the_start_are_kept_apart_from_those_of_the_next_one(place: Place) -> None:
    async with open_sqlite(place) as store:
        for _ in range(5):
            made = await next_id(store)
            place.clock.advance(seconds=7)
    place.clock.jump(seconds=-100)
    async with open_sqlite(place) as store:
        assert await next_id(store) > made


async def test_more_ids_than_a_millisecond_holds_run_ahead_and_stay_ahead_over_a_restart(place: Place) -> None:
    many = Do(lambda facts, mint: Decision(result=[mint.next_id() for _ in range(10_000)], effects=[insert_access(1)]))
    async with open_sqlite(place) as store:
        made: list[RecordId] = await store.execute(many)
    assert made == sorted(set(made))
    async with open_sqlite(place) as store:
        assert await next_id(store) > made[-1]


async def test_a_clock_that_was_set_back_while_the_daemon_was_down_is_suspect(place: Place) -> None:
    async with open_sqlite(place) as store:
        await next_id(store)
    place.clock.jump(seconds=-86_400)
    async with open_sqlite(place) as store:
        assert store.clock.suspect
        assert store.now() >= START


async def test_the_time_seen_is_kept_while_only_the_sweeper_writes(place: Place) -> None:
    async with open_sqlite(place) as store:
        await next_id(store)
        for _ in range(10):
            place.clock.advance(seconds=3600)
            assert await store.sweep(10) == 0
    place.clock.jump(seconds=-5 * 3600)
    async with open_sqlite(place) as store:
        assert store.clock.suspect
        assert store.now() >= START + 10 * 3_600_000


async def test_a_reset_is_remembered_by_the_next_commit(place: Place) -> None:
    async with open_sqlite(place) as store:
        await next_id(store)
        place.clock.jump(seconds=-86_400)
        store.now()
        assert store.clock.suspect
        store.reset_clock()
        assert (store.clock.suspect, store.now()) == (False, Millis(START - 86_400_000))
        last = await next_id(store)
    async with open_sqlite(place) as store:
        assert (store.clock.suspect, store.now()) == (False, Millis(START - 86_400_000))
        assert await next_id(store) > last
