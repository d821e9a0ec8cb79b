"""Serve a built site on loopback as GitHub Pages does: compressed, and to be kept for ten minutes."""

import functools
import gzip
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TEXT = {".html", ".css", ".js", ".svg", ".json", ".txt", ".xml"}


class PagesHandler(http.server.SimpleHTTPRequestHandler):
    """Sends text compressed, keeps its connections open, and says nothing."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send a file, or the site's own page for a missing one."""
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path = path / "index.html"
        status = 200 if path.is_file() else 404
        if status == 404:
            path = Path(self.directory, "404.html")
        self.send_file(path, status)

    def send_file(self, path: Path, status: int) -> None:
        """Send a file's bytes with the headers of GitHub Pages."""
        body = path.read_bytes() if path.is_file() else b""
        self.send_response(status)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Cache-Control", "max-age=600")
        if path.suffix in TEXT:
            body = gzip.compress(body, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def guess_type(self, path: str | Path) -> str:
        """Name the encoding of text, as GitHub Pages does."""
        kind = super().guess_type(str(path))
        return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind

    def log_message(self, *_: object) -> None:
        """Keep the table clean."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve the folder of a built site; yield its address."""
    handler = functools.partial(PagesHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def pages(site: Path) -> list[str]:
    """Return every page of the site, chapters included, as a path below its folder."""
    found = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return [page for page in found if not page.startswith("_")]
