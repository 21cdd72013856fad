from mock_server.tests.web.control.conftest import admin, base, running

__all__ = ["admin", "base", "running"]
