"""The tables of the matrix: a row for everything that can be asked for, a cell for each account."""

from __future__ import annotations

import re

import pytest

ACCOUNTS = ("viewer", "analyst", "manager", "admin", "signed out", "revoked", "withdrawn", "stranger")
Cells = dict[tuple[str, str], str]


def cells(table: str) -> Cells:
    """The cells of a table by row and account. Raises ValueError where one is missing or a row stands there twice."""
    head, *rows = (re.split(r"\s{2,}", line.strip()) for line in table.strip().splitlines())
    if tuple(head[1:]) != ACCOUNTS:
        raise ValueError(f"The columns are {', '.join(head[1:])}.")
    found: Cells = {}
    for name, *row in rows:
        if len(row) != len(ACCOUNTS) or (name, ACCOUNTS[0]) in found:
            raise ValueError(f"The row {name!r} has {len(row)} cells, or stands there twice.")
        found |= {(name, account): cell for account, cell in zip(ACCOUNTS, row, strict=True)}
    return found


def rows(table: Cells) -> list[str]:
    """The names of the rows, in order."""
    return list(dict.fromkeys(name for name, _ in table))


def every_cell(table: Cells) -> pytest.MarkDecorator:
    """A test for each cell, of ``asked``, ``account`` and what is ``expected``."""
    return pytest.mark.parametrize(
        ("asked", "account", "expected"),
        [(asked, account, cell) for (asked, account), cell in table.items()],
        ids=[f"{asked} - {account}" for asked, account in table],
    )
