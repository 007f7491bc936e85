"""The words for owners of silent rooms, as the configuration may set them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.test_settings import faults, from_text
from tests.support.faults import SAID, fault

pytestmark = fault(kind="Settings", at="secrets.toml", seen="settings")


@fault("a text for owners with {field}", SAID, "at the start, with the field")
@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Dear {name}", "{name}"),
        ("{room.__class__}", "{room.__class__}"),
        ("{room!r}", "{room}"),
        ("{owner:>9}", "{owner}"),
        ("{0}", "{0}"),
        ("{}", "{}"),
    ],
)
def test_a_text_for_owners_with_an_unknown_field_is_told_with_that_field(tmp_path: Path, text: str, field: str) -> None:
    fields = "{owner}, {room}, {last_message}, {silence}, {link}, {workspace}"
    [said] = faults(tmp_path, f"[worklist]\ntext = '{text}'")
    assert said == f"[worklist] text must be a text without the field {field} (there are {fields}), not '{text}'."


@pytest.mark.parametrize("text", ["{rooms", "rooms}", "{ro{o}ms}"])
def test_a_brace_that_stands_alone_is_told(tmp_path: Path, text: str) -> None:
    [said] = faults(tmp_path, f"[worklist]\ntext_for_several = '{text}'")
    fields = "{owner}, {rooms}, {workspace}"
    wanted = f"[worklist] text_for_several must be a text in which braces stand around one of {fields}, or twice"
    assert said == f"{wanted}, not '{text}'."


def test_a_text_for_owners_may_have_braces_of_its_own_and_several_lines(tmp_path: Path) -> None:
    loaded = from_text(tmp_path, '[worklist]\ntext = """\n{{x}} {room}\n\nBye"""')
    assert loaded.worklist.text == "{{x}} {room}\n\nBye"
