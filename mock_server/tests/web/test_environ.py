from wsgiref.validate import validator

import pytest

from mock_server.tests.web.raw_client import ask, hello, serving
from mock_server.web.environ import HEADERS, BadHeadError, Environ, fill
from mock_server.web.gateway import Application

HOST = (b"Host", b"mock")


def filled(target: bytes = b"/", *fields: tuple[bytes, bytes], method: str = "GET", version: str = "1.1") -> Environ:
    environ: Environ = {}
    fill(environ, method, target, version, [HOST, *fields])
    return environ


@pytest.mark.parametrize(
    ("target", "path", "query", "uri"),
    [
        (b"/v2/track/1Z?lang=de&x=%20", "/v2/track/1Z", "lang=de&x=%20", "/v2/track/1Z?lang=de&x=%20"),
        (b"/a%2Fb%20c", "/a/b c", "", "/a%2Fb%20c"),
        (b"/%E4%B8%AD", "/\xe4\xb8\xad", "", "/%E4%B8%AD"),
        (b"/%zz%", "/%zz%", "", "/%zz%"),
        (b"/a?b?c", "/a", "b?c", "/a?b?c"),
        (b"http://other:81/a%2Fb?q", "/a/b", "q", "/a%2Fb?q"),
        (b"http://other", "/", "", "/"),
        (b"http://other?q", "/", "q", "/?q"),
        (b"*", "*", "", "*"),
        (b"//double", "//double", "", "//double"),
    ],
)
def test_a_target_becomes_path_query_and_uri(target: bytes, path: str, query: str, uri: str) -> None:
    environ = filled(target)
    assert (environ["PATH_INFO"], environ["QUERY_STRING"], environ["REQUEST_URI"]) == (path, query, uri)
    assert environ["RAW_URI"] == target.decode("latin-1")


def test_the_host_of_an_absolute_target_wins() -> None:
    environ = filled(b"http://user@other:81/")
    assert environ["HTTP_HOST"] == "other:81"
    assert environ[HEADERS] == [("host", "other:81")]


def test_an_absolute_target_without_a_host_is_refused() -> None:
    with pytest.raises(BadHeadError, match="names no host"):
        filled(b"http:///path")


def test_headers_are_there_as_environ_keys_and_as_pairs() -> None:
    environ = filled(b"/", (b"X-API-Key", b"k "), (b"Content-Type", b"application/json"), (b"Content-Length", b"0"))
    assert (environ["HTTP_X_API_KEY"], environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == (
        "k",
        "application/json",
        "0",
    )
    assert environ[HEADERS] == [
        ("host", "mock"),
        ("x-api-key", "k"),
        ("content-type", "application/json"),
        ("content-length", "0"),
    ]


def test_repeated_headers_are_joined() -> None:
    environ = filled(b"/", (b"Prefer", b"a"), (b"prefer", b"b"), (b"Cookie", b"c=1"), (b"Cookie", b"d=2"))
    assert environ["HTTP_PREFER"] == "a, b"
    assert environ["HTTP_COOKIE"] == "c=1; d=2"


def test_an_underscore_cannot_pass_for_a_dash() -> None:
    environ = filled(b"/", (b"X_API_Key", b"forged"))
    assert "HTTP_X_API_KEY" not in environ
    assert ("x_api_key", "forged") in environ[HEADERS]


def test_two_hosts_are_refused() -> None:
    with pytest.raises(BadHeadError, match="one Host"):
        filled(b"/", HOST)


def test_http_1_1_needs_a_host_and_http_1_0_does_not() -> None:
    with pytest.raises(BadHeadError, match="Host"):
        fill({}, "GET", b"/", "1.1", [])
    fill({}, "GET", b"/", "1.0", [])


@pytest.mark.parametrize("version", ["0.9", "2.0"])
def test_other_versions_are_refused(version: str) -> None:
    with pytest.raises(BadHeadError, match=version):
        filled(version=version)


@pytest.mark.parametrize(("coding", "version"), [(b"chunked", "1.0"), (b"gzip, chunked", "1.1")])
def test_a_coding_that_cannot_be_undone_is_refused(coding: bytes, version: str) -> None:
    with pytest.raises(BadHeadError, match="Transfer-Encoding"):
        filled(b"/", (b"Transfer-Encoding", coding), version=version)


def test_the_environ_satisfies_the_standard_library_s_wsgi_validator() -> None:
    seen: list[Environ] = []

    def keep(environ: Environ, start_response: Application) -> list[bytes]:
        seen.append(dict(environ))
        return hello(environ, start_response)

    # The validator insists on an iterator that is closed, and reports through an AssertionError, which would be a 500.
    with serving(validator(keep)) as server:  # type: ignore[arg-type]  # typeshed's environ is stricter than PEP 3333
        answered = ask(server.url, b"POST /a?b HTTP/1.1\r\nHost: mock\r\nContent-Length: 2\r\n\r\nhi")
    assert (answered.status, answered.body) == (200, b"hello")
    assert seen[0]["REMOTE_ADDR"] == "127.0.0.1"
    assert seen[0]["SERVER_PORT"] == server.url.rpartition(":")[2]
