"""How long a reading of several windows will still pause for the rate limit of the workspace."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

# The limit is one of calls a minute; the client waits a second longer, as the server's clock shows no parts of one.
WINDOW = 61.0


@dataclass(frozen=True)
class Calls:
    """Calls made for the window being read, and how many one window takes as far as is known."""

    windows_left: int
    made: int = 0
    per_window: float = 1.0

    def page(self, received: int, announced: int) -> Calls:
        """After one more page of the present window, ``received`` rooms of ``announced``."""
        made = self.made + 1
        whole = made * announced / received if received else made
        return replace(self, made=made, per_window=max(self.per_window, whole, made))

    @property
    def left(self) -> int:
        """Calls that are still to be made."""
        return max(1, math.ceil(self.windows_left * self.per_window) - self.made) if self.windows_left else 0

    def later_pauses(self, limit: int | None) -> float:
        """Seconds of pauses that follow the present one, at ``limit`` calls a minute; 0 where there is no limit."""
        return 0.0 if not limit or not self.left else (math.ceil(self.left / limit) - 1) * WINDOW
