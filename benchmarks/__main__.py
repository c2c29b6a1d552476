"""`make bench`: every benchmark in turn; figures are ratios against a peer in the same run wherever there is one."""

import sys
from importlib import import_module

ALL = ("http_tier", "browser_tier", "classify", "storage", "review_files")

if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        print(f"## {name}")
        for line in import_module(f"benchmarks.{name}").run():
            print(line)
        print()
