"""Zones of workspaces that are worth trying: far west and east of UTC, and with half hours."""

ZONES = (
    "UTC",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
)
