"""A real SMTP relay for the tests: aiosmtpd, with a certificate of its own authority, a login, and STARTTLS."""

import email
import email.policy
import shutil
import ssl
import subprocess
import tempfile
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from installation import free_port


class Relay:
    USER, PASSWORD = b"console@northwind", b"a:secret/word"

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="hookswitch-relay-"))
        subprocess.run(
            ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"],
            cwd=self.folder, check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "cert.pem", self.folder / "key.pem")
        self.messages = []
        self.answers = []
        self.port = free_port()
        self.controller = Controller(
            self, hostname="127.0.0.1", port=self.port, tls_context=context, require_starttls=True, auth_required=True,
            authenticator=self.authenticate, decode_data=False)
        self.controller.start()

    @property
    def authorities(self):
        return str(self.folder / "cert.pem")

    @property
    def url(self):
        return f"smtp://console%40northwind:a%3Asecret%2Fword@127.0.0.1:{self.port}"

    def authenticate(self, server, session, envelope, mechanism, data):
        is_right = isinstance(data, LoginPassword) and (data.login, data.password) == (self.USER, self.PASSWORD)
        return AuthResult(success=is_right)

    async def handle_RCPT(self, server, session, envelope, address, options):
        for part, answer in self.answers:
            if part in address:
                return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.messages.append((envelope.mail_from, list(envelope.rcpt_tos), session.ssl is not None, message))
        return "250 taken"

    def to(self, address):
        return [message for _, recipients, _, message in self.messages if address in recipients]

    def stop(self):
        self.controller.stop()
        shutil.rmtree(self.folder)
