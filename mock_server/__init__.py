"""A mock of the TrackFlow shipment-tracking API v2."""

__version__ = "0.1.0"
