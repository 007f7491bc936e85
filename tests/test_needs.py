"""The markers of tests come from their code: what ``make check`` leaves out is what starts something, and no more."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from engagement.demo import DemoServer, Options
from engagement.numbers.periods import Period
from engagement.report.pictures import pdf
from tests.support import processes
from tests.support.access_tools import process
from tests.support.api_tools import answering
from tests.support.dashboard import Dashboard
from tests.support.needs import reached


def calls_a_helper() -> object:
    def inside() -> object:
        return [DemoServer(Options()) for _ in range(2)]

    return inside


@pytest.mark.parametrize(
    ("code", "needs"),
    [
        (lambda: Period, set()),
        (lambda: subprocess.run, {"process"}),
        (lambda: processes.together("", ""), {"process"}),
        (lambda: Dashboard, {"process"}),
        (lambda: answering(print), {"server"}),
        (calls_a_helper, {"server"}),
        (lambda folder: process(folder), {"server"}),
        (lambda: pdf, {"browser", "process"}),
    ],
)
def test_what_code_reaches_is_what_it_needs(code: Callable[..., object], needs: set[str]) -> None:
    assert reached(code) == needs
