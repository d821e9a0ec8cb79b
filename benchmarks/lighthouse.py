"""Lighthouse's scores of every page of the built site: mobile profile, median of three runs.

Run ``python benchmarks/lighthouse.py`` after the book is built; ``--help`` lists the options. The site is served on
loopback, compressed, as GitHub Pages does it. Lighthouse is the program that the environment variable LIGHTHOUSE names,
or one on the PATH, or else npx fetches the version below. Performance is simulated for a slow phone from times taken
on this machine, so a busy machine lowers it. Under the table stands each audit that a page fails.
"""

import argparse
import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from serving import pages, served

VERSION = "12.8.2"
GOALS = {"performance": 0.95, "accessibility": 1.0, "best-practices": 1.0, "seo": 1.0}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = "--headless=new --no-sandbox --disable-gpu"


def command() -> list[str]:
    """Return how to start Lighthouse here."""
    found = os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse")
    return shlex.split(found) if found else ["npx", "--yes", f"lighthouse@{VERSION}"]


def report(address: str) -> dict[str, Any]:
    """Run Lighthouse once; its defaults are the mobile profile and simulated throttling."""
    browser = os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, BROWSERS)), "")
    options = ["--output=json", "--quiet", f"--chrome-flags={FLAGS}", f"--only-categories={','.join(GOALS)}"]
    environment = {**os.environ, "CHROME_PATH": browser}
    run = subprocess.run([*command(), address, *options], env=environment, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"Lighthouse failed on {address}:\n{run.stderr[-2000:]}")
    return json.loads(run.stdout)


def score(found: dict[str, Any], category: str) -> float:
    """Return a category's score, 0 if Lighthouse gave none."""
    return found["categories"][category]["score"] or 0.0


def failures(found: dict[str, Any]) -> list[str]:
    """Return the audits that lower a category that misses its goal, with the weight of each."""
    audits = found["audits"]
    return [
        f"{category}: {entry['id']} {audits[entry['id']]['score']:.2f} {audits[entry['id']].get('displayValue', '')}"
        for category, goal in GOALS.items()
        if score(found, category) < goal
        for entry in found["categories"][category]["auditRefs"]
        if entry["weight"] and (audits[entry["id"]]["score"] or 0) < 0.9 and audits[entry["id"]]["score"] is not None
    ]


def measure(address: str, runs: int) -> tuple[dict[str, float], float, list[str]]:
    """Return a page's median scores, its kB over the wire and what it fails in the run of median performance."""
    found = sorted((report(address) for _ in range(runs)), key=lambda one: score(one, "performance"))
    scores = {category: statistics.median(score(one, category) for one in found) for category in GOALS}
    middle = found[len(found) // 2]
    return scores, middle["audits"]["total-byte-weight"]["numericValue"] / 1000, failures(middle)


def main() -> None:
    """Print one line a page, and below the table what a page misses."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", nargs="?", type=Path, default=Path("_build/html"), help="the folder of the built site")
    parser.add_argument("--pages", nargs="+", help="only these pages, such as index.html chapters/glorot.html")
    parser.add_argument("--runs", type=int, default=3, help="how often each page is measured")
    options = parser.parse_args()
    missed = []
    print(f"{'page':28}{''.join(f'{category:>16}' for category in GOALS)}{'total kB':>10}")
    with served(options.site) as address:
        for page in options.pages or pages(options.site):
            scores, size, failed = measure(f"{address}/{page}", options.runs)
            print(f"{page:28}{''.join(f'{value:16.2f}' for value in scores.values())}{size:10.0f}", flush=True)
            missed += [f"{page}: {audit}" for audit in failed]
    print("goal".ljust(28) + "".join(f"{goal:16.2f}" for goal in GOALS.values()))
    print(*missed, sep="\n")


if __name__ == "__main__":
    main()
