"""Exit codes of every command; click itself leaves with USAGE for a wrong command line."""

DONE, WRONG, USAGE, UNREACHABLE = 0, 1, 2, 3
