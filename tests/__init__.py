"""The tests, in the same rooms as the package; ``support`` holds what several of them share."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
