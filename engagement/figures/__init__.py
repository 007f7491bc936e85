"""Plotly figures, each in two steps: ``..._info`` gives exactly the numbers and texts shown, ``..._figure`` draws them.

An info holds plain text; the drawing makes it safe. Figures take the tokens of a theme, know no clock, and are
drawn with ``CONFIG``. Titles and subtitles
are text beside the figure. A figure for an info whose ``empty`` is set says that one sentence.
"""

from engagement.figures.calendar import messages_per_day_figure, messages_per_day_info
from engagement.figures.frame import CONFIG, Context, Info
from engagement.figures.oneroom import room_line_figure, room_line_info
from engagement.figures.ranked import (
    busiest_by_total_figure,
    busiest_by_total_info,
    movers_figure,
    movers_info,
    top_rooms_figure,
    top_rooms_info,
)
from engagement.figures.silence import (
    inactive_states_figure,
    inactive_states_info,
    silence_age_figure,
    silence_age_info,
)
from engagement.figures.spread import (
    concentration_figure,
    concentration_info,
    current_vs_previous_figure,
    current_vs_previous_info,
)
from engagement.figures.weeks import (
    heat_figure,
    heat_info,
    weekly_totals_figure,
    weekly_totals_info,
)

__all__ = [
    "CONFIG",
    "Context",
    "Info",
    "busiest_by_total_figure",
    "busiest_by_total_info",
    "concentration_figure",
    "concentration_info",
    "current_vs_previous_figure",
    "current_vs_previous_info",
    "heat_figure",
    "heat_info",
    "inactive_states_figure",
    "inactive_states_info",
    "messages_per_day_figure",
    "messages_per_day_info",
    "movers_figure",
    "movers_info",
    "room_line_figure",
    "room_line_info",
    "silence_age_figure",
    "silence_age_info",
    "top_rooms_figure",
    "top_rooms_info",
    "weekly_totals_figure",
    "weekly_totals_info",
]
