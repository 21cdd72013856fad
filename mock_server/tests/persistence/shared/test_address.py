"""Addresses of stores: what they say, and that nothing tells their secrets."""

import pytest

from mock_server.persistence.shared.address import StoreAddress


@pytest.mark.parametrize(
    ("text", "name", "options"),
    [
        ("valkey://store", "valkey://store:6379/0", {"host": "store", "port": 6379, "db": 0}),
        ("redis://127.0.0.1:7000/3", "redis://127.0.0.1:7000/3", {"port": 7000, "db": 3}),
        ("redis://[::1]:7000", "redis://[::1]:7000/0", {"host": "::1"}),
        ("valkey://:s%40fe@store/1", "valkey://store:6379/1", {"username": None, "password": "s@fe"}),
        ("valkey://ana:pw@store", "valkey://store:6379/0", {"username": "ana", "password": "pw"}),
        (
            "rediss://store?ssl_ca_certs=/ca.pem",
            "rediss://store:6379/0",
            {"ssl": True, "ssl_check_hostname": True, "ssl_ca_certs": "/ca.pem"},
        ),
    ],
)
def test_an_address_says_where_and_how(text: str, name: str, options: dict[str, object]) -> None:
    address = StoreAddress.read(text)
    assert address.name == name
    assert options.items() <= address.options().items()


@pytest.mark.parametrize(
    "text",
    [
        "disk",
        "http://:s3cret@store",
        "valkey://",
        "valkey://:s3cret@",
        "valkey://:s3cret@store:port/0",
        "valkey://:s3cret@store:99999/0",
        "valkey://:s3cret@store/zero",
        "valkey://:s3cret@store/-1",
        "valkey://:s3cret@store?timeout=5",
        "valkey://:s3cret@store?ssl_ca_certs=x",
        "valkey://:s3cret#@store",
        "valkey://:s3cret@[::1",
    ],
)
def test_what_is_no_address_is_refused_with_the_form_and_without_the_password(text: str) -> None:
    with pytest.raises(ValueError, match=r"valkey://HOST:PORT/DB|can have") as caught:
        StoreAddress.read(text)
    assert "s3cret" not in str(caught.value)


def test_the_password_is_in_no_form_of_the_address_but_the_client_s() -> None:
    address = StoreAddress.read("valkey://ana:s3cret@store")
    assert "s3cret" not in f"{address!r} {address} {address.name}"
