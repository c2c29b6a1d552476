"""What a day brought, in numbers: written each day, sent once, without a name of anybody."""

import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

import language
from core.clock import SystemClock
from core.errors import MissingError
from core.settings import Mail
from jobs import digest, mailing
from jobs.tools import Tools
from review import digest as words
from tests.commands.conftest import _surroundings, cache, dead_port, desk, prepared  # noqa: F401  (fixtures)
from tests.commands.desk import Desk

WHO, SECRET = "tilik", "kata sandi surat"


class Post:
    """A mail server that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  (their name)
        self.letters.append(envelope.original_content or b"")
        return "250 OK"


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a certificate for this machine."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: apt-get install -y openssl")
    folder = tmp_path_factory.mktemp("sertifikat")
    key, certificate = folder / "key.pem", folder / "cert.pem"
    words_ = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(key)]
    words_ += ["-out", str(certificate), "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(words_, check=True, capture_output=True)
    return key, certificate


@pytest.fixture
def office(sealed: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Post, int]]:
    """Open a mail server that wants STARTTLS, a name and a password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sealed[1], sealed[0])
    monkeypatch.setenv("SSL_CERT_FILE", str(sealed[1]))
    post = Post()

    def known(*given: Any) -> AuthResult:  # noqa: ANN401  (their protocol)
        data = given[-1]
        return AuthResult(success=(data.login, data.password) == (WHO.encode(), SECRET.encode()))

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(
        post,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        authenticator=known,
        auth_required=True,
    )
    server.start()
    try:
        yield post, port
    finally:
        server.stop()


def mail(port: int, **changes: Any) -> Mail:  # noqa: ANN401  (any setting)
    fields = {
        "to": ("pengawas@pengawas.example",),
        "sender": "tilik@pengawas.example",
        "host": "localhost",
        "port": port,
    }
    return Mail.model_validate(fields | changes)


def test_a_letter_travels_sealed_and_with_the_password_of_the_environment(office: tuple[Post, int]) -> None:
    post, port = office
    environ = {"TILIK_SMTP_USER": WHO, "TILIK_SMTP_PASSWORD": SECRET}

    mailing.send(mail(port), "Ringkasan", "3 baru", clock=SystemClock(), environ=environ)

    letter = message_from_bytes(post.letters[0], policy=policy.default)
    assert (letter["Subject"], letter["To"]) == ("Ringkasan", "pengawas@pengawas.example")
    assert letter.get_content().strip() == "3 baru"


@pytest.mark.parametrize(
    ("changes", "password"),
    [({}, "salah"), ({"security": "none"}, SECRET), ({"security": "tls"}, SECRET), ({"host": "127.0.0.1"}, SECRET)],
)
def test_a_server_that_refuses_or_is_not_who_it_says_gets_nothing(
    office: tuple[Post, int], changes: dict[str, str], password: str
) -> None:
    post, port = office
    environ = {"TILIK_SMTP_USER": WHO, "TILIK_SMTP_PASSWORD": password}

    with pytest.raises(MissingError) as refused:
        mailing.send(mail(port, **changes), "Ringkasan", "3 baru", clock=SystemClock(), environ=environ)

    assert refused.value.code == "mail_not_sent"
    assert post.letters == []


@pytest.fixture
def tools(desk: Desk) -> Iterator[Tools]:  # noqa: F811  (a fixture takes another by its name)
    from commands.shared import tools as opened  # noqa: PLC0415

    with opened(desk.config) as found:
        yield found


def test_a_digest_counts_and_names_nobody(tools: Tools) -> None:
    found = digest.gather(tools)

    with language.speaking("id"):
        told = words.in_words(tools, found)

    assert (found.new, found.waiting, found.second, found.conflicts) == (4, 4, 0, 0)
    assert "4 indikasi baru" in told
    assert sum(found.unseen.values()) > 0
    assert "tidak terlihat" in told
    for name in ("kel_satu", "asn_dua", "Wira", "relawan"):
        assert name not in told


def test_days_that_come_soon_are_told_with_what_is_left(tools: Tools) -> None:
    contest = tools.settings.contests[0]
    soon = tools.today + timedelta(days=3)
    contest.__dict__["voting_day"] = soon

    (near,) = digest.gather(tools).near

    assert (near.what, near.day, near.contest) == ("voting_day", soon, "Pemilihan rekaan")


def test_a_digest_is_written_each_time_and_sent_once_a_day(
    tools: Tools, office: tuple[Post, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    post, port = office
    monkeypatch.setitem(os.environ, "TILIK_SMTP_USER", WHO)
    monkeypatch.setitem(os.environ, "TILIK_SMTP_PASSWORD", SECRET)
    found = digest.gather(tools)
    assert words.send_once(tools, found) is False  # nobody is named
    tools.settings.__dict__["mail"] = mail(port)

    sent = [words.send_once(tools, found) for _ in range(3)]
    path = words.write(tools, found)

    assert sent == [True, False, False]
    assert len(post.letters) == 1
    assert path.read_text(encoding="utf-8-sig").startswith("tilik: ")
    assert found.day <= datetime.now(UTC).date() + timedelta(days=1)


def test_mail_to_another_machine_is_never_unsealed() -> None:
    with pytest.raises(ValueError, match="sealed"):
        mail(25, host="surat.example", security="none")
