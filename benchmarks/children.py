"""Processes of Python that work beside a measurement."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection


@contextmanager
def child(work: Callable[..., None], *arguments: object) -> Iterator[Connection]:
    """The connection to a process that does the work, whose last argument is the other end; killed afterwards."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=work, args=(*arguments, there), daemon=True)
    process.start()
    try:
        yield here
    finally:
        process.kill()
        process.join()
