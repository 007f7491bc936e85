"""An answer of a workspace: its status, its JSON, and what it says went wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import orjson

from engagement.api.decode import uncollected
from engagement.numbers.receipt import ONE_CALL, Receipt


class Contradictory:
    """The value of a key that an object of an answer has twice: none that anything can be read from."""


@dataclass(frozen=True)
class Answer:
    """Status and body of an answer; ``body`` is None when it is not a JSON object, but a web page, say.

    ``receipt`` has the calls it took, tries included, and the wait for the rate limit before them.
    """

    status: int
    body: Mapping[str, object] | None = field(repr=False)
    web_page: bool = False
    receipt: Receipt = ONE_CALL

    @property
    def error(self) -> str:
        """The server's own text for what is wrong, or an empty text."""
        return self._text("error") or self._text("message")

    @property
    def error_type(self) -> str:
        """The code of what is wrong: ``errorType``, or the last ``[code]`` in the text, or the text itself."""
        error = self._text("error")
        in_brackets = error[error.rfind("[") + 1 : -1] if error.endswith("]") else ""
        return self._text("errorType") or in_brackets or error

    def _text(self, key: str) -> str:
        value = (self.body or {}).get(key)
        return value if isinstance(value, str) else ""


def answer_of(status: int, content: bytes) -> Answer:
    """The answer with its body decoded, where it is a JSON object."""
    try:
        body = _decoded(content)
    except (ValueError, RecursionError):
        body = None
    return Answer(status, body if isinstance(body, dict) else None, content.lstrip().startswith(b"<"))


def _decoded(content: bytes) -> object:
    """The value of JSON. Raises ValueError or RecursionError for what is none."""
    # Too long a number or half a surrogate pair, say, are none to the fast decoder, and JSON all the same.
    with suppress(ValueError, TypeError), uncollected():
        body = orjson.loads(content)
        # It keeps the last of two values of one key. What it writes again byte for byte had no key twice.
        if orjson.dumps(body) == content:
            return body
        del body
    return json.loads(content, parse_constant=_no_constant, object_pairs_hook=_object)


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object of JSON. What stands under a key that it has twice is neither value, but Contradictory."""
    found = dict(pairs)
    if len(found) != len(pairs):
        times = Counter(key for key, _ in pairs)
        found |= {key: Contradictory() for key, number in times.items() if number > 1}
    return found
