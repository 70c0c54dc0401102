"""Kernels of the app are forked from a nursery: each is one of its own, and ends with the server."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory

from plausiwidgets.cli.warm import NAME, Nursery, WarmProvisioner, use_nursery

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux alone")


@pytest.fixture(scope="module")
def nursery():
    """A nursery that is asked for each kernel of this process."""
    factory = KernelProvisionerFactory.instance()
    before = factory.default_provisioner_name
    use_nursery(None)
    yield WarmProvisioner.nursery
    factory.default_provisioner_name = before
    del factory.provisioners[NAME]
    WarmProvisioner.nursery.close()
    WarmProvisioner.nursery = None


@pytest.fixture
def start(nursery, tmp_path):
    """Start a kernel; `say(code)` is what it prints."""
    started = []

    def start_one(**env):
        manager = KernelManager(kernel_name="python3", connection_file=str(tmp_path / f"{len(started)}.json"))
        manager.start_kernel(env={**os.environ, **env}, cwd=str(tmp_path))
        client = manager.blocking_client()
        client.start_channels()
        client.wait_for_ready(60)
        started.append((manager, client))

        def say(code):
            said = []
            client.execute_interactive(
                code, timeout=60, output_hook=lambda m: said.append(m["content"].get("text", ""))
            )
            return "".join(said).strip()

        return manager, say

    yield start_one
    for manager, client in started:
        client.stop_channels()
        if manager.has_kernel:
            manager.shutdown_kernel(now=True)


def parent(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def ends(pid, seconds=30.0):
    """Wait until a process has ended."""
    end = time.monotonic() + seconds
    while Path(f"/proc/{pid}").exists() and "State:\tZ" not in Path(f"/proc/{pid}/status").read_text():
        assert time.monotonic() < end, f"{pid} lives on"
        time.sleep(0.05)


@pytest.mark.slow
def test_a_forked_kernel_is_one_of_its_own(start, nursery, tmp_path):
    (first, say), (second, also) = start(QUERY_STRING="model=lif"), start(QUERY_STRING="model=adex")
    assert {parent(first.provisioner.pid), parent(second.provisioner.pid)} == {nursery.pid}
    asked = "import os, sys; print(os.environ['QUERY_STRING'], os.getcwd(), 'numba' in sys.modules)"
    assert (say(asked), also(asked)) == (f"model=lif {tmp_path} True", f"model=adex {tmp_path} True")
    drawn = "import random, numpy as np; print(random.random(), np.random.random())"
    assert not set(say(drawn).split()) & set(also(drawn).split())
    say("here = 1")
    assert "here" not in also("print(dir())")
    assert say("import subprocess; print(subprocess.run(['sh', '-c', 'exit 3']).returncode)") == "3"


def test_it_is_interrupted_and_shut_down_as_any(start):
    manager, say = start()
    client = manager.blocking_client()
    client.start_channels()
    client.execute("import time\nprint('begun')\ntime.sleep(600)")
    while client.get_iopub_msg(timeout=60)["content"].get("text") != "begun\n":
        pass
    manager.interrupt_kernel()
    assert client.get_shell_msg(timeout=60)["content"]["ename"] == "KeyboardInterrupt"
    client.stop_channels()
    end = time.monotonic() + 60.0
    while say("print('ready')") != "ready":  # for a moment it drops what was sent together with the interrupted cell
        assert time.monotonic() < end
    pid = manager.provisioner.pid
    manager.shutdown_kernel()
    ends(pid)
    assert not manager.is_alive()


def test_a_page_can_ask_it_for_its_widgets_and_the_explorer_runs_in_it(start):
    _, say = start()
    asked = "print(*sorted(get_ipython().kernel.comm_manager.targets))"
    assert say(asked) == "jupyter.widget jupyter.widget.control"
    assert say("import plausiwidgets as pw; print(pw.Explorer().wait(120))") == "True"


def test_kernels_end_with_the_nursery_and_later_ones_are_started_without(start, nursery):
    manager, _ = start()
    pid = manager.provisioner.pid
    os.kill(nursery.pid, signal.SIGKILL)
    ends(nursery.pid)
    ends(pid)
    other, say = start()
    assert parent(other.provisioner.pid) == os.getpid()
    assert say("print(6 * 7)") == "42"


def test_a_closed_channel_ends_a_nursery():
    nursery = Nursery()
    nursery.close()
    ends(nursery.pid)
