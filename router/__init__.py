"""SLO Alert Router: only what threatens a Service Level Objective reaches Slack."""
