"""A report before anybody knows who will read it, and what of it each room gets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engagement.display import views
from engagement.numbers.filters import Filters
from engagement.numbers.periods import Against, Period
from engagement.numbers.rooms import Activity
from engagement.numbers.weeks import History
from engagement.posting.audience import Audience
from engagement.posting.message import Message
from engagement.report import pictures
from engagement.report.content import Content, build
from engagement.report.wishes import Wishes


@dataclass(frozen=True)
class Letter:
    """What a report is made of; ``dashboard`` is where its readers find the dashboard, empty where nobody says.

    All audiences that may be told the same get the same contents and picture, made once. People of direct messages are
    never named.
    """

    activity: Activity
    filters: Filters
    wishes: Wishes
    days: History | None
    against: Against
    dashboard: str = ""
    _messages: dict[tuple[bool, bool], Message] = field(default_factory=dict, repr=False)
    _pictures: dict[tuple[bool, bool], bytes] = field(default_factory=dict, repr=False)

    @property
    def period(self) -> Period:
        """The period that it is about."""
        return self.activity.period

    def message(self, to: Audience) -> Message:
        """The words for this audience. Raises InvalidInput where there is nothing that it may be told."""
        if to.kind not in self._messages:
            content = self._content(to, frozenset({"words"}))
            self._messages[to.kind] = Message(content, self._link(content))
        return self._messages[to.kind]

    def picture(self, to: Audience) -> bytes:
        """Figures and charts as a PNG for this audience. Raises NoBrowser and FileNotMade."""
        # What draws it is needed for this alone.
        from engagement.report import html

        if to.kind not in self._pictures:
            pictures.browser()
            # The words stand beside it, and tables cannot be read at the size of a picture in a chat.
            content = self._content(to, self.wishes.sections - {"words", "tables"})
            self._pictures[to.kind] = pictures.png(html.document(content))
        return self._pictures[to.kind]

    def _content(self, to: Audience, sections: frozenset[str]) -> Content:
        activity, filters = to.keep(self.activity, self.filters)
        wishes = replace(self.wishes, people=False, sections=sections)
        return build(activity, filters, wishes, days=self.days if "days" in sections else None)

    def _link(self, content: Content) -> str:
        """The link to this view of the rooms that are told; of those left out it names no other."""
        filters, rooms = content.filters, content.activity.rooms
        told = frozenset(rooms.loc[rooms["type"].isin(filters.types), "room_id"])
        return views.report_at(
            self.dashboard, self.period, replace(filters, left_out=filters.left_out & told), self.against
        )
