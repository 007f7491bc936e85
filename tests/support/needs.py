"""What a test needs besides this process, read from the code that it and its fixtures can reach; its markers say so."""

from __future__ import annotations

import inspect
import subprocess
from collections.abc import Iterator
from functools import cache
from http.server import HTTPServer
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
import uvicorn

NEEDS = {
    "server": "answers over HTTP, in this process or in another one",
    "process": "starts a process",
    "browser": "starts Chrome or Chromium",
    "database": "starts PostgreSQL",
}
# Fixtures, and the database that the parameter of ``store_url`` names.
_FIXTURES = {"chromium": "browser", "postgres": "database", "postgresql": "database"}
_OURS = ("tests.", "engagement.", "benchmarks.")


def needs(test: pytest.Function) -> set[str]:
    """The names out of NEEDS that hold for ``test``."""
    given: dict[str, Any] = test.callspec.params if hasattr(test, "callspec") else {}
    fixtures = {given.get(name, name) if name == "store_url" else name for name in test.fixturenames}
    found = {_FIXTURES[name] for name in fixtures & _FIXTURES.keys()}
    definitions = [made.func for name in fixtures for made in test._fixtureinfo.name2fixturedefs.get(name, ())]
    for start in [test.obj, *definitions, *given.values()]:
        if callable(start):
            found |= reached(start)
    return found


def reached(start: Any) -> set[str]:
    """The names out of NEEDS that hold for a function, by everything of ours that its code names, and so on."""
    seen: set[int] = set()
    found: set[str] = set()
    todo = [start]
    while todo:
        thing = todo.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if thing is subprocess:
            found.add("process")
        elif inspect.isclass(thing) and issubclass(thing, (HTTPServer, uvicorn.Server)):
            found.add("server")
        if getattr(thing, "__module__", None) == "engagement.report.chromium":
            found.add("browser")
        todo += _next(thing)
    return found


def _next(thing: Any) -> list[Any]:
    """What the code of a function or a class of ours names."""
    thing = inspect.unwrap(thing) if callable(thing) else thing
    if inner := getattr(thing, "hypothesis", None):
        return [inner.inner_test]
    if inspect.isclass(thing):
        return list(_methods(thing)) if thing.__module__.startswith(_OURS) else []
    if not isinstance(thing, FunctionType) or not thing.__module__.startswith(_OURS):
        return []
    names = _names(thing.__code__)
    known = [thing.__globals__[name] for name in names if name in thing.__globals__]
    inside = [
        vars(module)[name]
        for module in known
        if isinstance(module, ModuleType) and module.__name__.startswith(_OURS)
        for name in names
        if name in vars(module)
    ]
    held = [cell.cell_contents for cell in thing.__closure__ or ()]
    return [one for one in [*known, *inside, *held] if callable(one) or one is subprocess]


def _methods(kind: type) -> Iterator[Any]:
    yield from kind.__bases__
    for value in vars(kind).values():
        yield getattr(value, "fget", None) or getattr(value, "__func__", value)


@cache
def _names(code: CodeType) -> frozenset[str]:
    inner = [_names(const) for const in code.co_consts if isinstance(const, CodeType)]
    return frozenset(code.co_names).union(*inner)
