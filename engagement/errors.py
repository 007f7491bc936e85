"""Everything that can go wrong, as one tree.

EngagementError                 anything this project raises on purpose
├── InvalidInput                what was typed, linked or passed cannot be used
│   ├── InvalidPeriod           not a range of whole days that can be asked for
│   ├── InvalidAddress          not the address of a workspace that may be asked
│   ├── EventGone               somebody else has removed or changed the event
│   ├── SubscriptionGone        the subscription was stopped already
│   ├── Unusable                one value of the configuration is not what it must be
│   └── InvalidSettings         the configuration file or the environment is wrong
├── Admitting                   the workspace is still being asked what somebody may see
├── ReadingStopped              somebody stopped the reading
├── FileNotMade                 a file that was asked for could not be made or written
│   └── NoBrowser               pictures need a Chrome or Chromium, and none is installed
├── StoreUnavailable            the database of sessions and archive does not answer
│   └── NewerStore              a newer release of this project has changed its tables
├── DamagedBlock                a week in the archive is not what was stored
├── NotNamed                    the reverse proxy did not say who opened the dashboard
├── InternalError               a mistake of ours
└── WorkspaceError              the workspace did not give what was asked for
    ├── Unreachable             no answer, or none in time
    │   ├── Interrupted         the connection broke off
    │   ├── ProxyFailed         the forward proxy does not let us through
    │   └── Untrusted           an answer, but its certificate is not trusted
    ├── NotRocketChat           an answer, but not of a Rocket.Chat
    │   └── LedElsewhere        the address leads to another one
    ├── Gated                   something in front of the workspace lets nobody through
    ├── Unrecognised            nothing tells whether it is the workspace that past weeks were kept of
    ├── UnreadableAnswer        a Rocket.Chat, but its answer is not what is documented
    ├── RefusedParameters       the server refused how we asked
    ├── Outdated                what was kept of the workspace does not hold any more
    ├── SlowDown                the rate limit: wait so many seconds
    ├── PostUnknown             nothing tells whether the workspace took a message
    └── Refused                 the server knows what we want and says no
        ├── WrongCredentials    wrong user, password, id or token
        ├── CodeNeeded          the second factor is wanted
        ├── CodeWrong           the second factor was wrong
        ├── LockedOut           too many failed attempts
        ├── SignedOut           the token is no longer accepted
        ├── AccountRefused      the token of the dashboard's own account is no longer accepted
        ├── NoPermission        the account lacks a permission
        ├── NoSuchRoom          the account may enter no room of this name
        ├── PostRefused         the workspace did not take a message
        │   ├── TextTooLong     its text is longer than is allowed there
        │   └── PictureRefused  it takes the text, but not this picture
        └── NoPremiumModule     the workspace lacks the engagement dashboard

``str(error)`` is one or two sentences for a community manager: what happened, then what to do. No error
carries a password, a token or a header. What an error carries besides is said at its class.
"""

from __future__ import annotations

import math
import re
import traceback
from typing import Any, Self


class EngagementError(Exception):
    """Anything this project raises on purpose; its text can be shown to a reader.

    ``sentence`` is the text, with ``{}`` for each fact that the error is made of.
    """

    sentence = "{}"

    def __init__(self, *facts: str) -> None:
        super().__init__(self.sentence.format(*facts))

    def anew(self) -> Self:
        """The same error without where it was raised and what led to it: for as long as an error is kept, frames hold
        connections and tables.
        """
        same = type(self).__new__(type(self), *self.args)
        same.__dict__.update(self.__dict__)
        return same


class InvalidInput(EngagementError):
    """What was typed, linked or passed cannot be used."""


class InvalidPeriod(InvalidInput):
    """Not a range of whole days that can be asked for."""


class InvalidAddress(InvalidInput):
    """Not the address of a workspace that may be asked."""


class EventGone(InvalidInput):
    sentence = "This event is not there any more: somebody has removed or changed it."


class SubscriptionGone(InvalidInput):
    sentence = "This subscription is not there any more."


