"""Small real objects that many tests need."""

import gc
import signal
from collections.abc import Generator, Iterator

import hypothesis
import pytest
from hypothesis import strategies

from mock_server.domain.clock import ManualClock, from_text
from mock_server.settings import Settings
from mock_server.web.app import MockServer, create_app

# The same examples in every run, and no verdict on how fast this machine is. `make soak` asks for the other profile.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True, max_examples=25)
hypothesis.settings.register_profile("soak", deadline=None, max_examples=1000)
hypothesis.settings.load_profile("repeatable")

_YOUNG = 10_000  # objects between two looks for garbage; Python's own 700 costs a twelfth of the time of all tests


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "long: takes so many seconds that it is begun first, and not when all else is done"
    )


@pytest.hookimpl(trylast=True)  # when they are shuffled
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Eight thousand collected tests are no garbage, and looking through them again and again takes minutes."""
    # Hypothesis looks for who holds its source of chance, and from Python 3.14 on finds nobody among what is frozen.
    hypothesis.find(strategies.none(), lambda _: True)
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(_YOUNG)
        gc.enable()


@pytest.fixture
def clock() -> ManualClock:
    """Stands at the page's own instant until a test moves it."""
    return ManualClock(from_text("2026-06-15T12:00:00Z"))


@pytest.fixture
def app(clock: ManualClock) -> MockServer:
    """A mock with default settings on the manual clock."""
    return create_app(Settings(), clock)


@pytest.fixture
def attentive() -> Iterator[None]:
    """As if the tests ran neither under nohup nor in the background of a script: what is ignored, no shell can trap."""
    trapped = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1") if hasattr(signal, name)]
    ignored = [number for number in trapped if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)
