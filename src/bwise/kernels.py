"""Kernels that start warm: forked from a process that has imported the libraries, where the platform can.

A kernel needs seconds of imports before its first cell. Here a server process (`forkserver` of the standard library) does them
once and forks a fresh process per notebook, in which the ordinary kernel of IPython runs, without any variable of another run.
Only the runner asks for such kernels: `papermill` and JupyterLab start theirs as always.
"""

from __future__ import annotations

import os
import sys
import threading
import uuid
from multiprocessing import current_process, get_all_start_methods, get_context, parent_process
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

if TYPE_CHECKING:  # Windows has neither
    from multiprocessing.context import ForkServerContext, ForkServerProcess

LAUNCHER = ["-m", "ipykernel_launcher"]  # how the kernelspec of IPython starts a kernel; the arguments of the kernel follow
LIBRARIES = (
    "bwise.warm",
    "pyarrow.parquet",
    "bwise.checks",
    "bwise.corrections",
    "bwise.drawn",
    "bwise.parameters",
    "bwise.publication",
    "bwise.redeliveries",
    "bwise.summaries",
    "bwise.tables",
    "bwise.verification",
)
"""Imported before the first kernel. Not matplotlib: when it is imported it takes the backend that the kernel has set by then."""


def can_fork() -> bool:
    """Whether kernels are forked here. Not on macOS, where system libraries may not survive a fork, nor on Windows.

    Nor in a process that may have no children, as a Dask worker under a nanny.
    """
    return sys.platform == "linux" and "forkserver" in get_all_start_methods() and not current_process().daemon


class WarmKernelManager(AsyncKernelManager):
    """Manager of warm kernels, for papermill's `kernel_manager_class`."""

    async def _async_pre_start_kernel(self, **options: Any) -> tuple[list[str], dict[str, Any]]:
        if self.provisioner is None:
            self.kernel_id = self.kernel_id or str(uuid.uuid4())
            self.provisioner = WarmProvisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**options)


class WarmProvisioner(LocalProvisioner):
    """Forks kernels of this very Python; all others, and where forking fails, are started as `LocalProvisioner` does."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        forked = _fork(cmd[3:], options) if can_fork() and cmd[:3] == [sys.executable, *LAUNCHER] else None
        if forked is None:
            return await super().launch_kernel(cmd, **options)
        self.process = forked
        self.pid = self.pgid = forked.pid
        self.cwd = options.get("cwd")
        return self.connection_info


class ForkedKernel:
    """What `LocalProvisioner` needs of a `subprocess.Popen`, for a forked kernel."""

    stdin = stdout = stderr = None

    def __init__(self, process: ForkServerProcess) -> None:
        self.process, self.pid = process, process.pid
        self.kill, self.terminate = process.kill, process.terminate

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self) -> int | None:
        self.process.join()
        return self.process.exitcode

    def send_signal(self, signum: int) -> None:
        os.kill(self.pid, signum)


def warm_up() -> None:
    """Have the libraries imported for the first kernel while this process does something else."""
    if can_fork():
        from multiprocessing.forkserver import ensure_running

        _context()
        ensure_running()


def _context() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["__main__", *LIBRARIES])
    return context


def _fork(arguments: list[str], options: dict[str, Any]) -> ForkedKernel | None:
    """A kernel in a session of its own, so that a signal reaches its children, too; None where it could not be forked."""
    context = _context()
    ready, told = context.Pipe(duplex=False)
    environment = dict(options.get("env") or os.environ)
    process = context.Process(target=_run_kernel, args=(told, arguments, environment, str(options.get("cwd") or os.getcwd())))
    try:
        process.start()
        told.close()
        ready.recv()
    except (EOFError, OSError):  # the server, or the kernel before it began, has died
        return None
    finally:
        ready.close()
    return ForkedKernel(process)


def _run_kernel(told: Connection, arguments: list[str], environment: dict[str, str], folder: str) -> None:
    """The life of a forked kernel."""
    import gc

    import numpy
    from ipykernel.kernelapp import IPKernelApp

    gc.freeze()  # what the libraries made is here to stay: it is neither searched for garbage again nor copied for that
    os.setsid()
    told.send("ready")
    told.close()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = [LAUNCHER[1], *arguments]
    threading.Thread(target=_end_with, args=(parent_process().sentinel,), daemon=True).start()
    numpy.random.seed()  # as the module `random` does by itself after a fork
    IPKernelApp.launch_instance(argv=arguments, parent_handle=os.getppid())  # the server, whose end the kernel notices, too


def _end_with(parent: int) -> None:
    """No kernel outlives the process that asked for it, however that ends.

    Waiting for it takes Python's lock, which a cell may hold for long (a regular expression that never ends). So the system is asked
    for a signal when the sentinel closes, too: nobody handles SIGIO, and then it ends the process.
    """
    import fcntl

    fcntl.fcntl(parent, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(parent, fcntl.F_SETFL, fcntl.fcntl(parent, fcntl.F_GETFL) | os.O_ASYNC)
    wait([parent])
    os._exit(1)
