"""The pages for people: the README stays short, and every link to a file or a heading of the repository leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

from support.repository import tracked

_LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]*)(#[^)\s]*)?\)")
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def _anchors(page: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and the site make them."""
    titles = re.findall(r"^#+ (.+)$", _FENCED.sub("", page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_link_leads_somewhere(repository: Path) -> None:
    """A file that is there, a heading that is there."""
    broken = []
    for page in tracked(repository, "*.md"):
        for target, anchor in _LINK.findall(_FENCED.sub("", page.read_text())):
            path = (page.parent / target) if target else page
            if not path.exists():
                broken.append(f"{page.relative_to(repository)}: {target}")
            elif anchor and path.suffix == ".md" and anchor[1:] not in _anchors(path.read_text()):
                broken.append(f"{page.relative_to(repository)}: {target}{anchor}")
    assert broken == []


def test_the_readme_is_short(repository: Path) -> None:
    """What it is, how to get it and what to do with it fit on 100 lines; the rest is in docs/."""
    assert len((repository / "README.md").read_text().splitlines()) <= 100


def test_every_page_is_on_the_site(repository: Path) -> None:
    """The contents of docs/index.md name every page."""
    listed = set(re.findall(r"^([a-z]+)$", (repository / "docs/index.md").read_text(), re.MULTILINE))
    assert {page.stem for page in tracked(repository, "docs/*.md")} - {"index"} == listed
