"""What the client lab finds in clients and tests whose mistakes are known."""
