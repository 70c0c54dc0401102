"""Kernels of the app that are forked from one process, the nursery, which has imported everything.

A kernel that imports for itself takes a second for it, and keeps 130 MB; a forked one shares the memory that it does
not change. Jupyter asks the :class:`WarmProvisioner` for the process of a kernel, and that asks the nursery
(``nursery.py``), which there is on Linux. Elsewhere, and where the nursery is lost, a kernel is started as usual.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import EntryPoint
from typing import Any

from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from plausiwidgets.cli.nursery import receive, send

NAME = "plausiwidgets-warm"
LAUNCHER = ["-m", "ipykernel_launcher"]
"""How the command of a kernel begins, after the interpreter, that the nursery can take over."""

PATIENCE = 30.0
"""Time in s after which a nursery counts as lost; its imports take a tenth of that."""


class Forked:
    """A process of the nursery, with what a provisioner needs of :class:`subprocess.Popen`.

    Attributes
    ----------
    pid : int
    returncode : int or None
        0 once it has ended; how is not known here.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._handle = os.pidfd_open(pid)  # of this process, also when its number is used again

    def poll(self) -> int | None:
        """Return 0 if it has ended, else None."""
        return self._ended(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended."""
        if self._ended(timeout) is None:
            raise subprocess.TimeoutExpired("kernel", timeout or 0.0)
        return 0

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._handle], [], [], timeout)[0]:
            self.returncode = 0
            os.close(self._handle)
        return self.returncode


class Nursery:
    """The server's side of the nursery; any thread may ask for a kernel."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._channel, theirs = socket.socketpair()
        self._channel.settimeout(PATIENCE)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "plausiwidgets.cli.nursery", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    @property
    def pid(self) -> int:
        """Process number of the nursery."""
        return self._process.pid

    def fork(self, arguments: Sequence[str], env: dict[str, str], cwd: str | None) -> Forked | None:
        """Return a new process that runs IPython's kernel with these arguments; None without a nursery."""
        with self._lock:
            try:
                send(self._channel, {"arguments": list(arguments), "env": env, "cwd": cwd})
                answer = receive(self._channel)
                return None if answer is None else Forked(answer["pid"])
            except OSError:  # it is gone, or too late: what it still says would be of another request
                self._channel.close()
                return None

    def close(self) -> None:
        """End the nursery; its kernels end with it."""
        self._channel.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(PATIENCE)


class WarmProvisioner(LocalProvisioner):
    """Has a kernel forked by the nursery, where there is one, and else starts it as its base class does."""

    nursery: Nursery | None = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the process of a kernel."""
        nursery = type(self).nursery
        if (
            nursery is not None
            and cmd[1:3] == LAUNCHER
            and os.path.realpath(cmd[0]) == os.path.realpath(sys.executable)
        ):
            env, cwd = kwargs.get("env") or dict(os.environ), kwargs.get("cwd")
            forked = await asyncio.to_thread(nursery.fork, cmd[3:], env, cwd)
            if forked is not None:
                self.process = forked  # type: ignore[assignment]
                self.pid = self.pgid = forked.pid
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)


def use_nursery(parent: Any) -> None:
    """Let the kernels of an application be forked, on Linux: elsewhere a fork loses what system libraries hold."""
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return
    WarmProvisioner.nursery = Nursery()
    factory = KernelProvisionerFactory.instance(parent=parent)
    factory.provisioners[NAME] = EntryPoint(NAME, f"{__name__}:WarmProvisioner", "jupyter_client.kernel_provisioners")
    factory.default_provisioner_name = NAME
