"""A name server for tests: IPv4 addresses from a table that may be changed while it runs."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

_HEADER = struct.Struct(">HHHHHH")
_ANSWER, _NO_SUCH_NAME = 0x8180, 0x8183
_TYPE_A, _CLASS_IN, _POINTER_TO_NAME, _TTL_S = 1, 1, 0xC00C, 600


@contextlib.contextmanager
def running_name_server(addresses: dict[str, str]) -> Iterator[int]:
    """Answer from a table of addresses by name, as it is at the time, and yield the port; names not in it do not exist.

    Like Docker's, it says that answers may be kept for ten minutes.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    query, client = udp.recvfrom(512)
                    if not query:
                        return
                    udp.sendto(_answer(query, addresses), client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = udp.getsockname()[1]
        try:
            yield port
        finally:
            udp.sendto(b"", ("127.0.0.1", port))
            thread.join()


def _answer(query: bytes, addresses: dict[str, str]) -> bytes:
    number = _HEADER.unpack_from(query)[0]
    labels, place = [], _HEADER.size
    while size := query[place]:
        labels.append(query[place + 1 : place + 1 + size].decode("ascii"))
        place += 1 + size
    question = query[_HEADER.size : place + 5]
    address = addresses.get(".".join(labels))
    if address is None:
        return _HEADER.pack(number, _NO_SUCH_NAME, 1, 0, 0, 0) + question
    record = struct.pack(">HHHIH", _POINTER_TO_NAME, _TYPE_A, _CLASS_IN, _TTL_S, 4) + socket.inet_aton(address)
    return _HEADER.pack(number, _ANSWER, 1, 1, 0, 0) + question + record
