import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest

from mock_server.cli.logs import configure


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """The root logger as pytest had it."""
    root = logging.getLogger()
    handlers, level, form = root.handlers[:], root.level, warnings.formatwarning
    logging.captureWarnings(capture=False)  # a command that ran in this process may have left it on
    yield
    warnings.formatwarning = form
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(capture=False)


def test_a_json_log_has_one_object_a_line() -> None:
    output = io.StringIO()
    configure("json", output)
    logging.getLogger("mock_server.world").warning("forgot the sandbox of %s", "tf_test_...ee_a")
    line = json.loads(output.getvalue())
    assert (line["level"], line["logger"]) == ("warning", "mock_server.world")
    assert line["message"] == "forgot the sandbox of tf_test_...ee_a"


def test_a_json_log_keeps_a_traceback_in_its_line() -> None:
    output = io.StringIO()
    configure("json", output)
    try:
        raise KeyError("why")
    except KeyError:
        logging.getLogger("x").exception("failed")
    assert "KeyError: 'why'" in json.loads(output.getvalue())["traceback"]


def test_a_text_log_is_for_people() -> None:
    output = io.StringIO()
    configure("text", output)
    logging.getLogger("x").warning("careful")
    assert output.getvalue() == "WARNING careful\n"


def test_a_warning_is_one_line_that_names_no_place_in_the_source() -> None:
    output = io.StringIO()
    configure("text", output)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("ours.yaml: /actions/0: matches nothing", stacklevel=1)
    assert output.getvalue() == "WARNING ours.yaml: /actions/0: matches nothing\n"
