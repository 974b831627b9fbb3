"""A feed over TLS: the connection goes to an address, the certificate must be the host's."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chatbot.catalog.sources.remote import RemoteSource, Tags
from chatbot.catalog.sources.rows import FeedError
from tests.catalog.sources.feed_server import FeedServer, sends, serving


def certificate(folder: Path, host: str) -> Path:
    """A certificate that is its own authority, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{host}.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FeedServer]:
    """One whose certificate, believed by everybody, is that of feed.example; every name leads to it."""
    path = certificate(tmp_path, "feed.example")
    monkeypatch.setattr(certifi, "where", lambda: str(path))
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **options: real("127.0.0.1", *rest, **options))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with serving() as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.answer = sends(b"id,title\nL,Lamp\n")
        yield server


def source(host: str, server: FeedServer) -> RemoteSource:
    return RemoteSource("feed", {"URL": f"https://{host}:{server.port}/f.csv", "NETWORKS": ["127.0.0.0/8"]})


def test_the_certificate_of_the_host_is_believed_at_its_address(server: FeedServer) -> None:
    with source("feed.example", server).fetched(Tags()) as fetched:
        assert fetched.feed is not None
        assert [item.sku for item in fetched.feed] == ["L"]


@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"])
def test_that_of_another_host_is_not(server: FeedServer, host: str) -> None:
    with (
        pytest.raises(FeedError, match="CERTIFICATE_VERIFY_FAILED"),
        source(host, server).fetched(Tags()),
    ):
        pass
    assert server.requests == []
