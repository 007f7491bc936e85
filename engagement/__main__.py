"""The command line: ``channel-engagement run | demo | channels | report | sync | events | send | check``, or, in a
checkout, ``python -m engagement`` with the same.

Here it is only read. What a command does is in a function of its name, in the module of its name. That is imported when
the command runs, so that help and a wrong command line are answered at once.
"""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from engagement import __version__
from engagement.cli import surroundings
from engagement.errors import EngagementError, InternalError
from engagement.numbers.filters import TYPES
from engagement.numbers.periods import COMPARISONS, PRESETS, PREVIOUS, Against, Period, compared_with
from engagement.report.wishes import DEFAULT_TITLE, ENDINGS, MOST_TOP, PAPERS, TOP
from engagement.settings.program import COMMAND

STDOUT = "-"
_OF_POSTS = ("if_news", "thread", "again", "dry_run")
MOST_WEEKS = 520


def day(text: str) -> date:
    """A day as ``2026-11-09``; argparse turns the ValueError into its own words."""
    return date.fromisoformat(text)


def release(text: str) -> tuple[int, int]:
    """A release as ``8.4``."""
    major, minor = text.split(".")[:2]
    return int(major), int(minor)


def parser() -> argparse.ArgumentParser:
    """Every command and option. Secrets are never among them: they come from the environment or secrets.toml."""
    top = argparse.ArgumentParser(
        prog=COMMAND,
        description="Top channels, inactive rooms and changes of a Rocket.Chat workspace. The workspace is named by "
        "ROCKETCHAT_URL, the account by ROCKETCHAT_USER_ID and ROCKETCHAT_AUTH_TOKEN, or ROCKETCHAT_USER and "
        "ROCKETCHAT_PASSWORD (and ROCKETCHAT_CODE), or both by .streamlit/secrets.toml.",
    )
    top.add_argument("--version", action="version", version=f"channel-engagement {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="serve the dashboard, at http://localhost:8501 where nothing else is set")
    run.add_argument("--port", type=_port, help="the port to listen on")
    # What is not given is not passed on: the demo workspace has its own defaults.
    _demo(
        commands.add_parser(
            "demo", help="serve the demo workspace on the loopback interface", argument_default=argparse.SUPPRESS
        )
    )
    _channels(commands.add_parser("channels", help="every room of a period, as a table, CSV or JSON"))
    _report(commands.add_parser("report", help="the report of a period as HTML, PDF, PNG, XLSX, CSV or Markdown"))
    _sync(commands.add_parser("sync", help="read the last full weeks and keep them, newest first"))
    _events(commands.add_parser("events", help="what happened in the workspace: list, add, import, remove"))
    _send(commands.add_parser("send", help="the subscriptions whose hour has come, made on the report page"))
    commands.add_parser("check", help="can this account read that workspace?")
    return top


def _demo(demo: argparse.ArgumentParser) -> None:
    demo.add_argument("--port", type=_port, default=3300, help="0 picks a free one (default: 3300)")
    demo.add_argument("--rooms", type=int, help="how many are made up (default: 1200)")
    demo.add_argument("--seed", type=int, help="another one makes another community")
    demo.add_argument("--data", type=Path, help="a folder with rooms.csv and daily.csv to serve instead")
    demo.add_argument("--today", type=day, help="the day the workspace believes it is, as 2026-11-22")
    demo.add_argument("--release", type=release, help="3.1 to 9.0 (default: 8.4)")
    demo.add_argument("--rate-limit", type=int, help="calls a minute; 0 for none")
    demo.add_argument("--page-cap", type=int, help="most rows of a page (default: 100)")
    demo.add_argument("--no-unlimited", dest="unlimited", action="store_false", help="refuse count=0")
    demo.add_argument("--unlicensed", action="store_true", help="without the Premium module")
    demo.add_argument("--unregistered", action="store_true", help="without an id of its own")
    demo.add_argument("--shuffle-ties", action="store_true", help="rooms with equal counts in no fixed order")
    swapped = "the build whose long windows begin too late"
    demo.add_argument("--swapped-dates", dest="counting", action="store_const", const="swapped", help=swapped)


def _channels(channels: argparse.ArgumentParser) -> None:
    _period(channels)
    channels.add_argument("--format", dest="form", choices=("table", "csv", "json"), default="table")
    channels.add_argument(
        "--bom", action=argparse.BooleanOptionalAction,
        help="the mark by which Excel knows UTF-8 before a CSV (default: in files, not in pipes)",
    )  # fmt: skip
    channels.add_argument("--people", action="store_true", help="name the people of direct messages")


def _report(report: argparse.ArgumentParser) -> None:
    _period(report)
    report.add_argument("--out", type=_out, metavar="FILE", help=f"ends in {', '.join(ENDINGS)}, or is - for Markdown")
    report.add_argument(
        "--post", action="append", default=[], metavar="ROOM",
        help="into a room by its name, as #community, or webhook for the configured one; may be given several times",
    )  # fmt: skip
    report.add_argument("--if-news", action="store_true", help="only where a room has a signal that was not told yet")
    report.add_argument("--thread", action="store_true", help="one sentence in the room, the rest in its thread")
    report.add_argument("--again", action="store_true", help="although this report is in the room already")
    report.add_argument("--dry-run", action="store_true", help="print what would be posted, and post nothing")
    report.add_argument("--mask", action="store_true", help="aliases for private rooms and people, no direct messages")
    report.add_argument(
        "--types", type=_types, default=frozenset(TYPES) - {"direct"}, metavar="TYPE,…",
        help=f"of {', '.join(TYPES)} (default: channel,private)",
    )  # fmt: skip
    report.add_argument("--top", type=_top, default=TOP, help=f"rooms in rankings, 1 to {MOST_TOP} (default: {TOP})")
    report.add_argument("--title", default="", help=f"of the report (default: {DEFAULT_TITLE})")
    report.add_argument("--paper", choices=PAPERS, default=PAPERS[0], help="of a PDF (default: A4)")


def _sync(sync: argparse.ArgumentParser) -> None:
    _weeks.__name__ = f"number of weeks from 1 to {MOST_WEEKS}"
    sync.add_argument("--weeks", type=_weeks, default=26, help="how many, counted back from today (default: 26)")
    sync.add_argument("--again", action="store_true", help="read those that are kept as well")
    sync.add_argument("--quiet", action="store_true", help="say nothing while it goes on")


def _send(send: argparse.ArgumentParser) -> None:
    one = send.add_mutually_exclusive_group(required=True)
    one.add_argument("--due", dest="listed", action="store_false", help="post them, each once")
    one.add_argument("--list", dest="listed", action="store_true", help="every subscription with its last result")


def _events(events: argparse.ArgumentParser) -> None:
    one = events.add_mutually_exclusive_group(required=True)
    one.add_argument("--list", dest="listed", action="store_true", help="every event, the earliest first")
    one.add_argument("--add", metavar="NAME", help="one event, on --start or from there to --end")
    one.add_argument("--import", dest="file", type=Path, metavar="FILE", help="those of an .ics or .csv file")
    one.add_argument("--remove", metavar="ID", help="one event, by the id that --list tells")
    events.add_argument("--start", type=day, metavar="DATE", help="the first day")
    events.add_argument("--end", type=day, metavar="DATE", help="the last day (default: the first)")
    weeks = "the weeks of what is added are neither judged nor compared with"
    events.add_argument("--not-comparable", action="store_true", help=weeks)
    events.add_argument("--format", dest="form", choices=("table", "json"), default="table", help="of the list")


def _period(command: argparse.ArgumentParser) -> None:
    command.add_argument("--start", type=day, metavar="DATE", help="the first day")
    command.add_argument("--end", type=day, metavar="DATE", help="the last day")
    command.add_argument("--period", choices=sorted(PRESETS), help="instead of both days (default: last-week)")
    command.add_argument(
        "--compare-with", type=_against, default=PREVIOUS, dest="against", metavar="WHAT",
        help=f"{', '.join(COMPARISONS)}, or the first day of as many (default: {PREVIOUS})",
    )  # fmt: skip


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{number} is not between 0 and 65535")
    return number


def _against(text: str) -> Against:
    if text in COMPARISONS:
        return text
    try:
        return day(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(COMPARISONS)}, and no day") from None


def _check_days(given: Mapping[str, Any]) -> None:
    """Raises InvalidPeriod for typed days that no workspace could be asked for, before one is asked."""
    if "against" not in given:
        return
    start, against = given["start"], given["against"]
    period = Period(start, given["end"]) if start else None
    if isinstance(against, date):
        compared_with(period, period.end, against=against) if period else Period(against, against)


def _out(text: str) -> Path:
    if text == STDOUT or Path(text).suffix.lower() in ENDINGS:
        return Path(text)
    raise argparse.ArgumentTypeError(f"{text!r} ends in none of {', '.join(ENDINGS)}")


def _types(text: str) -> frozenset[str]:
    named = frozenset(part.strip() for part in text.split(",") if part.strip())
    if not named or not named <= set(TYPES):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of {', '.join(TYPES)}")
    return named


def _top(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MOST_TOP:
        raise argparse.ArgumentTypeError(f"{number} is not between 1 and {MOST_TOP}")
    return number


def _weeks(text: str) -> int:
    weeks = int(text)
    if not 1 <= weeks <= MOST_WEEKS:
        raise ValueError
    return weeks


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; 0 when it worked, 1 with one line on standard error when not, 2 for a wrong command line."""
    top = parser()
    given = vars(top.parse_args(arguments))
    command = given.pop("command")
    if command == "events":
        if (given["add"] is None) != (given["start"] is None):
            top.error("--add and --start go together")
        if given["end"] and given["add"] is None:
            top.error("--add and --end go together")
        if given["not_comparable"] and (given["listed"] or given["remove"]):
            top.error("--not-comparable goes with --add or --import")
    elif (given.get("start") is None) != (given.get("end") is None):
        top.error("--start and --end go together")
    elif given.get("start") and given["period"]:
        top.error("name either --period or --start and --end")
    elif command == "report" and not (given["out"] or given["post"]):
        top.error("name --out, --post or both")
    elif command == "report" and not given["post"] and any(given[name] for name in _OF_POSTS):
        top.error("--if-news, --thread, --again and --dry-run go with --post")
    try:
        _check_days(given)
        status: int = getattr(surroundings.imported(f"engagement.cli.{command}"), command)(**given)
        surroundings.flush()
        return status
    except EngagementError as error:
        surroundings.complain(str(error))
    except BrokenPipeError:
        # Whoever read our output has read enough.
        pass
    except OSError as exc:
        surroundings.complain(f"{exc.filename}: {exc.strerror}" if exc.filename else str(exc.strerror or exc))
    except KeyboardInterrupt:
        surroundings.complain("stopped")
    except Exception as exc:
        mistake = InternalError(exc)
        surroundings.complain(str(mistake))
        surroundings.complain(mistake.place)
    with contextlib.suppress(OSError):
        surroundings.flush()
    return 1


def script() -> None:
    """What a shell starts."""
    surroundings.prepare()
    # Jobs that nobody waits for any more may still run: the end of an interpreter under their feet can be a crash.
    os._exit(main())


if __name__ == "__main__":
    script()
