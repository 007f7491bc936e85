"""The numbers of a chart as a table below it."""

from __future__ import annotations

import re

from engagement import figures
from engagement.ui.charts import MOST_ROWS, as_table
from tests.support.figure_tools import CONTEXT, room, rooms_table


def test_the_table_has_every_row_closed_at_first_and_its_region_can_be_reached() -> None:
    told = as_table(figures.top_rooms(rooms_table(room("general", 1200, 900), room("help", 30)), CONTEXT))
    assert told.startswith('<details class="numbers"><summary>As a table</summary>')
    assert 'tabindex="0" role="region" aria-label="1,230 messages in 2 rooms"' in told
    assert re.findall(r"<tr>(.*?)</tr>", told)[1] == (
        '<th scope="row"><bdi>#general</bdi></th><td>1,200</td><td>900</td><td></td>'
        "<td>98\u00a0%</td><td>98\u00a0%</td>"
    )


def test_names_are_text_in_the_table() -> None:
    told = as_table(figures.top_rooms(rooms_table(room('<b>"x"</b>', 5), room("z", 3)), CONTEXT, n=1))
    assert "#&lt;b&gt;&quot;x&quot;&lt;/b&gt;" in told
    assert "<b>" not in told


def test_of_very_many_rows_the_table_has_the_first_and_says_so() -> None:
    rooms = rooms_table(*(room(f"r{number}", number + 1, number * 3) for number in range(200)))
    told = as_table(figures.current_vs_previous(rooms, CONTEXT))
    assert told.count("<tr>") == MOST_ROWS + 1
    assert "<p>The first 30 of 200.</p>" in told
