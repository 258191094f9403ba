"""The HTTP door: webhooks, the Alertmanager API, health and metrics."""
