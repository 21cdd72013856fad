from mock_server.tests.persistence.conftest import store_url, valkey

__all__ = ["store_url", "valkey"]
