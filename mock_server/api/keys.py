"""Under which key a request is answered."""

from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Call
from mock_server.contract.operations import Operation
from mock_server.world import Foundation


class Keys:
    """Finds a call's key, where its operation has it or in the usual place."""

    def __init__(self, foundation: Foundation) -> None:
        self.header = foundation.specification.key_header.lower()
        """The usual place."""
        self._accounts = foundation.accounts

    def of(self, operation: Operation, call: Call) -> str | None:
        """The key where the operation has it; one that asks for none may be given it in the usual place."""
        found = operation.credentials.key(call, self.known) if operation.credentials else None
        return found or (call.headers.get(self.header) if operation.public else None)

    def known(self, key: str | None) -> bool:
        try:
            self._accounts.authenticate(key)
        except ApiError:
            return False
        return True
