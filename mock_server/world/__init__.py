"""Everything that one request can see or change: a world of its own for each API key."""

from mock_server.world.found import FoundShipment
from mock_server.world.foundation import FAULT_HEADER, Foundation
from mock_server.world.newcomers import Newcomer, Opening
from mock_server.world.world import World
from mock_server.world.worlds import Worlds

__all__ = ["FAULT_HEADER", "FoundShipment", "Foundation", "Newcomer", "Opening", "World", "Worlds"]