class Unusable(InvalidInput):
    """A value of the configuration; the text says what it must be instead, as the end of a sentence."""


class InvalidSettings(InvalidInput):
    """The configuration is wrong; ``faults`` holds one sentence per fault, each naming its key."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = list(faults)
        super().__init__(" ".join(self.faults))


class Admitting(EngagementError):
    """Whether somebody may see anything is still being asked; ``job`` (``reading.jobs.Job``) follows that."""

    def __init__(self, job: Any) -> None:
        self.job = job
        super().__init__("The workspace is being asked what this account may see.")


class ReadingStopped(EngagementError):
    sentence = "The reading was stopped. Start it again when you need the figures."


class FileNotMade(EngagementError):
    """A file that was asked for could not be made or written; the text says which and why."""


class NoBrowser(FileNotMade):
    sentence = (
        "PDF and PNG need Chrome or Chromium on the machine that runs the dashboard, and none was found. "
        "Install one (on Debian or Ubuntu: apt-get install chromium fonts-noto-color-emoji); "
        "HTML, XLSX and CSV work without."
    )


class StoreUnavailable(EngagementError):
    sentence = (
        "The database that keeps sessions and past weeks does not answer. "
        "Ask whoever runs this dashboard to look at it."
    )


class NewerStore(StoreUnavailable):
    sentence = (
        "The database that keeps sessions and past weeks belongs to a newer release of this dashboard. "
        "Bring this copy up to date too, or name another database ([archive] url)."
    )


class DamagedBlock(EngagementError):
    sentence = "A week kept in the archive is damaged. It is read from the workspace again."


class NotNamed(EngagementError):
    sentence = (
        "Nobody has told this dashboard who you are. Open it by the link of your organisation, which asks you to "
        "sign in; if you did, tell whoever runs this dashboard."
    )


class InternalError(EngagementError):
    """A mistake of ours. ``place`` is for the log: the kind of the exception and the lines of code that led to it.

    What the exception says may hold a secret or what somebody typed, so neither it nor its text is kept.
    """

    def __init__(self, exc: Exception) -> None:
        kind = type(exc).__name__
        frames = traceback.StackSummary.extract(traceback.walk_tb(exc.__traceback__), lookup_lines=False)
        lines = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in reversed(frames)]
        self.place = f"{kind} at {', called from '.join(lines)}"
        super().__init__(
            f"Something went wrong inside this dashboard ({kind}); the workspace is not at fault. "
            "Try again; if it stays, tell whoever runs this dashboard: its log says where."
        )


class WorkspaceError(EngagementError):
    """The workspace did not give what was asked for."""


class Unreachable(WorkspaceError):
    sentence = "The workspace at {} does not answer. Check the address and your network, then try again."


class Interrupted(Unreachable):
    """A connection that stood broke off, which one more try may heal."""


class ProxyFailed(Unreachable):
    sentence = (
        "The way to {} leads through a proxy, which does not let this dashboard through. "
        "Ask whoever runs this dashboard to look at it ([workspace] proxy)."
    )


class Untrusted(Unreachable):
    sentence = (
        "The certificate of {} is not trusted, so nothing was sent there. Check the address; if your "
        "organisation has a certificate authority of its own, whoever runs this dashboard can name it "
        "([workspace] ca_bundle)."
    )


class NotRocketChat(WorkspaceError):
    sentence = (
        "What answers at {} is not a Rocket.Chat workspace. "
        "Use the address that you open Rocket.Chat with in a browser."
    )


class LedElsewhere(NotRocketChat):
    sentence = (
        "The address {} leads to another one, which is not followed. "
        "Use the address that you open Rocket.Chat with in a browser."
    )


class Gated(WorkspaceError):
    sentence = (
        "Something in front of the workspace at {} refuses this dashboard: a gate with a sign-in of its own, or a "
        "firewall. Whoever runs the dashboard can give it what the gate asks for, or have its machine let through."
    )


class Unrecognised(WorkspaceError):
    """Nothing tells which of the workspaces it is that may answer at the address."""

    sentence = (
        "Nothing tells this workspace from another one at the same address, as it has no id and its oldest channels "
        "could not be read: past weeks are not kept. Register the workspace, or use an account with view-c-room."
    )


class UnreadableAnswer(WorkspaceError):
    sentence = (
        "The workspace gave an answer that cannot be read ({}). "
        "Try again; if it stays, tell whoever runs this dashboard."
    )


class RefusedParameters(WorkspaceError):
    """The server refused the way it was asked; ``reason`` is the server's own text, cut short."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The workspace refused the question as it was asked ({_words(reason)}). "
            "Try another period; if it stays, tell whoever runs this dashboard."
        )


