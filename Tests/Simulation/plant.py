#!/usr/bin/env python3
"""Plants every bug of planted.json in a copy of the sources and asks the simulation to find each.

The copy is built once, with all bugs in it; a bug wakes in a run whose environment names it. Each run lives through days
from seed 1 on until an invariant breaks, or the last seed is reached.

usage: Tests/Simulation/plant.py [--in DIR] [--days N] [--only NAME]... [--jobs N]

Prints the table of all bugs as Markdown; exit code 0 when at least 95 of 100 are caught and the control, which
wakes none, holds, else 1.
"""
import argparse, concurrent.futures, json, os, re, shutil, subprocess, sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MODULES = ["Sources/Domain/Exam", "Sources/Appliance/Hall", "Sources/Storage/Ledger", "Sources/Links/CenterLink"]
FUNCTION = """import Glibc

private let name = getenv("KAOTAI_PLANTED").map { String(cString: $0) } ?? ""

/// Whether this planted bug is awake.
func planted(_ bug: String) -> Bool { bug == name }
"""


def copy(target, bugs):
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    for name in filter(None, names):
        source, place = os.path.join(ROOT, name), os.path.join(target, name)
        if not os.path.exists(source):
            continue
        os.makedirs(os.path.dirname(place), exist_ok=True)
        # What is the same keeps its time, so that a second build is short.
        if not os.path.exists(place) or open(source, "rb").read() != open(place, "rb").read():
            shutil.copyfile(source, place)
    for path in sorted({bug["file"] for bug in bugs}):
        text = open(os.path.join(ROOT, path), encoding="utf-8").read()
        for bug in (bug for bug in bugs if bug["file"] == path):
            if text.count(bug["find"]) != 1:
                sys.exit(f"{bug['name']}: its text stands {text.count(bug['find'])} times in {path}")
            text = text.replace(bug["find"], bug["replace"])
        open(os.path.join(target, path), "w", encoding="utf-8").write(text)
    for module in MODULES:
        open(os.path.join(target, module, "Planted.swift"), "w", encoding="utf-8").write(FUNCTION)


def run(program, cwd, name, days):
    """What found the bug, and after how many days; None for a bug that nobody found."""
    environment = dict(os.environ, KAOTAI_PLANTED=name, SWIFT_BACKTRACE="enable=no")
    command = [program, "simulate", "--from", "1", "--days", str(days), "--threads", "1"]
    try:
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=900)
    except subprocess.TimeoutExpired:
        return "no end", days
    count = re.search(r"^(\d+) days", done.stdout, re.M)
    found = re.search(r"BROKEN at step \d+: (\w+):", done.stdout)
    if found:
        return found.group(1), int(count.group(1))
    if done.returncode != 0:
        return "trap", 1
    return None, days


def main():
    parser = argparse.ArgumentParser(description="Plants bugs and asks the simulation to find them.")
    parser.add_argument("--in", dest="folder", default="/tmp/kaotai-planted", help="where the copy is built")
    parser.add_argument("--days", type=int, default=200, help="the most days for each bug")
    parser.add_argument("--only", action="append", help="only this bug; may stand several times")
    parser.add_argument("--jobs", type=int, default=2, help="runs at the same time")
    given = parser.parse_args()
    bugs = json.load(open(os.path.join(ROOT, "Tests/Simulation/planted.json"), encoding="utf-8"))
    copy(given.folder, bugs)
    subprocess.run(["swift", "build", "-c", "release", "--product", "torture"], cwd=given.folder, check=True, stdout=sys.stderr)
    program = os.path.join(given.folder, ".build/release/torture")
    chosen = [bug for bug in bugs if not given.only or bug["name"] in given.only]
    caught = 0
    print("| bug | where | must break | broke | days | |\n|---|---|---|---|---:|---|")
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        control = pool.submit(run, program, given.folder, "none", 50)
        runs = [(bug, pool.submit(run, program, given.folder, bug["name"], given.days)) for bug in chosen]
        for bug, result in runs:
            found, days = result.result()
            caught += found is not None
            place = bug["file"].removeprefix("Sources/")
            print(f"| {bug['name']} | {place} | {bug['invariant']} | {found or '**missed**'} | {days} | {bug.get('survives', '')} |", flush=True)
        broke, _ = control.result()
    print(f"\n{caught} of {len(chosen)} caught; without a bug: {broke or 'held'}")
    return 0 if caught * 100 >= 95 * len(chosen) and broke is None else 1


if __name__ == "__main__":
    sys.exit(main())
