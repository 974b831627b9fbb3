"""Where a feed may come from: judged by the address, never by the name."""

import socket
from ipaddress import ip_address, ip_network

import pytest

from chatbot.catalog.sources.public import pinned, reachable
from chatbot.catalog.sources.rows import FeedError

PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111"]
INNER = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_reached(address: str) -> None:
    assert reachable(ip_address(address))


@pytest.mark.parametrize("address", INNER)
def test_nothing_else_is(address: str) -> None:
    assert not reachable(ip_address(address))


def test_a_network_that_the_settings_name_is_reached_however_the_address_is_written() -> None:
    allowed = [ip_network("10.2.0.0/16"), ip_network("fd00::/8")]
    for address in ("10.2.3.4", "::ffff:10.2.3.4", "fd00::1"):
        assert reachable(ip_address(address), allowed)
    for address in ("10.3.0.1", "::ffff:10.3.0.1", "fe80::1"):
        assert not reachable(ip_address(address), allowed)


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def getaddrinfo(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize("address", [*INNER, "fe80::1%eth0"])
def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    resolving(monkeypatch, address)
    with pytest.raises(FeedError, match=r"'feed\.example' is at .* not on the public Internet"):
        pinned("feed.example", 443)


def test_one_address_inside_among_others_is_enough_to_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, *PUBLIC, "10.0.0.1")
    with pytest.raises(FeedError, match=r"is at 10\.0\.0\.1"):
        pinned("feed.example", 443)


def test_the_addresses_of_a_host_are_tried_in_the_order_of_the_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, *PUBLIC, *PUBLIC)
    assert pinned("feed.example", 443) == PUBLIC


def test_a_name_that_leads_nowhere_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_: object, **__: object) -> None:
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(FeedError, match="has no address"):
        pinned("feed.example", 443)
