"""Trust for a command: whatever it trusted before, and the mock's authority beside it."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

from mock_server.certificates.authority import needing_cryptography

# Where systems keep the bundle of all that they trust; the compiled-in place of OpenSSL comes first.
SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/etc/openssl@3/cert.pem",
    "/opt/homebrew/etc/openssl@3/cert.pem",
)
STORE_PASSWORD = "changeit"  # noqa: S105 - what Java's own store of public certificates has
JAVA_STORE = "trusted.p12"
BEGIN = b"-----BEGIN "


class Bundles:
    """PEM files below `folder` with the authority's certificate behind those of the user's own files."""

    def __init__(self, folder: Path, authority: bytes) -> None:
        self.folder = folder
        self.authority = authority
        self._made: dict[Path | None, Path] = {}

    def beside(self, theirs: str | None) -> Path:
        """A bundle with what stands in that file or folder, or with what the system trusts if it is none."""
        return self._with(Path(theirs) if theirs else system_bundle())

    def added(self, theirs: str | None) -> Path:
        """A bundle for clients that add it to what they trust anyway."""
        return self._with(Path(theirs) if theirs else None)

    def _with(self, source: Path | None) -> Path:
        if source not in self._made:
            path = self.folder / f"trusted-{len(self._made) + 1}.pem"
            path.write_bytes(certificates(source) + self.authority)
            self._made[source] = path
        return self._made[source]

    @needing_cryptography
    def java_store(self) -> Path:
        """A PKCS#12 store, as Java reads it, of what the system trusts and the authority."""
        from mock_server.commands import java_stores  # noqa: PLC0415 - needs an extra

        path = self.folder / JAVA_STORE
        path.write_bytes(java_stores.store(self.beside(None).read_bytes(), STORE_PASSWORD))
        return path

    def java_store_beside(self, theirs: Path, password: str) -> Path | None:
        """A copy of the user's own Java store with the authority in it; None where no keytool can make one."""
        keytool = shutil.which("keytool")
        if keytool is None or not theirs.is_file():
            return None
        authority, path = self.folder / "authority.pem", self.folder / f"beside-{theirs.name}"
        authority.write_bytes(self.authority)
        shutil.copyfile(theirs, path)
        told = [keytool, "-importcert", "-noprompt", "-alias", "trackflow-mock", "-file", str(authority)]
        told += ["-keystore", str(path), "-storepass", password]
        done = subprocess.run(told, capture_output=True, check=False)  # noqa: S603 - Java's own tool
        return path if done.returncode == 0 else None


def certificates(source: Path | None) -> bytes:
    """The PEM texts in a file, or in the files of a folder; nothing where there are none."""
    return b"".join(_texts(source)) if source else b""


def system_bundle() -> Path | None:
    """The file of all that this machine trusts; requests' own where the system has none."""
    compiled = ssl.get_default_verify_paths().openssl_cafile
    for place in (compiled, *SYSTEM_BUNDLES):
        if Path(place).is_file():
            return Path(place)
    try:
        import certifi  # noqa: PLC0415 - a last resort, there if requests is
    except ImportError:
        return None
    return Path(certifi.where())


def _texts(source: Path) -> Iterator[bytes]:
    try:
        files = sorted(source.iterdir()) if source.is_dir() else [source]
    except OSError:
        return
    seen = set()
    for file in files:
        try:
            text = file.read_bytes()
        except OSError:
            continue
        if BEGIN in text and text not in seen:  # folders name each file several times
            seen.add(text)
            yield text if text.endswith(b"\n") else text + b"\n"