def _words(said: str) -> str:
    """What the server said, which is shown to people, so that it is no more than words."""
    return " ".join(re.sub(r"[^\w .,:'-]", " ", said[:160]).split())


class PostUnknown(WorkspaceError):
    sentence = (
        "The workspace at {} broke off before it said whether it took the message. Look into the room: the message "
        "is there, or it is not."
    )


class Outdated(WorkspaceError):
    """What was kept of the workspace is not confirmed by its answers; it is read anew."""

    sentence = "The workspace has changed since it was last read. Try again."


class SlowDown(WorkspaceError):
    """The rate limit of the workspace; ``seconds`` is how long to wait before asking again."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, math.ceil(seconds))
        super().__init__(
            f"The workspace asks for a pause: it allows only so many calls a minute. "
            f"Try again in {self.seconds} seconds."
        )


class Refused(WorkspaceError):
    """The server understood and said no."""


class WrongCredentials(Refused):
    sentence = "The workspace does not know this user with this password or token. Check both and try again."


class CodeNeeded(Refused):
    """The second factor is wanted; ``method`` is ``totp``, ``email`` or ``unknown``."""

    def __init__(self, method: str = "unknown") -> None:
        self.method = method if method in {"totp", "email"} else "unknown"
        protected = "This account is protected by a second factor. Enter"
        super().__init__(
            {
                "totp": f"{protected} the six digits of your authenticator app.",
                "email": f"{protected} the code that was sent to your e-mail address.",
                "unknown": "The workspace refused without saying why: check the password, "
                "or enter the code of your second factor.",
            }[self.method]
        )


class CodeWrong(Refused):
    sentence = "This code is wrong or no longer valid. Enter the newest one."


class LockedOut(Refused):
    sentence = "The workspace has blocked sign-in after too many failed attempts. Wait five minutes, then try again."


class SignedOut(Refused):
    sentence = "The workspace has ended this session. Sign in again."


class AccountRefused(Refused):
    sentence = (
        "The workspace no longer accepts the account that this dashboard reads it with. "
        "Ask whoever runs this dashboard to give it a new token."
    )


class NoPermission(Refused):
    """The account lacks ``permission``."""

    def __init__(self, permission: str) -> None:
        self.permission = permission
        super().__init__(
            f"This account may not see these figures: it lacks the permission {permission}. "
            "An administrator of the workspace can grant it under Administration, Permissions."
        )


class NoSuchRoom(Refused):
    sentence = (
        "The account that posts may enter no room of this name. Check the name; of a private room it must be a member."
    )


class PostRefused(Refused):
    """The workspace did not take a message; ``reason`` is its own text, cut short."""

    said = "The workspace did not take the message ({}). Nothing was posted."

    def __init__(self, reason: str) -> None:
        self.reason = _words(reason)
        super().__init__(self.said.format(self.reason))


class TextTooLong(PostRefused):
    """The text of a message is longer than this workspace allows (Message_MaxAllowedSize)."""


class PictureRefused(PostRefused):
    """The workspace does not take this file: uploads are off, or it is too large or of a kind that is not allowed."""

    said = "The workspace did not take the picture ({})."


class NoPremiumModule(Refused):
    sentence = (
        "This workspace has no Premium licence with the engagement dashboard, so the server counts no messages "
        "per day. What the room directory knows is shown instead."
    )
