"""One hash that stands for a list of records: a binary tree of SHA-256, as RFC 6962 (section 2.1) builds it.

Leaves and inner nodes are hashed with different first bytes, so that no inner node can be passed off as a leaf.
Hashes are bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

Tree = list[Sequence[bytes]]


def leaf(record: bytes) -> bytes:
    """The hash of one record."""
    return hashlib.sha256(b"\x00" + record).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash that stands for all `leaves`, of which there is at least one."""
    return tree(leaves)[-1][0]


def path(tree: Tree, index: int) -> list[tuple[str, bytes]]:
    """What leads from the leaf at `index` to the root: at each step the other hash, and on which side it stands.

    A node without another beside it goes up a level as it is: it has no step there.
    """
    steps = []
    for level in tree[:-1]:
        beside = index ^ 1
        if beside < len(level):
            steps.append(("left" if beside < index else "right", level[beside]))
        index //= 2
    return steps


def tree(leaves: Sequence[bytes]) -> Tree:
    """Its levels from the leaves to the root. For two and more leaves, this is the tree of the RFC."""
    levels: Tree = [leaves]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [_node(below[place], below[place + 1]) for place in range(0, len(below) - 1, 2)]
        levels.append([*above, below[-1]] if len(below) % 2 else above)
    return levels


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
