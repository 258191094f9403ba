"""Drawing what is said to one person: modals, the app's home, answers to clicks and commands. Pure.

Facts in, Block Kit out, inside Slack's limits (docs.slack.dev: views, Block Kit reference): 50 blocks in an answer, 100
in a view, 24 characters for a title, 3,000 for private_metadata. Whatever a sender or a person wrote is escaped.
"""
