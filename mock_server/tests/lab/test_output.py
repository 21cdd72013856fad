"""What a command says is compared by what is in it."""

from mock_server.lab.output import words


def test_words_of_an_answer_are_those_of_its_values() -> None:
    assert words(b'{"status": "in_transit", "tracking_number":"1Z204E380338943508", "to": "NY"') == {
        "in_transit",
        "1Z204E380338943508",
    }
    assert words("it is in_transit", b"\xff") == {"in_transit"}
