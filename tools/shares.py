"""Count the findings of ``results/findings.json`` for the package: ``python tools/shares.py``."""

import json
from pathlib import Path

from xavier_lib.replay.findings.how_sure import counted_in
from xavier_lib.replay.results import read

ROOT = Path(__file__).parent.parent
SHARES = ROOT / "xavier_lib" / "replay" / "findings" / "shares.json"


def text() -> str:
    """Return the shares as the package holds them: a line a finding."""
    counted = counted_in(read(ROOT / "results" / "findings.json"))
    lines = [f"{json.dumps(name)}: {json.dumps(found, ensure_ascii=False)}" for name, found in counted.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    SHARES.write_text(text(), encoding="utf-8")
