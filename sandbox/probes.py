"""Attacks that only look, run inside a sandbox by the self-test: `python probes.py JSON`, one line of JSON for each.

Every function tries something that has to fail, and returns what it got where it did not.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

Given = dict[str, Any]
PROBES: dict[str, Callable[[Given], str | None]] = {}
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long


def probe(function: Callable[[Given], str | None]) -> Callable[[Given], str | None]:
    PROBES[function.__name__] = function
    return function


def call(x86_64: int, aarch64: int, *arguments: Any) -> str | None:
    """Try a system call; whatever it answers but "not permitted" or "unknown" means that it can be reached."""
    number = x86_64 if platform.machine() == "x86_64" else aarch64
    answer = LIBC.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    reason = ctypes.get_errno()
    if answer == -1 and reason in {errno.EPERM, errno.ENOSYS}:
        return None
    return f"system call {number} answered {answer} ({errno.errorcode.get(reason, reason)})"


def read(path: str) -> str | None:
    with contextlib.suppress(OSError), open(path, "rb") as file:
        return f"could read {path}" if file.read(10) else None
    return None


def write(path: str) -> str | None:
    """Try to write a file, or in a folder."""
    with contextlib.suppress(OSError):
        if os.path.isdir(path):
            path += "/uzu-was-here"
        with open(path, "ab") as file:
            file.write(b"x")
        return f"could write {path}"
    return None


def first(found: Iterator[str | None]) -> str | None:
    return next((what for what in found if what), None)


# --- the network -----------------------------------------------------------------------------------------------------
@probe
def network_interfaces(given: Given) -> str | None:
    with contextlib.suppress(OSError):
        others = [name for _, name in socket.if_nameindex() if name not in {"lo", "tunl0", "sit0", "ip6tnl0"}]
        return f"interfaces {others}" if others else None
    return None


@probe
def network_tcp(given: Given) -> str | None:
    for address in given["tcp"]:
        with contextlib.suppress(OSError):
            socket.create_connection((address, given["tcp_port"]), timeout=1).close()
            return f"reached {address}"
    return None


@probe
def network_udp(given: Given) -> str | None:
    """Whether it arrives is asked outside as well."""
    for address in given["tcp"]:
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.settimeout(0.3)
            sender.connect((address, given["udp_port"]))
            sender.send(b"hello")
            if sender.recv(10):
                return f"reached {address}"
    return None


@probe
def network_dns(given: Given) -> str | None:
    with contextlib.suppress(OSError):
        return f"resolved {socket.getaddrinfo('example.org', 443)[0][4]}"
    return None


@probe
def network_other_families(given: Given) -> str | None:
    for family in (16, 17, 38, 40, 44):  # netlink, packet, crypto, virtual machines, express data path
        with contextlib.suppress(OSError):
            socket.socket(family, socket.SOCK_RAW).close()
            return f"a socket of family {family}"
        with contextlib.suppress(OSError):
            socket.socket(family, socket.SOCK_STREAM).close()
            return f"a socket of family {family}"
    return None


@probe
def network_abstract_socket(given: Given) -> str | None:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.connect("\0" + given["abstract"])
        return "connected"
    return None


@probe
def network_path_socket(given: Given) -> str | None:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.connect(given["socket"])
        return "connected"
    return None


# --- files -----------------------------------------------------------------------------------------------------------
@probe
def read_passwords(given: Given) -> str | None:
    return first(map(read, ["/etc/shadow", "/etc/ssh/ssh_host_ed25519_key", "/root/.ssh/id_ed25519"]))


@probe
def read_settings(given: Given) -> str | None:
    return first(map(read, given["settings"]))


@probe
def read_secret_for_everybody(given: Given) -> str | None:
    return (
        read(given["secret_file"])
        or read(f"/proc/1/root{given['secret_file']}")
        or first(
            read(f"/proc/{pid}/{way}{given['secret_file']}")
            for pid in ("self", os.getppid())
            for way in ("root", "cwd/../../../..")
        )
    )


@probe
def write_system(given: Given) -> str | None:
    return first(
        map(write, ["/", "/usr", "/usr/lib", "/etc", "/etc/passwd", "/dev", "/bin", "/lib", "/proc", "/sys", "/run"])
    )


@probe
def write_runtime(given: Given) -> str | None:
    return first(map(write, [sys.base_prefix, sys.prefix, os.path.dirname(os.__file__), os.__file__]))


@probe
def write_kernel_settings(given: Given) -> str | None:
    paths = ["kernel/core_pattern", "kernel/modprobe", "vm/overcommit_memory", "kernel/hostname"]
    return first(write(f"/proc/sys/{path}") for path in paths) or write("/proc/sysrq-trigger")


@probe
def write_input(given: Given) -> str | None:
    for path in [given["input"], os.path.dirname(given["input"])]:
        with contextlib.suppress(OSError):
            os.chmod(path, 0o777)  # noqa: S103 - of a file it must not be able to change
        if what := write(path):
            return what
    with contextlib.suppress(OSError):
        os.unlink(given["input"])
        return "could remove an input"
    return None


@probe
def change_attributes(given: Given) -> str | None:
    """Without opening it. Whether anything changed is asked outside."""
    path = given["secret_file"]
    changes: list[Callable[[], None]] = [
        lambda: os.utime(path, (1, 1)),
        lambda: os.chmod(path, 0o640),
        lambda: os.setxattr(path, "user.uzu", b"x"),
        lambda: os.truncate(path, 3),
    ]
    for change in changes:
        with contextlib.suppress(OSError):
            change()
    return None


@probe
def memory_of_nobody(given: Given) -> str | None:
    return call(319, 279, ctypes.c_char_p(b"x"), 0) or call(29, 194, 0, 4096, 0o1600) or call(68, 186, 0, 0o1600)


@probe
def open_by_number(given: Given) -> str | None:
    handle = ctypes.create_string_buffer(b"\x08\0\0\0\x01\0\0\0\x02\0\0\0\0\0\0\0")
    return call(304, 265, -100, handle, 0)


# --- processes -------------------------------------------------------------------------------------------------------
@probe
def environment_of_the_server(given: Given) -> str | None:
    if given["token"] in "".join(os.environ.values()):
        return "the server's environment was handed on"
    with contextlib.suppress(OSError):
        for pid in os.listdir("/proc"):
            for name in ("environ", "cmdline") if pid.isdigit() else ():
                with contextlib.suppress(OSError), open(f"/proc/{pid}/{name}", "rb") as file:
                    text = file.read(1 << 20)
                    own_argument = pid == str(os.getpid()) and name == "cmdline"
                    if not own_argument and (given["token"].encode() in text or given["folder"].encode() in text):
                        return f"/proc/{pid}/{name} tells of the server"
    return None


@probe
def other_processes(given: Given) -> str | None:
    with contextlib.suppress(OSError):
        os.kill(given["process"], 0)
        return "a process of the server can be signalled"
    with contextlib.suppress(OSError), open(f"/proc/{given['process']}/cmdline", "rb") as file:
        if given["token"].encode() in file.read():
            return "a process of the server can be read"
    return None


@probe
def rights(given: Given) -> str | None:
    if 0 in {*os.getresuid(), *os.getresgid()}:
        return "runs as root"
    for way in (os.setuid, os.setgid):
        with contextlib.suppress(OSError):
            way(0)
            return "could become root"
    with contextlib.suppress(OSError), open("/proc/self/status") as file:
        for line in file:
            name, _, value = line.partition(":")
            if name in {"CapEff", "CapPrm", "CapInh", "CapAmb"} and int(value, 16):
                return line.strip()
            if name == "NoNewPrivs" and value.strip() != "1":
                return "programs may give more rights"
    return None


@probe
def user_namespace(given: Given) -> str | None:
    for program in ("/usr/bin/unshare",):
        with contextlib.suppress(OSError):
            if subprocess.run([program, "-U", "true"], capture_output=True, check=False).returncode == 0:  # noqa: S603
                return "unshare made one"
    return call(272, 97, 0x10000000) or call(56, 220, 0x10000000 | 17, 0, 0, 0, 0) or call(435, 435, 0, 0)


@probe
def other_namespaces(given: Given) -> str | None:
    for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x20000000, 0x40000000):
        if what := call(272, 97, flag):
            return what
    return call(308, 268, 0, 0)


@probe
def mounting(given: Given) -> str | None:
    target = given["folder_inside"].encode()
    old = call(165, 40, ctypes.c_char_p(b"none"), ctypes.c_char_p(target), ctypes.c_char_p(b"tmpfs"), 0, 0)
    new = call(430, 430, ctypes.c_char_p(b"tmpfs"), 0) or call(428, 428, -100, ctypes.c_char_p(target), 1)
    return old or new or call(161, 51, ctypes.c_char_p(target)) or call(155, 41, 0, 0)


@probe
def tracing(given: Given) -> str | None:
    parent = os.getppid()
    return (
        call(101, 117, 16, parent, 0, 0)
        or call(310, 270, parent, 0, 0, 0, 0, 0)
        or call(311, 271, parent, 0, 0, 0, 0, 0)
        or call(438, 438, 0, 0, 0)
        or read(f"/proc/{parent}/mem")
        or write(f"/proc/{parent}/mem")
    )


@probe
def kernel_programs(given: Given) -> str | None:
    return call(321, 280, 0, 0, 0)


@probe
def kernel_rings(given: Given) -> str | None:
    space = ctypes.create_string_buffer(512)
    return call(425, 425, 1, space) or call(426, 426, 0, 0, 0, 0, 0, 0) or call(427, 427, 0, 0, 0, 0)


@probe
def kernel_keys(given: Given) -> str | None:
    word = ctypes.c_char_p(b"user")
    return call(250, 219, 0, -3, 0) or call(248, 217, word, word, word, 4, -3) or call(249, 218, word, word, 0, 0)


@probe
def kernel_measuring(given: Given) -> str | None:
    return call(298, 241, ctypes.create_string_buffer(128), 0, -1, -1, 0)


@probe
def kernel_page_faults(given: Given) -> str | None:
    return call(323, 282, 1)


@probe
def kernel_modules_and_clock(given: Given) -> str | None:
    return call(175, 105, 0, 0, 0) or call(313, 273, -1, 0, 0) or call(227, 112, 0, 0) or call(169, 142, 0, 0, 0)


@probe
def kernel_of_the_future(given: Given) -> str | None:
    return call(470, 470, 0) or (call(0x40000000 + 39, 999, 0) if platform.machine() == "x86_64" else None)


def main() -> None:
    given = json.loads(sys.argv[1])
    # Where paths inside are not those that were asked for, the environment has the ones that stand for them.
    given["input"] = os.environ.get("UZU_INPUT", given["input"])
    given["folder_inside"] = os.environ.get("UZU_FOLDER", given["folder_inside"])
    for name in given["probes"]:
        try:
            got = PROBES[name](given)
        except Exception as error:  # noqa: BLE001 - a probe that breaks proves nothing
            got = f"the probe broke: {type(error).__name__}: {error}"
        print(json.dumps([name, got]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
