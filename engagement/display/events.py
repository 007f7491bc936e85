"""Events in words: their names between quotation marks, as somebody typed them, and their days."""

from __future__ import annotations

import pandas as pd

from engagement.display.wording import count, period_text
from engagement.numbers.events import Event, Events

# So many are named where there is little room.
MOST_NAMED = 6


def days_told(event: Event) -> str:
    """ "9–11 Nov 2026", and that its weeks are not comparable where they are not."""
    return period_text(event.period) + (", not comparable" if event.not_comparable else "")


def listed(events: Events, most: int = MOST_NAMED) -> str:
    """ "“offsite” (9–11 Nov 2026, not comparable), “release 8.4” (10 Nov 2026)"; empty without any."""
    told = [f"“{event.name}” ({days_told(event)})" for event in events[:most]]
    return ", ".join(told) + (f" and {count(len(events) - most)} more" if len(events) > most else "")


def table(events: Events) -> pd.DataFrame:
    """A row per event, as files show it."""
    return pd.DataFrame(
        {
            "Event": pd.Series([event.name for event in events], dtype="str"),
            "First day": pd.to_datetime([event.period.start for event in events]),
            "Last day": pd.to_datetime([event.period.end for event in events]),
            "Comparable": pd.Series(["no" if event.not_comparable else "yes" for event in events], dtype="str"),
        }
    )
