"""An authority of time on this machine: `openssl ts` behind a small server, as good or as bad as a test wants it."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

OPENSSL = shutil.which("openssl")
SETTINGS = """\
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
[leaf]
basicConstraints = CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = here
[here]
serial = serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def require_openssl() -> None:
    """Skip, and say so, where there is no OpenSSL."""
    if OPENSSL is None:
        pytest.skip("no local authority of time: openssl is not installed (apt-get install openssl)")


@dataclass(slots=True, kw_only=True)
class Authority:
    """A key and certificates in a folder. `mood` says how it answers the next questions."""

    folder: Path
    port: int = 0
    mood: str = "good"
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/tsr"

    @property
    def certificate(self) -> Path:
        return self.folder / "root.pem"

    def run(self, *words: str) -> None:
        subprocess.run([str(OPENSSL), *words], cwd=self.folder, check=True, capture_output=True)

    def answer(self, query: bytes) -> tuple[int, bytes]:
        """Answer one question."""
        self.asked.append(self.mood)
        if self.mood == "down":
            return 503, b""
        if self.mood == "nonsense":
            return 200, b"<html>Selamat datang</html>"
        if self.mood == "another question" and (self.folder / "last.tsr").exists():
            return 200, (self.folder / "last.tsr").read_bytes()
        (self.folder / "query.tsq").write_bytes(query[:-3] if self.mood == "refusing" else query)
        signer = "expired" if self.mood == "expired" else "leaf"
        words = ("-config", "ts.cnf", "-section", "here", "-signer", f"{signer}.pem", "-inkey", "leaf.key")
        self.run("ts", "-reply", *words, "-queryfile", "query.tsq", "-out", "last.tsr")
        return 200, (self.folder / "last.tsr").read_bytes()


def made(folder: Path, name: str) -> Authority:
    """Make an authority with a root, a certificate for time stamps, and one that has expired."""
    require_openssl()
    folder.mkdir(parents=True)
    (folder / "ts.cnf").write_text(SETTINGS, encoding="utf-8")
    (folder / "serial").write_text("01", encoding="utf-8")
    one = Authority(folder=folder)
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc")
    subject = f"/CN={name}"
    itself = ("-x509", "-keyout", "root.key", "-out", "root.pem", "-subj", f"{subject} root", "-days", "3650")
    one.run("req", *curve, *itself, "-config", "ts.cnf", "-extensions", "root")
    one.run("req", *curve, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", subject, "-config", "ts.cnf")
    signed = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-extfile", "ts.cnf", "-extensions", "leaf")
    one.run("x509", "-req", "-in", "leaf.csr", "-out", "leaf.pem", "-days", "3650", *signed)
    _expire(one)
    return one


def _expire(one: Authority) -> None:
    """Make a certificate whose days are over: `openssl ca` takes any dates."""
    settings = "[ca]\ndefault_ca = old\n[old]\nnew_certs_dir = .\ndatabase = index\nserial = old.serial\n"
    settings += "default_md = sha256\npolicy = any\nx509_extensions = leaf\n[any]\ncommonName = supplied\n"
    (one.folder / "ca.cnf").write_text(settings + SETTINGS.partition("[tsa]")[0], encoding="utf-8")
    (one.folder / "index").write_text("", encoding="utf-8")
    (one.folder / "old.serial").write_text("77", encoding="utf-8")
    dates = ("-startdate", "20200101000000Z", "-enddate", "20210101000000Z")
    ca = ("-config", "ca.cnf", "-cert", "root.pem", "-keyfile", "root.key", "-in", "leaf.csr", "-out", "expired.pem")
    one.run("ca", "-batch", "-notext", *ca, *dates)


@contextmanager
def answering(one: Authority) -> Iterator[Authority]:
    """Let an authority answer on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body = one.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (as there)
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", one.port), Handler)
    one.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
