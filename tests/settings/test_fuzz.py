"""Any bytes in the configuration, and any value of any key: settings or sentences, and no secret in these."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.errors import InvalidSettings
from engagement.settings.keys import KEYS, PREFIX, load
from tests.support.faults import SAID, fault

pytestmark = fault(kind="Settings", at="secrets.toml", seen="settings")

SECRET = "sesame-0123456789"
SECRETS = sorted(name for name, key in KEYS.items() if not key.metadata["repeated"])


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("settings") / "secrets.toml"


def said(path: Path, environ: dict[str, str] | None = None) -> str:
    """What reading the file comes to, in words: the settings or the sentences, and nothing else."""
    try:
        return repr(load(environ or {}, [path]))
    except InvalidSettings as error:
        return str(error)


def written(pairs: dict[tuple[str, str], str]) -> str:
    """A file with these keys."""
    sections = {section: [(key, text) for (of, key), text in pairs.items() if of == section] for section, _ in pairs}
    lines = [f"[{section}]\n" + "\n".join(f"{key} = {text}" for key, text in of) for section, of in sections.items()]
    return "\n".join(lines)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).map(lambda text: json.dumps(text))
ODD = [
    *("nan", "-inf", "1e999", "0x" + "f" * 5000, "1979-05-27", "07:32:00", "[[], [{}]]", "{ a = { b = [] } }"),
    *(
        '"~nobody/x"',
        '"http://[::1"',
        '"http://a:b@c:99999"',
        '"sqlite:///"',
        '"\\u0000"',
        '"postgresql://"',
        "[1, 'a']",
    ),
]
VALUES = st.one_of(
    TEXTS,
    st.integers().map(str),
    st.floats().map(repr),
    st.booleans().map(lambda value: str(value).lower()),
    st.lists(TEXTS, max_size=3).map(lambda texts: f"[{', '.join(texts)}]"),
    st.sampled_from(ODD),
)
NAMES = st.sampled_from([*sorted(KEYS), ("workspace", "urls"), ("limit", "copies")])


@fault("any bytes", SAID, "or they are settings")
@given(st.one_of(st.binary(max_size=300), st.integers(1, 4000).map(lambda depth: b"x = " + b"[{a=" * depth)))
def test_any_bytes_are_settings_or_sentences(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert said(file)


@fault("any value of any key", SAID, "or it is one that can be used")
@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_any_value_of_any_key_is_settings_or_sentences(file: Path, pairs: dict[tuple[str, str], str]) -> None:
    file.write_text(written(pairs), encoding="utf-8")
    assert said(file)


@fault("any text in a variable", SAID, "or it is one that can be used", at="environment")
@given(st.dictionaries(st.sampled_from(sorted(KEYS)), st.text(max_size=40), max_size=4))
def test_any_text_in_a_variable_is_settings_or_sentences(file: Path, values: dict[tuple[str, str], str]) -> None:
    environ = {f"{PREFIX}_{section}_{key}".upper(): value for (section, key), value in values.items()}
    assert said(file.with_name("absent.toml"), environ)


AROUND = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@fault("secrets in wrong values", SAID, "no part of a secret is repeated")
@given(st.dictionaries(st.sampled_from(SECRETS), st.tuples(AROUND, AROUND), min_size=1), st.booleans())
def test_no_part_of_a_secret_is_repeated(
    file: Path, around: dict[tuple[str, str], tuple[str, str]], table: bool
) -> None:
    texts = {name: json.dumps(f"{before}{SECRET}{after}") for name, (before, after) in around.items()}
    if table and ("workspace", "headers") in texts:
        texts["workspace", "headers"] = f"{{ X-Gate = {texts['workspace', 'headers']} }}"
    shown = ("workspace", "url"), ("workspace", "user_id")
    file.write_text(written({name: text for name, text in texts.items() if name not in shown}), encoding="utf-8")
    assert SECRET not in said(file)
    assert SECRET not in said(file, {"ENGAGEMENT_WORKSPACE_URL": f"https://me:{SECRET}@a.example"})
