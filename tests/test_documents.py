"""What the documents say is so: links lead somewhere, files exist, lines of code are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engagement.settings import keys
from tests import ROOT
from tests.support.documents import DOCUMENTS, Block, anchors, blocks, links, paths, prose

BLOCKS = [block for document in DOCUMENTS for block in blocks(document)]
# Commands, commands as root, a line for cron, and files: configuration, units of systemd, lines of our own code.
KINDS = {"sh", "cron", "toml", "ini", "py", "text"}
# What a reader makes.
OWN = {".streamlit/secrets.toml"}
each = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


@each
def test_every_link_leads_to_a_file_or_a_heading(document: Path) -> None:
    for link in links(document):
        target, _, anchor = link.partition("#")
        if target.startswith(("https://", "http://")):
            continue
        path = (document.parent / target).resolve() if target else document
        assert path.exists(), link
        assert not anchor or anchor in anchors(path), link


@each
def test_every_file_that_is_named_exists(document: Path) -> None:
    assert [path for path in paths(document) if not (ROOT / path).exists() and path not in OWN] == []


@pytest.mark.parametrize("path", [*(ROOT / ".streamlit").iterdir(), *(ROOT / "deploy").iterdir()], ids=lambda p: p.name)
def test_every_module_that_a_configuration_names_exists(path: Path) -> None:
    named = re.findall(r"(?<![\w-])(?:engagement|pages|docs|deploy)/[\w/]+\.\w+", path.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


@each
def test_every_block_says_what_it_is_and_none_is_made_by_indenting(document: Path) -> None:
    assert {block.kind for block in blocks(document)} <= KINDS
    assert not re.search(r"\n\n    \S", prose(document))


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.kind == "py"], ids=str)
def test_lines_of_code_are_those_of_the_file_that_they_are_said_to_be_of(block: Block) -> None:
    shown = [line.strip() for line in block.lines if line.strip() != "…"]
    there = [line.strip() for line in (ROOT / block.rest).read_text(encoding="utf-8").splitlines()]
    assert shown
    assert [line for line in shown if line not in there] == []


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.kind == "toml"], ids=str)
def test_a_configuration_that_is_shown_is_understood(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text("\n".join(block.lines), encoding="utf-8")
    assert keys.load({}, [file]) != keys.Settings()
