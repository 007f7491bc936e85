"""What a message says: the summary in words, and where the report is. Nothing in it calls or leads anybody."""

from __future__ import annotations

from dataclasses import dataclass

from engagement.display.wording import count, plural
from engagement.numbers.masks import CAPTION
from engagement.report import markdown
from engagement.report.content import Content

# Message_MaxAllowedSize, as it is usually; and for workspaces where it is less.
MOST_TEXT, FEWEST_TEXT = 5_000, 1_000
_LEFT_OUT = "_The comment is left out here._"
_UNLINKED = "_The link to these days and rooms is too long for a message._"


@dataclass(frozen=True)
class Message:
    """The message of a report; ``link`` leads to exactly that view, and is empty where no address is configured."""

    content: Content
    link: str = ""

    def whole(self, most: int = MOST_TEXT) -> str:
        """The summary, of at most so many characters: the last sentences go first, then the comment, then a link that
        is longer, and it says so.
        """
        points, comment = markdown.points(self.content), markdown.comment(self.content)
        fewer = range(max(len(points), 1), 0, -1)
        tried = [(said, shown) for said in ([comment, [_LEFT_OUT]] if comment else [[]]) for shown in fewer]
        texts = [self._text(said, points, shown) for said, shown in tried]
        unlinked = (self._text(said, points, shown, linked=False) for said, shown in tried)
        return next((text for text in (*texts, *unlinked) if size(text) <= most), texts[-1])

    def head(self, most: int = MOST_TEXT) -> str:
        """The first sentence, for a room in whose thread the rest stands; without a link that is too long."""
        first = markdown.points(self.content)[:1]
        text = self._text([], first, 1)
        return text if size(text) <= most else self._text([], first, 1, linked=False)

    def _text(self, comment: list[str], points: list[str], shown: int, *, linked: bool = True) -> str:
        content, rest = self.content, len(points) - shown
        said = [markdown.headline(content), *self._incomplete(), *comment]
        said += ["", *points[:shown], *([f"- … and {plural(rest, 'sentence')} more in the report"] if rest > 0 else [])]
        if content.filters.types == {"channel"}:
            said.append("_About public channels only._")
        elif content.activity.masked:
            said.append(f"_{CAPTION.capitalize()}._")
        if self.link and not linked:
            said.append(_UNLINKED)
        # Only the address of the dashboard is a link.
        link = [f"[The report of these days and rooms]({self.link})"] if self.link and linked else []
        return "\n".join([markdown.uncalled("\n".join(said)), *link])

    def _incomplete(self) -> list[str]:
        activity = self.content.activity
        if activity.receipt.complete:
            return []
        return [f"Incomplete: {count(len(activity.rooms))} of {count(activity.rooms_expected)} rooms received."]


def size(text: str) -> int:
    """The length of a text as a JavaScript server counts it."""
    return len(text.encode("utf-16-le")) // 2
