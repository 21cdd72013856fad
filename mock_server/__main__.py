"""`python -m mock_server` is `trackflow-mock`."""

from mock_server.cli import main

main()
