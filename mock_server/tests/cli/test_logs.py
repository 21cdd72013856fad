import io
import json
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from mock_server.cli.logs import MOST_LINES, configure, say
from mock_server.domain.clients import REQUESTS


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


def flushed() -> None:
    for handler in logging.getLogger().handlers:
        handler.flush()


class Stuck(io.StringIO):
    """An output that takes nothing until it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = Event()
        self.asked = Event()

    def write(self, text: str) -> int:
        self.asked.set()
        self.let.wait(20)
        return super().write(text)


def test_an_output_that_takes_nothing_holds_nobody_up_and_what_is_lost_is_told() -> None:
    output = Stuck()
    configure("text", output)
    log = logging.getLogger("x")
    log.warning("first")
    assert output.asked.wait(20)
    for number in range(MOST_LINES + 500):
        log.warning(f"line {number}")
    output.let.set()
    flushed()
    log.warning("last")
    flushed()
    lines = output.getvalue().splitlines()
    assert lines[0] == "WARNING first"
    assert len(lines) <= MOST_LINES + 3
    assert lines[-1] == "WARNING last (500 lines were let go of)"


@pytest.mark.parametrize("form", ["text", "json"])
def test_lines_of_one_kind_are_counted_and_not_repeated(form: str) -> None:
    output = io.StringIO()
    configure(form, output)
    for number in range(24_700):
        logging.getLogger("x").warning("forgot the sandbox of %s", f"tf_{number}")
    logging.getLogger("x").warning("another")
    flushed()
    lines = output.getvalue().splitlines()
    assert len(lines) < 40
    assert "another" in lines[-1]
    assert form == "json" or lines[-2] == "WARNING forgot the sandbox of tf_16383 (16384 lines like this one)"


class Unread(io.StringIO):
    """An output whose reader has gone."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


@pytest.mark.parametrize("closed", [True, False])
def test_an_output_that_is_gone_stops_nothing(closed: bool) -> None:
    output = io.StringIO() if closed else Unread()
    configure("text", output)
    if closed:
        output.close()
    logging.getLogger("x").warning("anybody?")
    flushed()


def test_a_json_log_has_one_object_a_line() -> None:
    output = io.StringIO()
    configure("json", output)
    logging.getLogger("mock_server.world").warning("forgot the sandbox of %s", "tf_test_...ee_a")
    flushed()
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
    flushed()
    assert "KeyError: 'why'" in json.loads(output.getvalue())["traceback"]


def test_a_text_log_is_for_people() -> None:
    output = io.StringIO()
    configure("text", output)
    logging.getLogger("x").warning("careful")
    flushed()
    assert output.getvalue() == "WARNING careful\n"


def test_a_warning_is_one_line_that_names_no_place_in_the_source() -> None:
    output = io.StringIO()
    configure("text", output)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("ours.yaml: /actions/0: matches nothing", stacklevel=1)
    flushed()
    assert output.getvalue() == "WARNING ours.yaml: /actions/0: matches nothing\n"


def test_requests_are_logged_one_by_one_also_where_they_are_alike() -> None:
    output = io.StringIO()
    configure("text", output)
    for _ in range(50):
        logging.getLogger(REQUESTS).info("%s", "GET /v2/carriers 200")
    flushed()
    assert output.getvalue().splitlines() == ["INFO GET /v2/carriers 200"] * 50


def test_what_is_said_is_written_as_it_is_between_the_lines_of_the_log() -> None:
    output = io.StringIO()
    configure("json", output)
    logging.getLogger("x").warning("one")
    say("console: http://127.0.0.1:8080/__admin/")
    assert output.getvalue().splitlines()[1] == "console: http://127.0.0.1:8080/__admin/"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")
def test_an_output_that_is_full_stops_nobody_who_says_something() -> None:
    with Path("/dev/full").open("w") as full:
        configure("text", full)
        say("console: http://127.0.0.1:8080/__admin/")
        flushed()
