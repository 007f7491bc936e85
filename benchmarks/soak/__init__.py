"""Many sessions that click at random for minutes, each number they see held against the truth of the workspace."""
