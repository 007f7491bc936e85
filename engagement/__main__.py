"""The command line: ``python -m engagement demo | channels | report | sync | check``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from engagement.cli import commands, report, sync
from engagement.demo import Options
from engagement.demo.server import serve
from engagement.errors import EngagementError
from engagement.numbers.periods import PRESETS

DEFAULTS = Options()


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
        prog="python -m engagement",
        description="Top channels, inactive rooms and changes of a Rocket.Chat workspace. The workspace is named by "
        "ROCKETCHAT_URL, the account by ROCKETCHAT_USER_ID and ROCKETCHAT_AUTH_TOKEN, or ROCKETCHAT_USER and "
        "ROCKETCHAT_PASSWORD (and ROCKETCHAT_CODE), or both by .streamlit/secrets.toml.",
    )
    commands_ = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _demo(commands_.add_parser("demo", help="serve the demo workspace on the loopback interface"))
    _channels(commands_.add_parser("channels", help="every room of a period, as a table, CSV or JSON"))
    report.add_parser(commands_, _period)
    _sync(commands_.add_parser("sync", help="read the last full weeks and keep them, newest first"))
    check = commands_.add_parser("check", help="can this account read that workspace?")
    check.set_defaults(run=lambda _: commands.check(os.environ))
    return top


def _demo(demo: argparse.ArgumentParser) -> None:
    demo.add_argument("--port", type=int, default=3300, help="0 picks a free one (default: 3300)")
    demo.add_argument("--rooms", type=int, default=DEFAULTS.rooms, help="how many are made up (default: 1200)")
    demo.add_argument("--seed", type=int, default=DEFAULTS.seed, help="another one makes another community")
    demo.add_argument("--data", type=Path, help="a folder with rooms.csv and daily.csv to serve instead")
    demo.add_argument("--today", type=day, help="the day the workspace believes it is, as 2026-11-22")
    demo.add_argument("--release", type=release, default=DEFAULTS.release, help="3.1 to 9.0 (default: 8.4)")
    demo.add_argument("--rate-limit", type=int, default=DEFAULTS.rate_limit, help="calls a minute; 0 for none")
    demo.add_argument("--page-cap", type=int, default=DEFAULTS.page_cap, help="most rows of a page (default: 100)")
    demo.add_argument("--no-unlimited", action="store_true", help="refuse count=0")
    demo.add_argument("--unlicensed", action="store_true", help="without the Premium module")
    demo.add_argument("--shuffle-ties", action="store_true", help="rooms with equal counts in no fixed order")
    demo.add_argument("--swapped-dates", action="store_true", help="the build whose long windows begin too late")
    demo.set_defaults(run=_serve)


def _serve(given: argparse.Namespace) -> int:
    try:
        options = Options(
            rooms=given.rooms,
            seed=given.seed,
            data=given.data,
            today=given.today,
            release=given.release,
            rate_limit=given.rate_limit,
            page_cap=given.page_cap,
            unlimited=not given.no_unlimited,
            unlicensed=given.unlicensed,
            shuffle_ties=given.shuffle_ties,
            swapped_dates=given.swapped_dates,
        )
        serve(options, given.port)
    except ValueError as exc:
        # What the demo workspace says of options or files that it cannot use is a sentence already.
        print(f"python -m engagement demo: {exc}", file=sys.stderr)
        return 1
    return 0


def _channels(channels: argparse.ArgumentParser) -> None:
    _period(channels)
    channels.add_argument("--format", choices=("table", "csv", "json"), default="table")
    channels.add_argument("--people", action="store_true", help="name the people of direct messages")
    channels.set_defaults(
        run=lambda given: commands.channels(
            os.environ, commands.Asked(given.period, given.start, given.end), given.format, people=given.people
        )
    )


def _weeks(text: str) -> int:
    weeks = int(text)
    if not 1 <= weeks <= sync.MOST_WEEKS:
        raise ValueError
    return weeks


def _sync(command: argparse.ArgumentParser) -> None:
    _weeks.__name__ = f"number of weeks from 1 to {sync.MOST_WEEKS}"
    command.add_argument("--weeks", type=_weeks, default=26, help="how many, counted back from today (default: 26)")
    command.add_argument("--quiet", action="store_true", help="say nothing while it goes on")
    command.set_defaults(run=lambda given: commands.keep_weeks(os.environ, given.weeks, quiet=given.quiet))


def _period(command: argparse.ArgumentParser) -> None:
    command.add_argument("--start", type=day, metavar="DATE", help="the first day")
    command.add_argument("--end", type=day, metavar="DATE", help="the last day")
    command.add_argument("--period", choices=sorted(PRESETS), help="instead of both days (default: last-week)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; 0 when it worked, 1 with one line on standard error when not, 2 for a wrong command line."""
    top = parser()
    given = top.parse_args(arguments)
    if "start" in given:
        if (given.start is None) != (given.end is None):
            top.error("--start and --end go together")
        if given.start and given.period:
            top.error("name either --period or --start and --end")
    run: Callable[[argparse.Namespace], int] = given.run
    try:
        return run(given)
    except EngagementError as error:
        print(f"{top.prog}: {error}", file=sys.stderr)
    except BrokenPipeError:
        # Whoever read our output has read enough; writing more would only fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as exc:
        what = f"{exc.filename}: {exc.strerror}" if exc.filename else exc.strerror or exc
        print(f"{top.prog}: {what}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"{top.prog}: stopped", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
