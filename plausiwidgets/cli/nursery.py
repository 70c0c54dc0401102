"""The nursery: a process that has imported the explorer, and forks a kernel for each request of its server.

``python -m plausiwidgets.cli.nursery FD`` is started by ``warm.py`` with the descriptor of a socket. It has no threads
of its own, which a fork would lose.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plausiwidgets.models import NeuronModel


def main() -> None:
    """Import what every kernel needs, and fork one for each request, until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server
    channel = socket.socket(fileno=int(sys.argv[1]))
    model = imported()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits here for the kernels
    gc.collect()
    gc.freeze()  # a collection would write to each shared page
    while (request := receive(channel)) is not None:
        load(model)
        nursery = os.getpid()
        pid = os.fork()
        if pid == 0:
            channel.close()
            run_kernel(request, nursery)
            return
        send(channel, {"pid": pid})


def imported() -> NeuronModel:
    """Import what the explorer needs, and return the model that it opens with."""
    for name in ("ipykernel.ipkernel", "numba", "plotly", "plausiwidgets.widgets.explorer.explorer"):
        import_module(name)
    from plausiwidgets import models
    from plausiwidgets.widgets.session.selection import DEFAULT_MODEL

    return models.get(DEFAULT_MODEL)


def load(model: NeuronModel) -> None:
    """Load the machine code of a model, once that is on disk."""
    from plausiwidgets.simulation.compiled.engine import is_ready, why_not

    if is_ready(model):
        why_not(model)


def run_kernel(request: dict[str, Any], nursery: int) -> None:
    """Be a kernel from now on."""
    import ipywidgets
    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    os.setsid()  # a signal to its group reaches what it has started, and nobody else
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(request["env"])
    if request["cwd"]:
        os.chdir(request["cwd"])
    np.random.seed()  # noqa: NPY002  (else all kernels would draw the same numbers)
    # The kernel ends when its parent has: the nursery, which ends with the server.
    sys.argv = ["ipykernel_launcher", *request["arguments"], f"--IPKernelApp.parent_handle={nursery}"]
    app: Any = IPKernelApp.instance()
    app.initialize()
    ipywidgets.load_ipython_extension(app.shell)  # when it was imported there was no kernel that a page could ask
    app.start()


# -- messages between server and nursery --------------------------------------------------------------


def send(channel: socket.socket, message: dict[str, Any]) -> None:
    """Send a message: its length in 4 bytes, and JSON."""
    content = json.dumps(message).encode()
    channel.sendall(len(content).to_bytes(4, "big") + content)


def receive(channel: socket.socket) -> dict[str, Any] | None:
    """Return the next message; None once the other side is gone."""
    head = _read(channel, 4)
    content = None if head is None else _read(channel, int.from_bytes(head, "big"))
    return None if content is None else json.loads(content)


def _read(channel: socket.socket, size: int) -> bytes | None:
    content = b""
    while len(content) < size:
        part = channel.recv(size - len(content))
        if not part:
            return None
        content += part
    return content


if __name__ == "__main__":
    main()
