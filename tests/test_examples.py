"""What else runs in the process of the tests decides nothing about a property."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st


@given(number=st.integers().map(lambda number: (random.random(), number)[1]))
def test_a_websocket_that_pings_while_an_example_is_made_fails_no_property(number: int) -> None:
    # The ping of a library takes its number from the same state.
    assert isinstance(number, int)
