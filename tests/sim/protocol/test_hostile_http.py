"""Bytes that no honest client sends: answered or dropped in peace, and never a word about them on stderr."""

import json
import socket

from tests.sim.protocol.test_process import process, server_time

LINES = "Host: x\r\nConnection: close\r\n"
PLACE = "/api/v2/mix/order/place-order"


def request(
    method: str = "GET", target: str = "/api/v2/public/time", *lines: str, body: bytes = b""
) -> bytes:
    extra = "".join(f"{line}\r\n" for line in lines)
    return f"{method} {target} HTTP/1.1\r\n{LINES}{extra}\r\n".encode() + body


HOSTILE = {
    "no HTTP": b"garbage\r\n\r\n",
    "a method alone": b"GET\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "another HTTP": b"GET /api/v2/public/time HTTP/9.9\r\n\r\n",
    "a long target": request("GET", "/" + "a" * 9_000),
    "a long header": request("GET", "/", "X: " + "a" * 9_000),
    "many headers": request("GET", "/", *(f"X{n}: a" for n in range(5_000))),
    "a header that breaks the line": request("GET", "/", "ACCESS-KEY: bg_a\nX: b"),
    "a passphrase with a control byte": request("GET", "/", "ACCESS-PASSPHRASE: hush\x01hush"),
    "a negative length": request("POST", PLACE, "Content-Length: -5"),
    "two lengths": request("POST", PLACE, "Content-Length: 5", "Content-Length: 6", body=b"abcde"),
    "a broken chunk": request("POST", PLACE, "Transfer-Encoding: chunked", body=b"zz\r\n"),
    "no gzip": request("POST", PLACE, "Content-Encoding: gzip", "Content-Length: 5", body=b"abcde"),
    "no gzip for the control face": request(
        "POST", "/sim/faults", "Content-Encoding: gzip", "Content-Length: 5", body=b"abcde"
    ),
    "a body too large": request("POST", PLACE, "Content-Length: 300000", body=b"x" * 300_000),
    "another method": request("FOO"),
    "no expectation": request("POST", PLACE, "Expect: foo", "Content-Length: 2", body=b"{}"),
    "a proxy's method": request("CONNECT", "a:1"),
    "a broken handshake": request("GET", "/v2/ws/public", "Upgrade: websocket", "Sec-WebSocket-Key: bad"),
}


HANDSHAKE = (
    b"GET /v2/ws/public HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def masked(first: int, payload: bytes, length: bytes | None = None) -> bytes:
    """A client's frame whose mask is zero; `length` overrides the length that it claims."""
    return bytes([first]) + (length or bytes([0x80 | len(payload)])) + bytes(4) + payload


FRAMES = {
    "no UTF-8": masked(0x81, b"\xff\xfe"),
    "half a character": masked(0x81, b"\xc3"),
    "a reserved opcode": masked(0x83, b"{}"),
    "reserved bits": masked(0xF1, b"{}"),
    "a continuation of nothing": masked(0x80, b"{}"),
    "a text within a text": masked(0x01, b"{") + masked(0x81, b"}"),
    "a long ping": masked(0x89, bytes(126), b"\xfe\x00\x7e"),
    "a broken ping": masked(0x09, b"x"),
    "a claim of exabytes": masked(0x81, b"", b"\xff" + b"\x7f" + b"\xff" * 7),
    "a close without a code": masked(0x88, b"\x01"),
    "a close with a wrong code": masked(0x88, b"\x00\x01"),
    "a close with no UTF-8": masked(0x88, b"\x03\xe8\xff"),
    "no frame": b"GET / HTTP/1.1\r\n\r\n",
}


def exchange_bytes(port: int, sent: bytes) -> bytes:
    """What comes back until the other side closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        heard = b""
        try:
            connection.sendall(sent)
            while part := connection.recv(65_536):
                heard += part
        except ConnectionError:
            pass
        return heard


def test_no_bytes_upset_the_exchange() -> None:
    """A client's malformed request must not look like a failure of the exchange, nor put headers in a log."""
    with process("--symbols", "BTCUSDT") as (child, facts):
        port = int(facts["rest"].rpartition(":")[2])
        for name, sent in HOSTILE.items():
            heard = exchange_bytes(port, sent)
            assert heard.startswith(b"HTTP/1."), name
            assert b" 500 " not in heard[:40], name
        with socket.create_connection(("127.0.0.1", port)) as half:
            half.sendall(request("POST", PLACE, "Content-Length: 50", body=b"ab"))
        assert server_time(facts) > 0
        child.terminate()
        assert child.stderr is not None
        assert child.stderr.read() == ""


def test_no_frames_upset_the_exchange() -> None:
    """A client that breaks the rules of WebSocket loses its connection, and nobody hears of it."""
    with process("--symbols", "BTCUSDT") as (child, facts):
        port = int(facts["rest"].rpartition(":")[2])
        for name, sent in FRAMES.items():
            assert exchange_bytes(port, HANDSHAKE + sent).startswith(b"HTTP/1.1 101 "), name
        for _ in range(10):
            with socket.create_connection(("127.0.0.1", port)) as hasty:
                hasty.sendall(HANDSHAKE + masked(0x81, b"{", b"\x90"))
        assert server_time(facts) > 0
        child.terminate()
        assert child.stderr is not None
        assert child.stderr.read() == ""


def test_a_body_that_cannot_be_unpacked_is_refused() -> None:
    """Bitget's envelope for a client, the control face's error for whoever knows the token."""
    with process("--symbols", "BTCUSDT") as (_, facts):
        port = int(facts["rest"].rpartition(":")[2])
        packed = ("Content-Encoding: gzip", "Content-Length: 5", "Content-Type: application/json")
        head, body = exchange_bytes(port, request("POST", PLACE, *packed, body=b"abcde")).split(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 ")
        assert (json.loads(body)["code"], json.loads(body)["data"]) == ("40017", None)
        steering = request(
            "POST", "/sim/faults", f"Authorization: Bearer {facts['control_token']}", *packed, body=b"abcde"
        ).replace(b"Host: x", b"Host: localhost")
        head, body = exchange_bytes(port, steering).split(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 ")
        assert json.loads(body).keys() == {"error"}
