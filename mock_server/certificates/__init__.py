"""TLS: a local authority that can vouch for the API's host and this machine alone, and what listens with it."""
