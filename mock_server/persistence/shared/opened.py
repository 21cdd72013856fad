"""A store as `--store` names it."""

from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from mock_server.persistence.shared.address import StoreAddress
from mock_server.persistence.shared.in_common import in_common
from mock_server.settings import setting_from
from mock_server.world import Foundation

if TYPE_CHECKING:
    from mock_server.persistence.shared.shared_store import SharedStore


def opened(foundation: Foundation) -> "SharedStore":
    """The store of the settings; SettingError for one that cannot be, StoreAwayError if nobody answers there."""
    with setting_from("store"):
        address = StoreAddress.read(foundation.settings.store)
        try:
            from mock_server.persistence.shared.claims import Claims  # noqa: PLC0415 - needs an extra
            from mock_server.persistence.shared.link import Link  # noqa: PLC0415 - as above
            from mock_server.persistence.shared.shared_store import SharedStore  # noqa: PLC0415 - as above
        except ModuleNotFoundError:
            raise ValueError("it needs the client of Valkey: pip install 'trackflow-mock[store]'") from None
        for name, file in address.files:
            if not Path(file).is_file():
                raise ValueError(f"{name} is {file!r}, which is no file; write the path of one in PEM")
        link = Link(address)
        try:
            link.check()
            return SharedStore(link, Claims(link, token_hex(8)), in_common(foundation))
        except BaseException:
            link.close()
            raise
