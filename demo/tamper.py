"""Forges a record: changes one digit of one ballot and leaves everything else as it is."""

from __future__ import annotations

import argparse
import re
import zipfile
from pathlib import Path


def forge(source: Path, target: Path) -> str:
    """Write a copy of a record in which the id of one ballot has another last digit; say where."""
    place = ""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if not place and name.startswith("tile/payloads/") and (found := re.search(rb'"id":"[0-9a-f]{63}', data)):
                at = found.end()
                digit = b"1" if data[at : at + 1] != b"1" else b"2"
                data = data[:at] + digit + data[at + 1 :]
                place = f"{name}, byte {at}: the last digit of a ballot's id is now {digit.decode()}"
            new.writestr(old.getinfo(name), data)
    return place


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m demo.tamper", description=__doc__)
    parser.add_argument("record", type=Path)
    parser.add_argument("forged", type=Path)
    arguments = parser.parse_args()
    print(forge(arguments.record, arguments.forged))
