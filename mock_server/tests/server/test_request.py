import pytest

from mock_server.server.request import BadHeadError, Endpoints, Request, read_head

HOST = (b"Host", b"mock")


def read(target: bytes = b"/", *fields: tuple[bytes, bytes], method: str = "GET", version: str = "1.1") -> Request:
    return read_head(method, target, version, [HOST, *fields], Endpoints())


@pytest.mark.parametrize(
    ("target", "path", "origin"),
    [
        (b"/v2/track/1Z?lang=de&x=%20", "/v2/track/1Z", "/v2/track/1Z?lang=de&x=%20"),
        (b"/a%2Fb%20c", "/a/b c", "/a%2Fb%20c"),
        (b"/%E4%B8%AD", "/\u4e2d", "/%E4%B8%AD"),
        (b"/%zz%", "/%zz%", "/%zz%"),
        (b"/a?b?c", "/a", "/a?b?c"),
        (b"http://other:81/a%2Fb?q", "/a/b", "/a%2Fb?q"),
        (b"http://other", "/", "/"),
        (b"http://other?q", "/", "/?q"),
        (b"*", "*", "*"),
        (b"//double", "//double", "//double"),
    ],
)
def test_a_target_has_a_path_and_stays_as_it_was_sent(target: bytes, path: str, origin: str) -> None:
    request = read(target)
    assert (request.path, request.target) == (path, origin)


def test_the_host_of_an_absolute_target_wins() -> None:
    assert read(b"http://user@other:81/").headers == {"host": "other:81"}


@pytest.mark.parametrize("target", [b"http:///path", b"http://a:b/path", b"http://a,b c/"])
def test_an_absolute_target_without_a_host_is_refused(target: bytes) -> None:
    with pytest.raises(BadHeadError, match="no host"):
        read(target)


def test_headers_are_there_by_lower_case_name() -> None:
    request = read(b"/", (b"X-API-Key", b"k "), (b"Content-Type", b"application/json"), (b"Content-Length", b"0"))
    assert list(request.headers.items()) == [
        ("host", "mock"),
        ("x-api-key", "k"),
        ("content-type", "application/json"),
        ("content-length", "0"),
    ]


def test_repeated_headers_are_joined() -> None:
    request = read(b"/", (b"Prefer", b"a"), (b"prefer", b"b"), (b"Cookie", b"c=1"), (b"Cookie", b"d=2"))
    assert request.headers["prefer"] == "a, b"
    assert request.headers["cookie"] == "c=1; d=2"


def test_an_underscore_cannot_pass_for_a_dash() -> None:
    request = read(b"/", (b"X_API_Key", b"forged"))
    assert "x-api-key" not in request.headers
    assert request.headers["x_api_key"] == "forged"


def test_two_hosts_are_refused() -> None:
    with pytest.raises(BadHeadError, match="one Host"):
        read(b"/", HOST)


def test_http_1_1_needs_a_host_and_http_1_0_does_not() -> None:
    with pytest.raises(BadHeadError, match="Host"):
        read_head("GET", b"/", "1.1", [], Endpoints())
    assert read_head("GET", b"/", "1.0", [], Endpoints()).old


@pytest.mark.parametrize("version", ["0.9", "2.0"])
def test_other_versions_are_refused(version: str) -> None:
    with pytest.raises(BadHeadError, match=version):
        read(version=version)


@pytest.mark.parametrize(("coding", "version"), [(b"chunked", "1.0"), (b"gzip, chunked", "1.1")])
def test_a_coding_that_cannot_be_undone_is_refused(coding: bytes, version: str) -> None:
    with pytest.raises(BadHeadError, match="Transfer-Encoding"):
        read(b"/", (b"Transfer-Encoding", coding), version=version)
