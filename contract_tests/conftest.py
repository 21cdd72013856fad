"""Loads the suite's plugin, so that `pytest contract_tests --base-url URL --api-key KEY` is a run."""

from contract_tests.plugin import (  # noqa: F401 - pytest finds hooks and fixtures by their names in this module
    api,
    facts,
    lab,
    ledger,
    pytest_addoption,
    pytest_cmdline_main,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_ignore_collect,
    pytest_pyfunc_call,
    pytest_report_teststatus,
    pytest_runtest_makereport,
    pytest_runtestloop,
    pytest_sessionfinish,
    pytest_terminal_summary,
    run,
    states,
)
