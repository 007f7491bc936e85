"""However fast an answer is decoded: a key that stands in it twice is a contradiction, and has neither value."""

from __future__ import annotations

import gc
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.api import decode
from engagement.api.answer import Contradictory, answer_of

WORDS = st.sampled_from(["a", "b", "lm", "\x7f", "ä", "\U0001f512", '"a":', "\\"])
# Objects as lists of pairs, which may have a key twice.
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(WORDS, inner), max_size=3).map(tuple),
    max_leaves=8,
)
TWICE = "stands twice"


def written(value: object, gap: str, *, ascii_only: bool) -> str:
    """``value`` as JSON with ``gap`` around its signs."""
    if isinstance(value, list):
        return f"[{f',{gap}'.join(written(one, gap, ascii_only=ascii_only) for one in value)}]"
    if isinstance(value, tuple):
        pairs = (f"{json.dumps(key)}:{gap}{written(one, gap, ascii_only=ascii_only)}" for key, one in value)
        return f"{{{f',{gap}'.join(pairs)}}}"
    return json.dumps(value, ensure_ascii=ascii_only)


def meant(value: Any) -> Any:
    """What ``value`` says, with TWICE in the place of a key's values."""
    if isinstance(value, list):
        return [meant(one) for one in value]
    if isinstance(value, tuple):
        keys = [key for key, _ in value]
        return {key: TWICE if keys.count(key) > 1 else meant(one) for key, one in value}
    return value


def said(value: Any) -> Any:
    """What was read, with TWICE in the place of a contradiction."""
    if isinstance(value, list):
        return [said(one) for one in value]
    if isinstance(value, dict):
        return {key: said(one) for key, one in value.items()}
    return TWICE if isinstance(value, Contradictory) else value


@given(
    pairs=st.lists(st.tuples(WORDS, VALUES), max_size=4), gap=st.sampled_from(["", "", " "]), ascii_only=st.booleans()
)
def test_every_key_has_the_value_that_was_sent_unless_it_was_sent_twice(
    pairs: Sequence[tuple[str, Any]], gap: str, ascii_only: bool
) -> None:
    content = written(tuple(pairs), gap, ascii_only=ascii_only).encode()
    assert said(answer_of(200, content).body) == meant(tuple(pairs))


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (b'{"total":1,"total":1}', {"total": TWICE}),
        (b'{"rooms":[{"_id":"a","_id":"b"}]}', {"rooms": [{"_id": TWICE}]}),
        (b'{"total":1,"t\\u006ftal":2}', {"total": TWICE}),
        (b'{"total":123456789012345678901234567890}', {"total": 123456789012345678901234567890}),
        (b'{"name":"half \\ud83d"}', {"name": "half \ud83d"}),
        (b'{"total":NaN}', None),
        (b'{"total":Infinity}', None),
        (b'{"total":1}{"total":2}', None),
        (b"[1]", None),
        (b'{"a":' * 200_000 + b"1" + b"}" * 200_000, None),
    ],
)
def test_json_that_is_out_of_the_usual_is_read_with_care_or_not_at_all(content: bytes, body: Any) -> None:
    assert said(answer_of(200, content).body) == body


def test_an_object_as_deep_as_no_encoder_goes_is_read_all_the_same() -> None:
    body: Any = answer_of(200, b'{"a":' * 400 + b"1" + b"}" * 400).body
    for _ in range(400):
        body = body["a"]
    assert body == 1


def test_the_collector_goes_on_though_one_answer_is_decoded_just_as_another_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, ended, enabled = decode.uncollected(), list[None](), gc.isenabled

    def ends_meanwhile() -> bool:
        found = enabled()
        ended.append(first.__exit__(None, None, None))  # type: ignore[func-returns-value]
        return found

    first.__enter__()
    monkeypatch.setattr(gc, "isenabled", ends_meanwhile)
    with decode.uncollected():
        pass
    if not ended:
        first.__exit__(None, None, None)
    assert enabled()


def test_a_date_that_is_half_a_surrogate_pair_is_none_among_many_that_are_the_same() -> None:
    moments = decode.time_column(["\ud83d", *["2026-01-02T03:04:05.678Z"] * 600])
    assert moments.isna().sum() == 1
    assert moments.iloc[-1].isoformat() == "2026-01-02T03:04:05.678000+00:00"
