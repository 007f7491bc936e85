"""``python -m engagement report``: the report of a period into a file, for a machine that does it every Monday."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engagement.cli.commands import Asked, connect, make_reader
from engagement.errors import FileNotMade
from engagement.numbers import masks
from engagement.numbers.measures import TYPES, Filters
from engagement.numbers.rooms import Activity
from engagement.numbers.weeks import History
from engagement.reading.workspace import admit
from engagement.report import html, markdown, pictures
from engagement.report.content import DEFAULT_TITLE, MOST_TOP, TOP, Wishes, build
from engagement.report.files import FORMS, PICTURES
from engagement.settings.keys import Settings, default_files, load

STDOUT = "-"


def add_parser(commands: Any, period: Callable[[argparse.ArgumentParser], None]) -> None:
    """Adds the command; ``period`` adds the options that name a period."""
    command: argparse.ArgumentParser = commands.add_parser(
        "report", help="the report of a period as HTML, PDF, PNG, XLSX, CSV or Markdown"
    )
    period(command)
    command.add_argument(
        "--out", type=_out, required=True, metavar="FILE", help=f"ends in {', '.join(FORMS)}, or is - for Markdown"
    )
    command.add_argument("--mask", action="store_true", help="aliases for private rooms and people, no direct messages")
    command.add_argument(
        "--types", type=_types, default=Filters().types, metavar="TYPE,…",
        help=f"of {', '.join(TYPES)} (default: channel,private)",
    )  # fmt: skip
    command.add_argument("--top", type=_top, default=TOP, help=f"rooms in rankings, 1 to {MOST_TOP} (default: {TOP})")
    command.add_argument("--title", default="", help=f"of the report (default: {DEFAULT_TITLE})")
    command.add_argument("--paper", choices=html.PAPERS, default=html.PAPERS[0], help="of a PDF (default: A4)")
    command.set_defaults(run=lambda given: report(os.environ, given))


def _out(text: str) -> str:
    if text == STDOUT or Path(text).suffix.lower() in FORMS:
        return text
    raise argparse.ArgumentTypeError(f"{text!r} ends in none of {', '.join(FORMS)}")


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


def report(environ: Mapping[str, str], given: argparse.Namespace) -> int:
    """Writes the report; 0 without a word when all is well, 1 with one line on standard error when the file is
    written but not all of the workspace could be read. Raises EngagementError when there is no file.
    """
    settings = load(environ, default_files())
    to_file = given.out != STDOUT
    ending = Path(given.out).suffix.lower()
    if to_file:
        _writable(Path(given.out))
        if ending in PICTURES:
            # Better to learn it before the workspace is read than after.
            pictures.browser()
    activity, history = _read(environ, settings, Asked(given.period, given.start, given.end))
    filters = Filters(given.types, left_out_names=settings.rooms.leave_out)
    if given.mask or settings.rooms.mask_names:
        filters, activity = masks.resolved(filters, activity.rooms), masks.masked(activity)
    content = build(activity, filters, history, Wishes(given.title, top=given.top))
    if to_file:
        _put(Path(given.out), FORMS[ending](content, given.paper))
    else:
        print(markdown.document(content), end="")
    if not activity.completeness.complete:
        complete = activity.completeness
        print(
            f"python -m engagement: the report is incomplete: {complete.received} of {complete.announced} rooms "
            "were received",
            file=sys.stderr,
        )
        return 1
    return 0


def _read(environ: Mapping[str, str], settings: Settings, asked: Asked) -> tuple[Activity, History | None]:
    client = connect(environ, settings)
    try:
        # Nobody waits at a terminal for this one, so pauses for the rate limit pass without a word.
        reader = make_reader(client, admit(client), settings, lambda _: None)
        facts = reader.facts().result()
        period = asked.period(facts.today(reader.now()), settings)
        activity = reader.activity(facts, period).result()
        history = reader.judged_history(facts, period)
        return activity, history.result() if history else None
    finally:
        client.sign_out()


def _writable(path: Path) -> None:
    folder = path.parent
    if path.is_dir() or not folder.is_dir():
        raise FileNotMade(f"{path} cannot be written: {'it is' if path.is_dir() else 'there is no'} folder {folder}.")
    if not os.access(folder, os.W_OK):
        raise FileNotMade(f"{path} cannot be written: the folder {folder} may not be written to.")


def _put(path: Path, made: bytes) -> None:
    """The whole file in one step, in place of an older one; on failure the older one stays. Raises FileNotMade."""
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode(path))
        os.replace(temporary, path)
    except OSError as exc:
        raise FileNotMade(f"{path} cannot be written: {exc.strerror}.") from exc
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _mode(path: Path) -> int:
    """The rights of the file that is replaced, or what a new file gets."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
