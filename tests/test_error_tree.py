"""Every error of the project is in one tree, which is drawn where it is defined."""

from __future__ import annotations

import ast
import builtins
import re

from engagement import errors
from tests import ROOT


def drawn() -> dict[str, str | None]:
    """The parent of each error in the picture, by how far it is indented."""
    parents: dict[str, str | None] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"((?:│   |    )*(?:[├└]── )?)([A-Z]\w+) {2,}\S", line)
        if found:
            depth = len(found.group(1)) // 4
            del above[depth:]
            parents[found.group(2)] = above[-1] if above else None
            above.append(found.group(2))
    return parents


def test_the_picture_of_the_errors_is_the_tree_that_they_are() -> None:
    defined = {
        name: None if kind is errors.EngagementError else kind.__base__.__name__
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, Exception)
    }
    assert drawn() == defined
    assert len(defined) > 20


def test_no_error_is_defined_anywhere_else() -> None:
    """The demo workspace stands for a program of its own, and knows nobody."""
    foreign = {
        name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)
    }
    known = foreign | drawn().keys()
    elsewhere = [
        f"{path.name}: {node.name}"
        for path in sorted((ROOT / "engagement").rglob("*.py"))
        if path.parent.name != "demo" and path.name != "errors.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and any(
            (base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")) in known for base in node.bases
        )
    ]
    assert elsewhere == []
