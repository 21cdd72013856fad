"""A forward proxy on loopback: the mock in place of the API's host, and other hosts untouched or refused."""
