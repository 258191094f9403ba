"""What people do in Slack: clicks, modals, commands, shortcuts and the app's home, all stored before they are answered."""
