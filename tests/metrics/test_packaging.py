"""The alert rules and the dashboard: their own tools take them, and what they ask for is what a daemon tells."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.metrics.scene import Samples, parse, watch
from tests.support import debian
from tests.support.daemon import YM

ROOT = Path(__file__).parents[2]
RULES = ROOT / "packaging/prometheus/rpcauth.rules.yml"
RULE_TESTS = Path(__file__).with_name("rules.test.yml")
DASHBOARD = ROOT / "packaging/grafana/rpcauth.json"
VARIABLES = {"$job": "rpcauth", "$instance": ".*", "$__rate_interval": "1m"}

_NAME = re.compile(r"\b(?:rpcauth|process)_[a-z_]+\b")
_OF_HISTOGRAM = re.compile(r"_(?:bucket|sum|count)$")


@pytest.fixture(scope="module")
def promtool() -> Path:
    try:
        return debian.unpack("prometheus") / "usr/bin/promtool"
    except debian.Unavailable as unavailable:
        pytest.skip(str(unavailable))


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a daemon tells that has had a call."""
    with watch(tmp_path_factory.mktemp("watched"), sections=YM) as watched:
        watched.daemon.call("test.hello", [])
        watched.read_once(lambda told: told.sum("rpcauth_key_created_timestamp_seconds") > 0)
        return watched.get("/metrics").text


@pytest.fixture(scope="module")
def told(text: str) -> Samples:
    return parse(text)


def run(promtool: Path, *words: str | Path, given: str | None = None) -> str:
    """What promtool says; it must be content."""
    done = subprocess.run([promtool, *words], input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def find_panels() -> Iterator[dict[str, Any]]:
    dashboard = json.loads(DASHBOARD.read_text())
    return (panel for panel in dashboard["panels"] if panel["type"] != "row")


def find_expressions() -> list[str]:
    """Those of the dashboard, with Grafana's variables filled in."""
    expressions = [target["expr"] for panel in find_panels() for target in panel["targets"]]
    for name, value in VARIABLES.items():
        expressions = [expression.replace(name, value) for expression in expressions]
    return expressions


def test_promtool_takes_what_a_daemon_tells(promtool: Path, text: str) -> None:
    assert run(promtool, "check", "metrics", given=text) == ""


def test_promtool_takes_the_rules(promtool: Path) -> None:
    assert "SUCCESS" in run(promtool, "check", "rules", RULES)


def test_each_alert_fires_when_it_is_to_and_none_when_all_is_well(promtool: Path) -> None:
    assert "SUCCESS" in run(promtool, "test", "rules", RULE_TESTS)
    alerts = re.findall(r"- alert: (\w+)", RULES.read_text())
    assert len(alerts) == len(set(alerts)) > 10
    assert set(re.findall(r'alertname="(\w+)"', RULE_TESTS.read_text())) == set(alerts)


def test_prometheus_can_read_every_expression_of_the_dashboard(promtool: Path, tmp_path: Path) -> None:
    rules = [{"record": f"panel:{number}", "expr": one} for number, one in enumerate(find_expressions())]
    file = tmp_path / "dashboard.rules.json"  # JSON is YAML
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    assert f"{len(rules)} rules found" in run(promtool, "check", "rules", file)


def test_every_metric_that_is_asked_for_is_told(told: Samples) -> None:
    texts = [RULES.read_text(), RULE_TESTS.read_text(), *find_expressions()]
    wanted = {name for one in texts for name in _NAME.findall(one)} - {"rpcauth_build_info"}
    missing = {name for name in wanted if name not in told.names and _OF_HISTOGRAM.sub("", name) not in told.names}
    assert wanted
    assert missing == set()
    assert told.sum("rpcauth_build_info") == 1


def test_every_metric_that_is_told_is_shown_or_watched(told: Samples) -> None:
    shown = "\n".join([RULES.read_text(), *find_expressions()])
    unseen = {name for name in told.families if name not in shown}
    assert unseen <= {"process_virtual_memory_bytes"}


def test_every_label_that_is_asked_for_has_such_a_value(told: Samples) -> None:
    asked = re.findall(r'(rpcauth_\w+)\{[^}]*?(kind|reason|listener|purpose)=~?"([^"]+)"', RULES.read_text())
    assert len(asked) > 4
    for name, _, values in asked:
        known = told.labels(name) | {"signing"}  # of a service that has signed
        assert set(values.split("|")) <= known, name


def test_the_panels_stand_side_by_side() -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    places = [panel["gridPos"] for panel in dashboard["panels"]]
    cells = [(place["y"] + y, place["x"] + x) for place in places for y in range(place["h"]) for x in range(place["w"])]
    assert len(cells) == len(set(cells))
    assert all(x < 24 for _, x in cells)
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    assert all(panel["title"] for panel in dashboard["panels"])
