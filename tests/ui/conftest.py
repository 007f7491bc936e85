"""The fixtures of the pages."""

from tests.support.access_tools import connections, dashboard, workspace

__all__ = ["connections", "dashboard", "workspace"]
