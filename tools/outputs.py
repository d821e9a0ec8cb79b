"""Write into ``questions.toml`` what the code of each question prints: ``python -m tools.outputs``.

Running it twice changes no byte. What is printed is written below the code that printed it, and nothing else changes.
"""

import io
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent / "questions.toml"
CODE = re.compile(r"(?m)^code = '''\n(?P<code>.*?)^'''\nshows = '''\n.*?^'''\n", re.DOTALL)


def printed(code: str) -> str:
    """Run a piece of code by itself and return what it prints."""
    out, names = io.StringIO(), dict[str, Any](__name__="__code__")
    with redirect_stdout(out):
        exec(compile(code, "questions.toml", "exec"), names)
    return out.getvalue()


def written(text: str) -> str:
    """Return the file with the outputs of its code."""
    return CODE.sub(lambda at: f"code = '''\n{at['code']}'''\nshows = '''\n{printed(at['code'])}'''\n", text)


if __name__ == "__main__":
    FILE.write_text(written(FILE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
