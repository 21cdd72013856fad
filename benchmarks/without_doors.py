"""`trackflow-mock` whose `serve` has one way in, plain HTTP: nothing of TLS, the proxy and CORS is loaded or asked."""

import sys
from types import ModuleType, SimpleNamespace

from mock_server.cli import main
from mock_server.web.front import Front
from mock_server.web.mock import Mock


def one_door(_mock: Mock, front: Front, *_: object) -> SimpleNamespace:
    return SimpleNamespace(answer=front.answer, options=front.options())


if __name__ == "__main__":
    stand_in = ModuleType("mock_server.cli.doors")
    vars(stand_in)["doors"] = one_door
    sys.modules[stand_in.__name__] = stand_in
    main()
