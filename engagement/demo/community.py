"""The ways to a community: generated from a seed, read from files, or written by hand."""

from engagement.demo.files import from_files
from engagement.demo.generated import generate
from engagement.demo.model import Community, community
from engagement.demo.rooms import AS_COUNTED, RoomSpec

__all__ = ["AS_COUNTED", "Community", "RoomSpec", "community", "from_files", "generate"]
