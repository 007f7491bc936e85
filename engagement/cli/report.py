"""``report``: the report of a period into a file, for a machine that does it every Monday."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from engagement.cli.connection import connected
from engagement.cli.posting import counter_of, deliver
from engagement.cli.surroundings import complain
from engagement.display import views
from engagement.errors import FileNotMade
from engagement.numbers.filters import Filters
from engagement.numbers.masks import masked
from engagement.numbers.periods import Against
from engagement.posting.delivery import Wanted
from engagement.posting.letter import Letter
from engagement.report import markdown, pictures
from engagement.report.content import Content, build
from engagement.report.wishes import CSV, HTML, PDF, PICTURES, PNG, XLSX, Wishes
from engagement.report.workbook import as_csv, as_workbook


def _html(content: Content, paper: str = "") -> str:
    # What draws it is needed for this kind of file alone.
    from engagement.report import html

    return html.document(content, paper=paper)


STDOUT = Path("-")
FORMS: Mapping[str, Callable[[Content, str], bytes]] = {
    HTML: lambda content, _: _html(content).encode(),
    PDF: lambda content, paper: pictures.pdf(_html(content, paper)),
    PNG: lambda content, _: pictures.png(_html(content)),
    XLSX: lambda content, _: as_workbook(content),
    CSV: lambda content, _: as_csv(content),
}


def report(
    *,
    out: Path | None,
    types: frozenset[str],
    title: str,
    top: int,
    mask: bool,
    paper: str,
    post: Sequence[str],
    dry_run: bool,
    if_news: bool,
    thread: bool,
    again: bool,
    against: Against,
    **asked: Any,
) -> int:
    """Writes the report to the file ``out``, of the kind that its ending says, or as Markdown to standard output where
    that is ``-``; and posts it into rooms. 0 when all is well, without a word where nothing is posted, 1 with a line on
    standard error when a room could not be posted into, or not all of the workspace be read. Raises EngagementError
    when there is no report.
    """
    to_file = out is not None and out != STDOUT
    if out is not None and to_file:
        _writable(out)
        if out.suffix.lower() in PICTURES:
            # Better to learn it before the workspace is read than after.
            pictures.browser()
    # Nobody waits at a terminal for this one, so pauses for the rate limit pass without a word.
    with connected(lambda _: None) as connection, ExitStack() as closing:
        closing.callback(pictures.close)
        reader = connection.reader()
        counter = closing.enter_context(counter_of(connection, reader.access)) if post else None
        audiences = [counter.audience(name, mask=mask) for name in dict.fromkeys(post)] if counter else []
        activity, facts = connection.read_by(reader, against=against, **asked)
        days = connection.days(activity, reader, facts, against)
        filters, wishes = Filters(types), Wishes(title, top=top)
        status = 0
        if out is not None:
            shown = views.said(views.CUSTOM, activity.period, filters, against)
            rooms_at = views.rooms_at(connection.dashboard, shown, activity.period)
            told = masked(activity) if mask else activity
            content = build(told, filters, wishes, days=days, rooms_at=rooms_at)
            if to_file:
                _put(out, FORMS[out.suffix.lower()](content, paper))
            else:
                print(markdown.document(content), end="")
        if counter:
            letter = Letter(activity, filters, wishes, days, against, connection.dashboard)
            wanted = Wanted(if_news, thread, again, connection.settings.report.grace)
            status = deliver(counter.postman(facts), letter, audiences, wanted, dry_run=dry_run)
        connection.learn()
    if activity.receipt.complete:
        return status
    complain(f"the report is incomplete: {len(activity.rooms)} of {activity.rooms_expected} rooms were received")
    return 1


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
