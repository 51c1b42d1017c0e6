"""The hash chain: each row's digest covers the row before it, so that a changed or missing row shows.

SHA-256 over length-prefixed fields; a digest says that rows are as written, not who wrote them.
"""

import hashlib

GENESIS = bytes(32)
"""What the first row's digest covers in place of a row before it."""


def link(previous: bytes, sequence: int, wall_ms: int, kind: str, body: bytes) -> bytes:
    """The digest of a row that follows the one with digest `previous`."""
    digest = hashlib.sha256(previous)
    for field in (str(sequence).encode(), str(wall_ms).encode(), kind.encode(), body):
        digest.update(len(field).to_bytes(8, "big"))
        digest.update(field)
    return digest.digest()
