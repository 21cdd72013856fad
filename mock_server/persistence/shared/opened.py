"""A store as `--store` names it."""

from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from contract_tests.contract.loading import FIXTURES, SCHEMAS
from mock_server.persistence.shared.address import StoreAddress
from mock_server.persistence.starting import started
from mock_server.settings import setting_from
from mock_server.world import Foundation

if TYPE_CHECKING:
    from mock_server.persistence.shared.shared_store import SharedStore

COMMON = ("default_plan", "reset_unit", "strict", "strict_check_digits", "standard_webhooks", "webhook_retry")
"""Settings that answers and deliveries depend on, beside those that say how a mock starts."""

WRITTEN_IN = (
    *(SCHEMAS / f"{name}.schema.json" for name in ("fault", "scenario", "shipment")),
    *(FIXTURES / f"{name}.json" for name in ("carriers", "number_formats")),
)
"""What the things are written in that instances hand over: who does not know all of it cannot go on with them."""


def forms() -> str:
    """What tells those of one version from those of another."""
    return sha256(b"".join(file.read_bytes() for file in WRITTEN_IN)).hexdigest()


def opened(foundation: Foundation) -> "SharedStore":
    """The store of the settings; SettingError for one that cannot be, StoreAwayError if nobody answers there."""
    with setting_from("store"):
        address = StoreAddress.read(foundation.settings.store)
        try:
            from mock_server.persistence.shared.claims import Claims  # noqa: PLC0415 - needs an extra
            from mock_server.persistence.shared.link import Link  # noqa: PLC0415 - as above
            from mock_server.persistence.shared.shared_store import CONTRACT, FORMS, SharedStore  # noqa: PLC0415 - as above
        except ModuleNotFoundError:
            raise ValueError("it needs the client of Valkey: pip install 'trackflow-mock[store]'") from None
        for name, file in address.files:
            if not Path(file).is_file():
                raise ValueError(f"{name} is {file!r}, which is no file; write the path of one in PEM")
        link = Link(address)
        link.check()
        common = {name: getattr(foundation.settings, name) for name in COMMON}
        settings = {**started(foundation), **common, CONTRACT: foundation.specification.fingerprint}
        settings[FORMS] = forms()
        return SharedStore(link, Claims(link, token_hex(8)), settings)
