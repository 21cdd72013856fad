"""`python -m trackflow_mock` is `trackflow-mock`."""

from mock_server.cli import main

if __name__ == "__main__":
    main()
