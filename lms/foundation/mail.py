"""One transport for mail: SMTP as the machine says. Rooms write letters; this sends them."""

from __future__ import annotations

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from urllib.parse import unquote, urlsplit

from lms.foundation.clock import now

#: A mail server that does not answer within this many seconds is tried again later.
TIMEOUT = 20


def _one_line(text: str, limit: int = 200) -> str:
    """`text` without anything that could start another header line.

    "=?" opens an encoded word, which the mail library would decode: a line break hidden in one would come out again.
    """
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:limit]
    return plain.replace("=?", "= ?")


def letter(
    *, sender: str, to: str, name: str, subject: str, text: str, message_id: str, lang: str, unsubscribe: str = ""
) -> EmailMessage:
    """A plain-text letter. `message_id` is made from the cause, so that a second try is the same letter. `unsubscribe`: the
    address of the page that ends letters like it, for the mail program's own button.
    """
    message = EmailMessage()
    sender_name, sender_address = parseaddr(sender)
    message["From"] = Address(_one_line(sender_name), addr_spec=sender_address)
    message["To"] = Address(_one_line(name), addr_spec=to)
    message["Subject"] = _one_line(subject)
    message["Date"] = formatdate(now().timestamp(), localtime=False)
    message["Message-ID"] = f"<{message_id}@{sender_address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if unsubscribe:
        message["List-Unsubscribe"] = f"<{unsubscribe}>"
    message.set_content(text, cte="quoted-printable")
    message["Content-Language"] = lang  # after the content, which clears every Content- header before it
    return message


def send(message: EmailMessage, smtp_url: str) -> None:
    """Hand `message` to the server of `smtp_url` (smtp://user:password@host:port, smtps:// for TLS from the start).

    Raises `smtplib.SMTPException` or `OSError` when the server does not take it.
    """
    parts = urlsplit(smtp_url)
    host = parts.hostname or "localhost"
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT)
    with server:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
