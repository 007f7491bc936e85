"""What makes a text safe for the place where it stands: Plotly, Streamlit's Markdown, a spreadsheet, a policy."""

from __future__ import annotations

import base64
import hashlib
import html
import re

from wcwidth import iter_graphemes

from engagement.display.wording import ELLIPSIS
from engagement.numbers.naming import clean

_LONGEST_CELL = 300
_FOUND_LATE = re.compile(r"(?i):(?=[^\W\d]|[_+/-]|\d+[a-z_:])|www(?=\.)|(?=@)|[<=-](?=[>-])|[<>~!](?==)|<(?=-)")
_WORD_JOINER = "\u2060"


def for_plotly(text: str) -> str:
    """``text`` for any text of a Plotly figure, which reads a subset of HTML, ``%{...}`` templates and ``$TeX$``."""
    return html.escape(text, quote=False).replace("%{", "&#37;{").replace("$", "&#36;")


def for_markdown(text: str) -> str:
    """``text`` for Streamlit's Markdown: shown as it is, never read as markup, icon, colour, formula or link."""
    # Shortcodes, coloured text and bare links are found after the escapes are gone, so these are broken up.
    joined = _FOUND_LATE.sub(rf"\g<0>{_WORD_JOINER}", text)
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", joined)


def script_hash(script: str) -> str:
    """What a content security policy names an inline script by, so that this very script runs and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def for_spreadsheet(text: object, longest: int = _LONGEST_CELL) -> str:
    """``text`` for a cell of CSV or XLSX: no control characters, at most ``longest`` characters, never a formula."""
    plain = clean(text)
    begins = isinstance(text, str) and text.startswith(("\t", "\r", "\n"))
    return _capped(f"'{plain}" if begins or plain.startswith(tuple("=+-@＝＋－＠")) else plain, longest)


def _capped(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    kept = ""
    for cluster in iter_graphemes(text):
        if len(kept) + len(cluster) >= longest:
            break
        kept += cluster
    return kept + ELLIPSIS
