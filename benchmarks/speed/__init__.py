"""How long things take and what they hold, beside the least they could and what others need, in the same run."""
