"""The weekly report and the reviews that pages show: when each is due, what it says, and its way to people."""
