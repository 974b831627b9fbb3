"""Where an address of a feed leads: only to the public Internet, or to networks that the settings name.

A host name is looked up once and the connection goes to the very addresses that were judged, so a name that answers
differently the second time gains nothing. What a host is called is never judged, only where it is: 127.1, 2130706433,
[::ffff:127.0.0.1] and a name that leads to 169.254.169.254 all end here.
"""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from chatbot.catalog.sources.rows import FeedError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_TRANSLATED = ip_network("64:ff9b::/96")
_COMPATIBLE = ip_network("::/96")
_UNICAST = ip_network("2000::/3")
"""All of IPv6 that is given out for the public Internet: older Pythons call some of the rest global too."""


def pinned(host: str, port: int, allowed: Sequence[Network] = ()) -> list[str]:
    """The addresses to connect to, in the order in which they are to be tried.

    Raises FeedError when the host has none, or any that must not be reached.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as err:
        raise FeedError(f"The host {host!r} has no address: {err}.") from err
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    for address in addresses:
        if not reachable(address, allowed):
            # One bad address is enough: a host that has both is not to be trusted with the choice.
            raise FeedError(f"The host {host!r} is at {address}, which is not on the public Internet.")
    return list(dict.fromkeys(map(str, addresses)))


def reachable(address: Address, allowed: Sequence[Network] = ()) -> bool:
    """Whether a feed may come from there."""
    inner = _inner(address)
    if any(each in network for network in allowed for each in (address, inner) if each.version == network.version):
        return True
    return all(_is_public(each) for each in {address, inner})


def _is_public(address: Address) -> bool:
    if address.version == 6 and address not in _UNICAST:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for."""
    if not isinstance(address, IPv6Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address.sixtofour:
        return address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if address in _TRANSLATED or address in _COMPATIBLE:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address
