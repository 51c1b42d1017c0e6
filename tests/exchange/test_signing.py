"""A wrong signature locks the trader out of the account's stream."""

import json

from omega_tui.exchange.bitget.signing import sign_login
from tests.support.shared import needs_shared, shared_path


def test_a_login_is_signed_in_seconds() -> None:
    assert sign_login("bg_secret", 1700000000) == "C18rGy9omAXwN+pe8erJKzUEU87V1F1G8jzC34SX9KY="


@needs_shared
def test_every_published_login_vector_is_reproduced() -> None:
    path = shared_path("bitget", "fixtures", "signature-vectors.jsonl")
    vectors = [json.loads(line) for line in path.read_text().splitlines()]
    logins = [vector for vector in vectors if vector["kind"] == "ws-login"]
    assert logins
    for vector in logins:
        timestamp = int(vector["prehash"].removesuffix("GET/user/verify"))
        assert sign_login(vector["secret"], timestamp) == vector["sign"]
