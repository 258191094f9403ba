"""`slack doctor`: is Slack set up so that pages arrive and buttons work? Every trouble with its mend."""

from router.slack.doctor.asking import Asking
from router.slack.doctor.checks import examine
from router.slack.doctor.diagnosis import Code, Diagnosis, Mark, Sound
from router.slack.doctor.setup import Setup
from router.slack.doctor.words import said

__all__ = ["Asking", "Code", "Diagnosis", "Mark", "Setup", "Sound", "examine", "said"]
