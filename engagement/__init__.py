"""Channel Engagement for Rocket.Chat: top channels, inactive rooms and changes between periods."""

# The one place of it: the package that is built, the command line and the image read it here.
__version__ = "0.2.0.dev0"
