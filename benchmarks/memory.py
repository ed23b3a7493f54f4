"""How much memory one submission takes on its way from the file to the public score, over what the process held before.

    python -m benchmarks.memory [--rows 1000000] [--cases auc log_loss]

Each measurement is a process of its own: it scores a file of a hundred rows so that all code is loaded, maps the
prepared solution (which all processes share) and touches it, sets the mark of its highest memory back, and scores the
file once. Printed is the difference, the mapped file included, as a multiple of the decompressed file. "broken" is a
file whose last row holds no number, which is read a second time, as text, to say where. Linux only.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pa_parquet

from benchmarks.scoring_path import CASES, make_files

FORMS = ["csv", "shuffled", "text ids, shuffled", "gz", "parquet", "broken"]

CHILD = """
import sys
from pathlib import Path
import scoring
folder, name, warm = map(Path, sys.argv[1:])
def score(solution, path):
    try:
        scoring.public_score(solution, scoring.read_predictions(path, solution))
    except scoring.InvalidSubmission:
        pass
def held(which):
    lines = Path("/proc/self/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(which)) * 1024
for path in warm.glob("submission*"):
    score(scoring.PreparedSolution.load(warm / "prepared"), path)
solution = scoring.PreparedSolution.load(folder / "prepared")
public = solution.splits["public"]
shared = [*solution.id_index.arrays().values(), public.rows, *public.truth]
for array in shared:
    array.max()
Path("/proc/self/clear_refs").write_text("5")
before = held("VmRSS:")
score(solution, name)
print(held("VmHWM:") - before)
"""


def decompressed(path: Path, form: str) -> int:
    """Bytes of what is in the file; of Parquet its columns as they are encoded, before they are compressed."""
    if form == "gz":
        return len(gzip.decompress(path.read_bytes()))
    if form == "parquet":
        metadata = pa_parquet.ParquetFile(path).metadata
        return sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    return path.stat().st_size


def measure(case: str, rows: int, form: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        made = "csv" if form == "broken" else form
        folder, warm = Path(scratch) / "large", Path(scratch) / "small"
        for place, size in ((folder, rows), (warm, 100)):
            place.mkdir()
            files = make_files(CASES[case], size, made, place)
            if form == "broken":
                with files.submission.open("ab") as file:
                    file.seek(-2, 2)
                    file.write(b"x\n")
            if place is folder:
                path = files.submission
        size = decompressed(path, form)
        command = [sys.executable, "-c", CHILD, *map(str, (folder, path, warm))]
        taken = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    print(f"| {case} | {form} | {rows:,} | {size / 1e6:.1f} | {taken / 1e6:.1f} | {taken / size:.1f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--cases", nargs="+", choices=CASES, default=["auc", "log_loss", "map_at_k"])
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=FORMS)
    options = parser.parse_args()
    print("| metric | file | rows | file, MB | memory, MB | memory / file |")
    print("| --- | --- | --- | --- | --- | --- |")
    for rows in options.rows:
        for case in options.cases:
            for form in options.forms:
                measure(case, rows, form)


if __name__ == "__main__":
    main()
