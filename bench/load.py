"""The load process: sends ready-made requests over kept connections and measures each answer.

    python -m bench.load '{"batches": {...}, "connections": 32, "alerts_per_s": 0}'

It does nothing but system calls while the clock runs, so that it is never the bottleneck. With `alerts_per_s` the
requests leave at that pace whatever the server does (open loop), else as fast as answers come back (closed loop).
Prints "ready" when everything is prepared, waits for a line, then prints one line of JSON with what was measured.
"""

import gc
import json
import select
import socket
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bench.bodies import Batches, requests_of

ANSWER_BYTES = 65_536
SEND_BUFFER = 1 << 20
_LENGTH = b"\r\ncontent-length:"


@dataclass(slots=True, eq=False)
class _Connection:
    """One kept connection; `unsent` is what the system did not take yet, `answer` what came so far."""

    socket: socket.socket
    sent_at: float = 0.0
    unsent: memoryview = field(default_factory=lambda: memoryview(b""))
    answer: bytes = b""


class Load:
    """Drives the connections until every request has been answered."""

    def __init__(self, address: tuple[str, int], requests: list[bytes], connections: int, interval_s: float) -> None:
        self._poller = select.epoll()
        self._address = address
        self._requests = iter(requests)
        self._left = len(requests)
        self._interval_s = interval_s
        self._sent = 0
        self._idle: list[_Connection] = []
        self._connections = {each.socket.fileno(): each for each in (_connect(address) for _ in range(connections))}
        self.latencies: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.late_s = 0.0
        """Open loop: by how much the latest request left behind its time."""

    def run(self) -> float:
        """Send everything; returns the seconds from the first request to the last answer."""
        for number, connection in self._connections.items():
            self._poller.register(number, select.EPOLLIN)
            self._idle.append(connection)
        began = time.perf_counter()
        while self._left:
            wait_s = self._send_due(began)
            for number, happened in self._poller.poll(wait_s):
                self._go_on(self._connections[number], happened)
        return time.perf_counter() - began

    def _send_due(self, began: float) -> float:
        """Give idle connections their next request; returns how long to wait for answers at most."""
        while self._idle:
            due = began + self._sent * self._interval_s
            now = time.perf_counter()
            if self._interval_s and now < due:
                return due - now
            request = next(self._requests, None)
            if request is None:
                return -1.0
            connection = self._idle.pop()
            connection.sent_at = due if self._interval_s else now
            self.late_s = max(self.late_s, now - due) if self._interval_s else 0.0
            connection.unsent = memoryview(request)
            self._sent += 1
            self._push(connection)
        return -1.0

    def _push(self, connection: _Connection) -> None:
        try:
            sent = connection.socket.send(connection.unsent)
        except BlockingIOError:
            sent = 0
        connection.unsent = connection.unsent[sent:]
        if connection.unsent:
            self._poller.modify(connection.socket, select.EPOLLIN | select.EPOLLOUT)

    def _go_on(self, connection: _Connection, happened: int) -> None:
        if happened & select.EPOLLOUT:
            self._push(connection)
            if not connection.unsent:
                self._poller.modify(connection.socket, select.EPOLLIN)
        if happened & ~select.EPOLLOUT:
            self._read(connection)

    def _read(self, connection: _Connection) -> None:
        part = connection.socket.recv(ANSWER_BYTES)
        if not part and connection in self._idle:
            self._replace(connection)
            return
        if not part:
            raise SystemExit("the server closed a connection in the middle of the load")
        answer = connection.answer + part if connection.answer else part
        if not _is_whole(answer):
            connection.answer = answer
            return
        self.latencies.append(time.perf_counter() - connection.sent_at)
        self.statuses[int(answer[9:12])] += 1
        connection.answer = b""
        self._left -= 1
        self._idle.append(connection)

    def _replace(self, connection: _Connection) -> None:
        """Connect anew where the server has let go of a connection that nobody needed for a while."""
        number = connection.socket.fileno()
        self._poller.unregister(number)
        del self._connections[number]
        connection.socket.close()
        self._idle.remove(connection)
        fresh = _connect(self._address)
        self._connections[fresh.socket.fileno()] = fresh
        self._poller.register(fresh.socket, select.EPOLLIN)
        self._idle.append(fresh)


def _is_whole(answer: bytes) -> bool:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    at = answer[:head].lower().find(_LENGTH)
    length = int(answer[at + len(_LENGTH) : head].split(b"\r\n", 1)[0]) if at >= 0 else 0
    return len(answer) >= head + 4 + length


def _connect(address: tuple[str, int]) -> _Connection:
    made = socket.create_connection(address)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    made.setblocking(False)
    return _Connection(made)


def quantile(ordered: list[float], share: float) -> float:
    """Return the value below which `share` of an ordered list lies; 0 for an empty one."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def measure(batches: Batches, connections: int, alerts_per_s: float) -> dict[str, Any]:
    """Prepare, wait for the word, send, and return what was measured."""
    requests = requests_of(batches)
    interval_s = batches.size / alerts_per_s if alerts_per_s else 0.0
    load = Load((batches.host, batches.port), requests, connections, interval_s)
    gc.collect()
    gc.disable()
    print("ready", flush=True)
    sys.stdin.readline()
    cpu = time.process_time()
    seconds = load.run()
    cpu = time.process_time() - cpu
    ordered = sorted(load.latencies)
    return {
        "alerts": batches.count,
        "requests": len(requests),
        "bytes": sum(map(len, requests)),
        "seconds": seconds,
        "alerts_per_s": batches.count / seconds,
        "p50_ms": quantile(ordered, 0.50) * 1e3,
        "p99_ms": quantile(ordered, 0.99) * 1e3,
        "max_ms": ordered[-1] * 1e3,
        "statuses": {str(status): count for status, count in load.statuses.items()},
        "load_cpu_s": cpu,
        "late_ms": load.late_s * 1e3,
    }


if __name__ == "__main__":
    job = json.loads(sys.argv[1])
    print(json.dumps(measure(Batches(**job["batches"]), job["connections"], job["alerts_per_s"])), flush=True)
