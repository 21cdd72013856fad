"""Preloaded by Python through PYTHONPATH: connections to the API's host are redirected, then the user's own runs."""

import os
import sys


def _start() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [each for each in sys.path if os.path.abspath(each or ".") != here]
    given = os.environ.get("TRACKFLOW_INTERCEPT")
    if given:
        import importlib.util

        spec = importlib.util.spec_from_file_location("_trackflow_redirect", os.path.join(here, "redirect.py"))
        redirect = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]  # a file beside this one has a spec
        spec.loader.exec_module(redirect)  # type: ignore[union-attr]  # and a loader
        redirect.from_environment(os.environ).install()
    ours = sys.modules.pop(__name__, None)
    try:
        import sitecustomize  # type: ignore[import-not-found]  # noqa: F401 - there may be none
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
        if ours is not None:
            sys.modules[__name__] = ours


if __name__ == "sitecustomize":
    _start()
