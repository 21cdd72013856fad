"""The store that several instances share: Valkey, or Redis of version 7 and newer."""
