"""The activity of every room, made of what was counted and the directory."""

from __future__ import annotations

from datetime import UTC, date, datetime

from engagement.api.client import Directory
from engagement.numbers.days import index_of
from engagement.numbers.joining import join
from engagement.numbers.masks import masked
from engagement.numbers.rooms import Activity, Rules, spoke, without, without_data
from engagement.reading.counts import Counts, uncounted_days
from engagement.reading.directory import receipt_of
from engagement.reading.facts import Facts
from engagement.reading.rights import Access


def activity_of(
    facts: Facts, access: Access, rules: Rules, today: date, counts: Counts, listed: Directory | None, read_at: datetime
) -> Activity:
    """What is known at ``read_at``, by our clock; ``listed`` is None while the directory is being read, ``today`` the
    day the reading began.
    """
    directory = "pending" if listed is None else "full" if access.all_rooms else "public"
    # A room that came and cannot be read is one that did not, to those who count.
    arrived = counts.lists.missing <= len(counts.unreadable)
    lacking = uncounted_days(facts, today, counts)
    net = counts.readings is not None
    rooms = join(
        counts.rooms,
        without(listed.rooms, counts.unreadable) if listed else None,
        counts.period,
        facts.zone,
        rules,
        previous=counts.previous,
        uncounted=lacking,
        arrived=arrived,
        net=net and counts.rooms is not None,
        today=today,
    )
    if facts.counted:
        now, before = (not spoke(rooms[name]).any() for name in ("messages", "previous_messages"))
        rooms = without_data(rooms, now=now, before=before)
    made = Activity(
        workspace=facts.identity.address,
        release=str(facts.identity.release),
        period=counts.period,
        previous=counts.previous,
        today=today,
        read_at=read_at.astimezone(UTC),
        rooms=rooms,
        daily=counts.daily.drop(index_of(lacking), errors="ignore"),
        receipt=receipt_of(facts, counts, listed, directory, lacking, told=access.told),
        directory=directory,
        counted=counts.rooms is not None,
        readings=counts.readings,
        first_counted=facts.first_counted,
        offset=facts.offset,
        whole=counts.lists.complete,
        arrived=arrived,
        uncounted=lacking,
        rules=rules,
    )
    return masked(made) if rules.mask_names else made
