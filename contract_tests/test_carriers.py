"""The directory of carriers."""

from contract_tests.api import Api
from contract_tests.expect import has_status, is_at_its_place
from contract_tests.ledger import Ledger
from contract_tests.passive.directory import carriers_of
from contract_tests.proving import proves


@proves("carriers.200", "carriers.path", "carriers.count.length", "carriers.codes.unique", "carriers.rows.page", rank=1)
def test_the_directory_is_answered(api: Api, ledger: Ledger) -> None:
    exchange = api.carriers()
    has_status(ledger, "carriers.200", exchange)
    if not carriers_of(exchange):
        is_at_its_place(api, ledger, exchange)
