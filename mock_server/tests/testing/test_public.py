from importlib import import_module


def test_what_tests_of_clients_import_is_there_under_its_name() -> None:
    public = import_module("trackflow_mock")  # by its name, as users have it: nothing here is built on it
    assert public.__all__ == ["Request", "Sandbox", "__version__", "running"]
    assert all(getattr(public, name) for name in public.__all__)
