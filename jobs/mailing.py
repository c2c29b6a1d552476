"""E-mail by SMTP: sealed unless the server is this machine itself, with user and password from the environment."""

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from core.clock import Clock
from core.errors import MissingError
from core.settings import Mail

SECONDS = 30
USER, PASSWORD = "TILIK_SMTP_USER", "TILIK_SMTP_PASSWORD"


def send(mail: Mail, subject: str, text: str, *, clock: Clock, environ: Mapping[str, str]) -> None:
    """Send a text to everybody of the settings. MissingError where the server cannot be had or refuses."""
    sender = mail.sender or mail.to[0]
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, sender, ", ".join(mail.to)
    message["Date"], message["Message-ID"] = format_datetime(clock.now()), make_msgid(domain="tilik.invalid")
    message.set_content(text)
    try:
        with _server(mail) as server:
            if environ.get(USER):
                server.login(environ[USER], environ.get(PASSWORD, ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise MissingError("mail_not_sent", host=mail.host, port=mail.port, reason=error) from error


def _server(mail: Mail) -> smtplib.SMTP:
    if mail.security == "tls":
        return smtplib.SMTP_SSL(mail.host, mail.port, timeout=SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(mail.host, mail.port, timeout=SECONDS)
    if mail.security == "starttls":
        server.starttls(context=ssl.create_default_context())
    return server
