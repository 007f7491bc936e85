"""A demo workspace: rooms with daily counts, and the REST API over them."""

from engagement.demo.server import DemoServer
from engagement.demo.state import Options

__all__ = ["DemoServer", "Options"]
