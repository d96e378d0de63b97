"""`python -m tests.contract.golden [channel …]`: write what each sample gives beside it, for a person to look at.

A golden result that changes is a change of what everybody downstream sees: read the diff before you commit it.
"""

import json
import sys
from collections.abc import Iterable

from switchboard.channels import all_channels
from tests.contract.samples import FOLDERS, files_in, samples_of


def write(channels: Iterable[str]) -> int:
    """Write the results of these channels' samples; returns how many changed."""
    changed = 0
    for name in channels:
        folder = FOLDERS / name / "samples"
        for sample in samples_of(name, files_in(folder)):
            path = folder / f"{sample.name}.expected.json"
            text = json.dumps(sample.events(), indent=2, ensure_ascii=False) + "\n"
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
                changed += 1
    return changed


if __name__ == "__main__":
    sys.stdout.write(f"{write(sys.argv[1:] or all_channels())} changed\n")
