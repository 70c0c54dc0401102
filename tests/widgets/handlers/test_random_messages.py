"""Random messages: each is answered or refused, and the next question is answered as before."""

import random
import threading

import pytest
from app_client import Client, set_of
from random_messages import LONG, message


@pytest.mark.parametrize("seed", [0, 1])
def test_no_message_raises_an_error_or_ends_a_thread(monkeypatch, seed):
    died: list[object] = []
    monkeypatch.setattr(threading, "excepthook", died.append)
    client, rng = Client(), random.Random(seed)
    try:
        for number in range(300):
            content, buffers = message(rng, number)
            client.answers.receive(content, buffers)
            kind = content.get("kind") if isinstance(content, dict) else ""
            if kind in LONG:
                client.answers.receive({"kind": "cancel", "id": f"c{number}", "of": f"n{number}"})
                client.answers.searches.stop()
        assert client.ask("verify", **set_of())["verdict"]["status"] == "replicated"
        assert died == []
        assert [one for one in client.wrong if not one.startswith("error is answered after")] == []
    finally:
        client.answers.close()
