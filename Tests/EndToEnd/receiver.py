"""A receiver of webhooks on a port of its own, that records what comes and behaves as it is told, well or badly."""

import re
import socket
import ssl
import struct
import subprocess
import threading
import time
from dataclasses import dataclass, field

from waiting import TooLate


@dataclass
class Received:
    method: str
    path: str
    headers: list
    body: bytes
    raw: bytes
    at: float = field(default_factory=time.time)

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def fields(self):
        return {key.lower(): value for key, value in self.headers}

    @property
    def id(self):
        return self.header("webhook-id")


class Receiver:
    """`behaviour(receiver, connection, request)` answers each request; it returns False to have the connection closed."""

    def __init__(self, behaviour=None, tls=None):
        self.behaviour = behaviour or answering(200)
        self.requests = []
        self.changed = threading.Condition()
        self.stopping = threading.Event()
        self.connections = 0
        self.tls = tls
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/hook"

    def stop(self):
        self.stopping.set()
        # Closing alone would leave the thread in accept, and with it the port open.
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def wait(self, condition, within=15.0, what="the receiver got it"):
        """Waits until condition(requests) is true, and gives its value."""
        deadline = time.monotonic() + within
        with self.changed:
            while not (value := condition(self.requests)):
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TooLate(f"not within {within:g} s: {what}; it got {len(self.requests)} requests")
                self.changed.wait(left)
            return value

    def wait_for(self, count, within=15.0):
        self.wait(lambda requests: len(requests) >= count, within, f"{count} requests")
        with self.changed:
            return list(self.requests)

    def of_event(self, event):
        with self.changed:
            return [request for request in self.requests if request.id == event]

    def _accept(self):
        while not self.stopping.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            buffer = b""
            while not self.stopping.is_set():
                request, buffer = self._read(connection, buffer)
                if not request:
                    break
                with self.changed:
                    self.requests.append(request)
                    self.changed.notify_all()
                if self.behaviour(self, connection, request) is False:
                    break
        except (OSError, ssl.SSLError):
            pass
        finally:
            connection.close()

    @staticmethod
    def _read(connection, buffer):
        while b"\r\n\r\n" not in buffer:
            more = connection.recv(65536)
            if not more:
                return None, b""
            buffer += more
        head, _, rest = buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        while len(rest) < length:
            more = connection.recv(65536)
            if not more:
                return None, b""
            rest += more
        return Received(method, path, headers, rest[:length], head + b"\r\n\r\n" + rest[:length]), rest[length:]


# Behaviours

def answering(status=200, body=b"", headers=()):
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    answer = f"HTTP/1.1 {status} Answer\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body

    def behave(_receiver, connection, _request):
        connection.sendall(answer)
    return behave


def failing_first(count, then=200, status=500):
    """Fails so many times, then succeeds."""
    seen = []

    def behave(receiver, connection, request):
        seen.append(request)
        return answering(status if len(seen) <= count else then)(receiver, connection, request)
    return behave


def hanging(receiver, _connection, _request):
    receiver.stopping.wait(60)
    return False


def dripping(receiver, connection, _request):
    """A byte of an endless head now and then: never idle, never done."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not receiver.stopping.wait(0.2):
        connection.sendall(b"a")
    return False


def resetting(_receiver, connection, _request):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def endless(receiver, connection, _request):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    while not receiver.stopping.is_set():
        connection.sendall(chunk)
    return False


def babbling(_receiver, connection, _request):
    connection.sendall(b"What do you want?\r\n\r\n")
    return False


def redirecting(target):
    return answering(302, headers=[("Location", target)])


def self_signed(folder):
    """A certificate that nobody vouches for, made by openssl."""
    key, certificate = folder / "receiver.key", folder / "receiver.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
         "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def closed_port():
    """Where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
