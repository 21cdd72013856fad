"""Attacks on a webhook receiver: what TrackFlow and strangers may send, and how a receiver should answer."""
