"""Exit codes of every command, and how a command ends that cannot go on."""

import click

DONE, WRONG, USAGE, UNREACHABLE = 0, 1, 2, 3
NOTHING_STRUCK = 4  # of explore and score, and of replay of what they kept
BY_SIGNAL = 128  # and the signal's number, of explore and score


class Unusable(click.ClickException):
    """The command line or a file is wrong; the message names the file, line or field and the fix."""

    exit_code = USAGE


class Unreachable(click.ClickException):
    """The other side cannot be reached."""

    exit_code = UNREACHABLE
