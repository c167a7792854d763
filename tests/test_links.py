"""Links between the documents of this repository lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "examples" / "conformance" / "README.md",
]
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"\]\(\s*<?([^)\s>]+)|^\[[^\]]+\]:\s*<?([^\s>]+)", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.IGNORECASE)


def find_relative_links(text: str) -> list[str]:
    """The paths that a document links to, without fragments; what stands in code is no link."""
    targets = (inline or reference for inline, reference in TARGET.findall(CODE.sub("", text)))
    return [target.partition("#")[0] for target in targets if not ELSEWHERE.match(target)]


def test_inline_and_reference_links_are_found_and_those_elsewhere_are_not() -> None:
    text = """[a](docs/a.md#part) ![b](<b.png> "title") [`c`](../c) [d](https://example.com/d) [e](#here) `[f](f.md)`
[g]: g.md
[h]: mailto:h@example.com
```sh
[i](i.md)
```
"""
    assert find_relative_links(text) == ["docs/a.md", "b.png", "../c", "g.md"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_to_what_exists(document: Path) -> None:
    links = find_relative_links(document.read_text("utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_readme_links_to_every_other_document() -> None:
    linked = {(ROOT / link).resolve() for link in find_relative_links((ROOT / "README.md").read_text("utf-8"))}
    assert {path for path in DOCUMENTS if path.name != "README.md"} <= linked
