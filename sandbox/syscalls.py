"""The filter for system calls that code in a sandbox runs under, as a program for the kernel's seccomp.

A list of what is refused: interfaces of the kernel that no metric, script or notebook needs, and that faults of the
kernel were found in again and again. What the kernel learns to do after this list was written is refused as well.
"""

from __future__ import annotations

import platform
import struct
from typing import NamedTuple

ALLOW = 0x7FFF0000
KILL = 0x80000000
REFUSE = 0x00050000  # and the error number
EPERM, ENOSYS, EAFNOSUPPORT = 1, 38, 97

# Instructions of the classic Berkeley packet filter: load a word, compare, return.
_LOAD, _EQUAL, _GREATER, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
# Places in `struct seccomp_data`; of an argument the lower half, on machines that keep it first.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

# Everything newer than `mseal`. Numbers above 402 are the same on all machines.
NEWEST_KNOWN = 462


class Machine(NamedTuple):
    """How the filter names a machine, and its column in the table below."""

    audit: int
    column: int


MACHINES = {"x86_64": Machine(0xC000003E, 0), "aarch64": Machine(0xC00000B7, 1)}

# Name: number on x86_64 and on aarch64; None where the machine has no such call.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # whole subsystems of the kernel
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "acct": (163, 89),
    "memfd_secret": (447, 447),
    # other processes' memory and files
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    # mounts and namespaces
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "mount_setattr": (442, 442),
    "statmount": (457, 457),
    "listmount": (458, 458),
    "unshare": (272, 97),
    "setns": (308, 268),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "sysfs": (139, None),
    # memory that counts as nobody's, and what outlives whoever made it
    "memfd_create": (319, 279),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    # the machine itself
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "create_module": (174, None),
    "query_module": (178, None),
    "get_kernel_syms": (177, None),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "syslog": (103, 116),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "vhangup": (153, 58),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    "ustat": (136, None),
    "_sysctl": (156, None),
    "nfsservctl": (180, 42),
    "lookup_dcookie": (212, 18),
}
# For where processes of other runs could be reached: nobody sends a signal to anybody.
SIGNALS: dict[str, tuple[int | None, int | None]] = {
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
}
# For where a process has the server's own user id: Landlock guards what files hold, and not whose and how old they are.
# These answer that they succeeded and do nothing, since programs that copy files fail where they are refused.
ATTRIBUTES: dict[str, tuple[int | None, int | None]] = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
}
# By its path; Landlock guards it from version 3 only.
TRUNCATE = (76, 45)
CLONE, CLONE3, SOCKET, IOCTL, PERSONALITY = (56, 220), (435, 435), (41, 198), (16, 29), (135, 92)

NEW_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
# Unix and the internet's two. Virtual sockets of a virtual machine, packets, netlink and the rest have no use here.
FAMILIES = (1, 2, 10)
# TIOCSTI and TIOCLINUX put keystrokes into the terminal of whoever started the server.
TERMINAL_INPUT = (0x5412, 0x541C)
X32_CALLS = 0x3FFFFFFF


def filter_program(*, namespaces: bool, signals: bool, machine: str | None = None) -> bytes:
    """The filter as an array of the kernel's `struct sock_filter`, as `bwrap --seccomp` and `prctl` take it.

    namespaces: whether the sandbox has a network and files of its own; where not, there are no sockets but pairs of
    them, and owners, modes and times of files stay as they are.
    signals: whether processes may send signals.
    machine: as `platform.machine()` names it; this one by default.

    Raises:
        NotImplementedError: the table has no numbers for that machine.
    """
    name = machine or platform.machine()
    if name not in MACHINES:
        raise NotImplementedError(f"no list of system calls for {name}")
    audit, column = MACHINES[name]
    program = [_load(_ARCHITECTURE), *_unless(_EQUAL, audit, KILL), _load(_NUMBER)]
    if name == "x86_64":
        program += _when(_GREATER, X32_CALLS, REFUSE | ENOSYS)
    program += _when(_GREATER, NEWEST_KNOWN, REFUSE | ENOSYS)
    refused_calls = REFUSED | ({} if signals else SIGNALS) | ({} if namespaces else {"truncate": TRUNCATE})
    for numbers in ATTRIBUTES.values() if not namespaces else ():
        number = numbers[column]
        if number is not None:
            program += _when(_EQUAL, number, REFUSE)
    for numbers in refused_calls.values():
        number = numbers[column]
        if number is not None:
            program += _when(_EQUAL, number, REFUSE | EPERM)
    # The C library then uses `clone`, whose flags a filter can see.
    program += _when(_EQUAL, CLONE3[column], REFUSE | ENOSYS)
    program += _for_call(CLONE[column], 0, [*_when(_ANY_BIT, NEW_NAMESPACES, REFUSE | EPERM), _return(ALLOW)])
    allowed = [step for family in FAMILIES for step in _when(_EQUAL, family, ALLOW)] if namespaces else []
    program += _for_call(SOCKET[column], 0, [*allowed, _return(REFUSE | (EAFNOSUPPORT if namespaces else EPERM))])
    refused = [step for request in TERMINAL_INPUT for step in _when(_EQUAL, request, REFUSE | EPERM)]
    program += _for_call(IOCTL[column], 1, [*refused, _return(ALLOW)])
    asked = [step for kept in (0, 0xFFFFFFFF) for step in _when(_EQUAL, kept, ALLOW)]
    program += _for_call(PERSONALITY[column], 0, [*asked, _return(REFUSE | EPERM)])
    return b"".join([*program, _return(ALLOW)])


def _instruction(code: int, value: int, *, true: int = 0, false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, true, false, value)


def _load(place: int) -> bytes:
    return _instruction(_LOAD, place)


def _return(verdict: int) -> bytes:
    return _instruction(_RETURN, verdict)


def _when(comparison: int, value: int, verdict: int) -> list[bytes]:
    return [_instruction(comparison, value, false=1), _return(verdict)]


def _unless(comparison: int, value: int, verdict: int) -> list[bytes]:
    return [_instruction(comparison, value, true=1), _return(verdict)]


def _for_call(number: int, argument: int, steps: list[bytes]) -> list[bytes]:
    """Steps for one call, with its argument loaded; they have to end with a verdict."""
    return [_instruction(_EQUAL, number, false=len(steps) + 1), _load(_ARGUMENTS + 8 * argument), *steps]
