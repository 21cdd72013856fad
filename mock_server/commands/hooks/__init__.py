"""What interpreters preload, so that connections to the API's host end at the mock whatever the program's libraries do.

Each takes TRACKFLOW_INTERCEPT (`HOST:PORT ADDRESS:PORT`), TRACKFLOW_INTERCEPT_CA (a file) and, where it is set,
TRACKFLOW_INTERCEPT_OFFLINE; each touches no other connection. They run in other people's processes: standard library
only, the oldest syntax that does, and silence.
"""
