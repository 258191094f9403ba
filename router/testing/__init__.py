"""The test kit that users can run their own configuration against: a strict Slack stand-in."""
