import pytest

from contract_tests.contract.expressions import expression
from contract_tests.contract.validation import validator


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("^a$", "a", True),
        ("^a$", "a\n", False),
        ("^a$|^b$", "b\n", False),
        (r"^[$]$", "$", True),
        (r"^\$$", "$", True),
        (r"^[]$]x$", "$x", True),
        (r"^[^$]$", "$", False),
        (r"^\\$", "\\", True),
        (r"^\\$", "\\\n", False),
    ],
)
def test_a_dollar_is_the_very_end(pattern: str, text: str, matches: bool) -> None:
    assert (expression(pattern).search(text) is not None) is matches


def test_patterns_of_schemas_that_are_referred_to_mean_the_same() -> None:
    document = {"components": {"schemas": {"Code": {"type": "string", "pattern": "^[A-Z]{2}$"}}}}
    found = validator({"items": {"$ref": "#/components/schemas/Code"}}, document)
    assert found.is_valid(["DE", "FR"])
    assert [error.message for error in found.iter_errors(["DE\n"])] == [r"'DE\n' does not match '^[A-Z]{2}$'"]
