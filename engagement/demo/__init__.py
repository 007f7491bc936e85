"""A demo workspace: rooms with daily counts, and the REST API over them."""

from engagement.demo.options import Options
from engagement.demo.server import DemoServer

__all__ = ["DemoServer", "Options"]
