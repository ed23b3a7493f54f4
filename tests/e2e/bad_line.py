"""A bad line between a client and the server: an HTTP proxy that breaks chosen transfers in the middle."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

BLOCK = 1 << 16


@dataclass
class BadLine:
    """Passes everything on to `upstream`; `cut_next_answer` and `cut_next_body` break one transfer each."""

    upstream: tuple[str, int]
    url: str = ""
    heads: list[str] = field(default_factory=list)
    _cut_answers: list[tuple[str, int]] = field(default_factory=list)
    _cut_bodies: list[tuple[str, int]] = field(default_factory=list)

    def cut_next_answer(self, word: str, after: int) -> None:
        """Close the connection after `after` bytes of the next answer to a request with `word` in its first line."""
        self._cut_answers.append((word, after))

    def cut_next_body(self, word: str, after: int) -> None:
        """Let only `after` bytes of the next such request's body through, and answer 503 in the server's place."""
        self._cut_bodies.append((word, after))

    def heads_with(self, word: str, header: str) -> list[str]:
        """Values of `header` in the requests so far whose first line holds `word`."""
        lines = [line for head in self.heads if word in head.split("\r\n", 1)[0] for line in head.split("\r\n")]
        return [line.split(": ", 1)[1] for line in lines if line.lower().startswith(header.lower() + ":")]

    def take(self, faults: list[tuple[str, int]], line: str) -> int | None:
        for fault in faults:
            if fault[0] in line:
                faults.remove(fault)
                return fault[1]
        return None


class Passing(socketserver.BaseRequestHandler):
    line: BadLine

    def handle(self) -> None:
        """One request on one connection."""
        received = b""
        while b"\r\n\r\n" not in received:
            if not (block := self.request.recv(BLOCK)):
                return
            received += block
        head, _, body = received.partition(b"\r\n\r\n")
        lines = [one for one in head.decode("latin-1").split("\r\n") if not one.lower().startswith("connection:")]
        self.line.heads.append("\r\n".join(lines))
        length = next((int(one.split(":")[1]) for one in lines if one.lower().startswith("content-length:")), 0)
        with socket.create_connection(self.line.upstream) as server:
            server.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1"))
            cut = self.line.take(self.line._cut_bodies, lines[0])
            self.pass_body(server, body, length, cut)
            if cut is not None:
                server.shutdown(socket.SHUT_WR)
                while server.recv(BLOCK):
                    pass
                self.request.sendall(b"HTTP/1.1 503 Bad Line\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            self.pass_answer(server, self.line.take(self.line._cut_answers, lines[0]))

    def pass_body(self, server: socket.socket, body: bytes, length: int, cut: int | None) -> None:
        done = 0
        while True:
            allowed = len(body) if cut is None else max(0, cut - done)
            server.sendall(body[:allowed])
            done += len(body)
            if done >= length or not (body := self.request.recv(BLOCK)):
                return

    def pass_answer(self, server: socket.socket, cut: int | None) -> None:
        while block := server.recv(BLOCK):
            self.request.sendall(block if cut is None else block[:cut])
            if cut is not None and (cut := cut - len(block)) <= 0:
                return


@contextmanager
def bad_line_to(url: str) -> Iterator[BadLine]:
    """A bad line to the server at `url`, on a port of its own."""
    parts = urlsplit(url)
    line = BadLine(upstream=(parts.hostname or "", parts.port or 80))
    handler = type("PassingHere", (Passing,), {"line": line})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as proxy:
        proxy.daemon_threads = True
        line.url = f"http://127.0.0.1:{proxy.server_address[1]}"
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield line
        proxy.shutdown()
