from mock_server.domain.recent import Recent


def test_what_was_put_is_remembered() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)
    assert (recent.get("a"), recent.get("b")) == (1, None)


def test_the_oldest_goes_when_there_are_too_many() -> None:
    recent: Recent[str, int] = Recent(2)
    for place, key in enumerate("abc"):
        recent.put(key, place)
    assert [recent.get(key) for key in "abc"] == [None, 1, 2]


def test_a_value_that_is_put_again_pushes_nothing_out() -> None:
    recent: Recent[str, int] = Recent(2)
    for key, value in (("a", 1), ("b", 2), ("b", 3)):
        recent.put(key, value)
    assert (recent.get("a"), recent.get("b")) == (1, 3)
