"""Plotly figures, each in two steps: a function gives exactly the numbers and texts shown, its ``figure`` draws them.

An info holds plain text; the drawing makes it safe. Figures take the tokens of a theme, know no clock, and are
drawn with ``CONFIG``. Titles and subtitles are text beside the figure. A figure for an info whose ``empty`` is set
says that one sentence.
"""

from engagement.figures.bars import busiest_by_total as busiest_by_total
from engagement.figures.bars import movers as movers
from engagement.figures.bars import top_rooms as top_rooms
from engagement.figures.calendar import messages_per_day as messages_per_day
from engagement.figures.frame import CONFIG as CONFIG
from engagement.figures.heat import heat as heat
from engagement.figures.info import Context as Context
from engagement.figures.info import Info as Info
from engagement.figures.info import Numbers as Numbers
from engagement.figures.room import beside as beside
from engagement.figures.room import room_year as room_year
from engagement.figures.room import standing as standing
from engagement.figures.room import weekdays as weekdays
from engagement.figures.silence import silence as silence
from engagement.figures.spread import current_vs_previous as current_vs_previous
from engagement.figures.weeks import room_line as room_line
from engagement.figures.weeks import weekly_totals as weekly_totals
