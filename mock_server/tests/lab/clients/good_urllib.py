"""Waits as told, tries four times, says what it could not track."""

import sys

from asking import ask, track_each

sys.exit(track_each(ask))
