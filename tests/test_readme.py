"""The README's lines run as they stand, one after the other in one shell, and print what it says they print."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.support.daemon import YM, run_daemon

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SEPARATOR = "\n---- next ----\n"


def read_walk() -> list[tuple[str, str]]:
    """The shell blocks of the walk-through, each with the reply that is shown below it."""
    blocks = BLOCK.findall(README.read_text("utf-8"))
    return [(blocks[at][1], blocks[at + 1][1].strip()) for at in range(0, len(blocks), 2)]


def as_pattern(shown: str) -> re.Pattern[str]:
    """A shown reply as a pattern: `…` stands for what differs from run to run."""
    return re.compile(r"[0-9A-Za-z:_.+-]+".join(re.escape(part) for part in shown.split("…")))


def test_every_shell_block_is_followed_by_its_reply() -> None:
    kinds = [kind for kind, _ in BLOCK.findall(README.read_text("utf-8"))]
    assert kinds == ["sh", "json"] * (len(kinds) // 2)
    assert len(kinds) >= 8


def test_the_walk_from_a_code_to_a_revoked_token_works_as_printed(tmp_path: Path) -> None:
    walk = read_walk()
    with run_daemon(tmp_path, sections=YM) as daemon:
        script = f"\nprintf -- '{SEPARATOR.strip()}'\n".join(shell for shell, _ in walk)
        script = script.replace("127.0.0.1:8700", f"127.0.0.1:{daemon.port}")
        done = subprocess.run(["bash", "-eu", "-c", script], capture_output=True, text=True, check=True, timeout=60)
    printed = [part.strip() for part in done.stdout.split(SEPARATOR.strip())]
    assert len(printed) == len(walk)
    for reply, (_, shown) in zip(printed, walk, strict=True):
        assert as_pattern(shown).fullmatch(reply), f"printed {reply}\nshown   {shown}"
