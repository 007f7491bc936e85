"""The program itself: where it lies and what starts it, in a checkout and in an installed package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
# Where pyproject.toml puts what a checkout has beside the package.
_INSIDE = _PACKAGE / "_app"
_INSTALLED = _INSIDE.is_dir()
# The folder of app.py, pages/ and .streamlit/config.toml.
FOLDER = _INSIDE if _INSTALLED else _PACKAGE.parent
# What a person types before the name of a command.
COMMAND = "channel-engagement" if _INSTALLED else "python -m engagement"
