import pytest

from mock_server.tests.web.control.admin import Admin
from mock_server.web.app import MockServer


@pytest.fixture
def admin(app: MockServer) -> Admin:
    return Admin(app.test_client())
