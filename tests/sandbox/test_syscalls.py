"""What the filter answers, asked by going through its program as the kernel does, for both machines."""

from __future__ import annotations

import struct

import pytest

from sandbox import syscalls
from sandbox.syscalls import ALLOW, ATTRIBUTES, EAFNOSUPPORT, ENOSYS, EPERM, KILL, MACHINES, REFUSE, REFUSED, SIGNALS

COLUMNS = {name: machine.column for name, machine in MACHINES.items()}


def answer(program: bytes, machine: str, number: int, *arguments: int, audit: int | None = None) -> int:
    """Run the program on one call."""
    given = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("=IIQ6Q", number, MACHINES[machine].audit if audit is None else audit, 0, *given)
    steps = list(struct.iter_unpack("=HBBI", program))
    accumulator = place = 0
    while True:
        code, true, false, value = steps[place]
        place += 1
        match code:
            case 0x20:
                (accumulator,) = struct.unpack_from("=I", data, value)
            case 0x06:
                return value
            case 0x15:
                place += true if accumulator == value else false
            case 0x25:
                place += true if accumulator > value else false
            case 0x45:
                place += true if accumulator & value else false


@pytest.fixture(params=MACHINES)
def machine(request: pytest.FixtureRequest) -> str:
    return request.param


def program(machine: str, *, namespaces: bool = True, signals: bool = True) -> bytes:
    return syscalls.filter_program(namespaces=namespaces, signals=signals, machine=machine)


def test_what_is_refused_is_refused_and_its_neighbours_are_not(machine: str) -> None:
    column = COLUMNS[machine]
    refused = {numbers[column] for numbers in REFUSED.values()} - {None}
    special = {numbers[column] for numbers in (syscalls.CLONE3, syscalls.SOCKET, syscalls.PERSONALITY)}
    for number in range(syscalls.NEWEST_KNOWN + 1):
        expected = REFUSE | EPERM if number in refused else ALLOW
        if number not in special:
            assert answer(program(machine), machine, number) == expected, number


def test_what_came_later_and_other_tables_are_unknown(machine: str) -> None:
    assert answer(program(machine), machine, syscalls.NEWEST_KNOWN + 1) == REFUSE | ENOSYS
    assert answer(program(machine), machine, 0x40000000 + 39) == REFUSE | ENOSYS
    assert answer(program(machine), machine, 39, audit=0x40000003) == KILL


@pytest.mark.parametrize("flag", [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000])
def test_a_process_can_be_made_but_no_namespace(machine: str, flag: int) -> None:
    clone = syscalls.CLONE[COLUMNS[machine]]
    threads = 0x3D0F00
    assert answer(program(machine), machine, clone, threads) == ALLOW
    assert answer(program(machine), machine, clone, 17) == ALLOW
    assert answer(program(machine), machine, clone, 17 | flag) == REFUSE | EPERM
    assert answer(program(machine), machine, syscalls.CLONE3[COLUMNS[machine]]) == REFUSE | ENOSYS


@pytest.mark.parametrize(("family", "allowed"), [(1, 1), (2, 1), (10, 1), (16, 0), (17, 0), (40, 0)])
def test_sockets_are_unix_and_internet_where_the_network_is_its_own(machine: str, family: int, allowed: int) -> None:
    socket = syscalls.SOCKET[COLUMNS[machine]]
    expected = ALLOW if allowed else REFUSE | EAFNOSUPPORT
    assert answer(program(machine), machine, socket, family) == expected
    assert answer(program(machine, namespaces=False), machine, socket, family) == REFUSE | EPERM


def test_attributes_of_files_stay_as_they_are_without_namespaces(machine: str) -> None:
    """And whoever changes them is told that it worked."""
    column = COLUMNS[machine]
    for number in (numbers[column] for numbers in ATTRIBUTES.values() if numbers[column] is not None):
        assert answer(program(machine), machine, number) == ALLOW
        assert answer(program(machine, namespaces=False), machine, number) == REFUSE
    assert answer(program(machine, namespaces=False), machine, syscalls.TRUNCATE[column]) == REFUSE | EPERM


def test_signals_can_be_refused(machine: str) -> None:
    for numbers in SIGNALS.values():
        assert answer(program(machine), machine, numbers[COLUMNS[machine]]) == ALLOW
        assert answer(program(machine, signals=False), machine, numbers[COLUMNS[machine]]) == REFUSE | EPERM


@pytest.mark.parametrize(("request_number", "allowed"), [(0x5401, 1), (0x5412, 0), (0x541C, 0)])
def test_nobody_types_into_the_terminal(machine: str, request_number: int, allowed: int) -> None:
    ioctl = syscalls.IOCTL[COLUMNS[machine]]
    assert answer(program(machine), machine, ioctl, 0, request_number) == (ALLOW if allowed else REFUSE | EPERM)


@pytest.mark.parametrize(("persona", "allowed"), [(0, 1), (0xFFFFFFFF, 1), (0x0040000, 0)])
def test_the_personality_can_be_asked_but_not_changed(machine: str, persona: int, allowed: int) -> None:
    number = syscalls.PERSONALITY[COLUMNS[machine]]
    assert answer(program(machine), machine, number, persona) == (ALLOW if allowed else REFUSE | EPERM)


def test_other_machines_are_told_apart() -> None:
    with pytest.raises(NotImplementedError, match="riscv64"):
        syscalls.filter_program(namespaces=True, signals=True, machine="riscv64")
