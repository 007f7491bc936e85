"""Channel Engagement for Rocket.Chat: top channels, inactive rooms and changes between periods."""
