"""npm @open-rpc/test-coverage, a check from outside: every example of every method, judged by the schema it is told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rpcauth.rpc.description.examples import load_examples
from rpcauth.wire.suites import conformance_folder
from tests.support.daemon import BASIC, run_daemon
from tests.support.npm import install_once, run_folder, run_script

HERE = Path(__file__).parent
DEFINITIONS = (conformance_folder() / "definitions.toml").read_text("utf-8")

Cover = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def cover(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cover]:
    """A run against a daemon: the calls and its verdicts. Where the packages cannot be had, the test is skipped."""
    packages = run_folder(tmp_path_factory.getbasetemp(), os.environ.get("PYTEST_XDIST_WORKER")) / "openrpc"
    reason = install_once(packages, HERE)
    if reason:
        pytest.skip(reason)
    with run_daemon(tmp_path_factory.mktemp("coverage"), definitions=DEFINITIONS) as daemon:
        told = {"url": f"http://127.0.0.1:{daemon.port}/rpc", "authorization": BASIC}
        yield lambda **more: run_script(HERE / "coverage.mjs", packages, {**told, **more})


def test_every_example_of_every_method_is_called_and_its_result_is_what_the_document_says(cover: Cover) -> None:
    calls = cover()
    assert [call for call in calls if not call["valid"]] == []
    expected = sorted(name for name, examples in load_examples().items() for _ in examples)
    assert sorted(call["method"] for call in calls) == expected


def test_a_result_that_is_not_what_the_document_says_is_noticed(cover: Cover) -> None:
    calls = cover(planted="oauth2.fetchAccessToken", only=["oauth2.fetchAccessToken"])
    assert [call["valid"] for call in calls] == [False] * len(load_examples()["oauth2.fetchAccessToken"])
