"""Several processes that are one mock: each key has one owner, and whoever is asked for it asks the owner."""
