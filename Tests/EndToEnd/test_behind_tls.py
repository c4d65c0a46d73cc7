"""TLS ends in front of our nginx, in a proxy of its own with a certificate made here: how most installations are reached."""

import http.client
import shutil
import socket
import ssl
import subprocess

import pytest

from conftest import ADMINISTRATOR
from console import Console
from installation import PASSWORD, ROOT, free_port
from waiting import until

NAME = "hooks.example.test"


class Front:
    """A second nginx, with the certificate and nothing else."""

    def __init__(self, folder, port, to, lines):
        self.port, self.folder = port, folder
        folder.mkdir()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}", "-addext",
             f"subjectAltName=DNS:{NAME}", "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
            check=True, capture_output=True)
        (folder / "nginx.conf").write_text(f"""
            pid {folder}/nginx.pid; error_log {folder}/error.log; events {{ }}
            http {{
                access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
                fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
                server {{
                    listen 127.0.0.1:{port} ssl;
                    ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem;
                    location / {{ proxy_pass http://127.0.0.1:{to}; {lines} }}
                }}
            }}""")
        self.process = subprocess.Popen(
            [shutil.which("nginx") or "/usr/sbin/nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e",
             str(folder / "error.log"), "-g", "daemon off;"], cwd=ROOT, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.context = ssl.create_default_context(cafile=str(folder / "certificate.pem"))

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


class TLSConsole(Console):
    """A browser that reaches the front by its name."""

    def __init__(self, front):
        super().__init__(front.port)
        self.front = front
        self.origin = f"https://{NAME}:{front.port}"

    def connect(self):
        connection = http.client.HTTPSConnection(NAME, self.port, timeout=40, context=self.front.context)
        # The name is in no DNS.
        connection._create_connection = lambda address, *more: socket.create_connection(("127.0.0.1", self.port), *more)
        return connection


@pytest.fixture
def behind(fresh):
    """Makes an installation behind a front that sends these lines on."""
    fronts = []

    def make(lines, **environment):
        port = free_port()
        address = environment.pop("address", f"https://{NAME}:{port}")
        stage = fresh("tls", environment={"HOOKSWITCH_ADDRESS": address, **environment})
        front = Front(stage.product.folder / "front", port, stage.product.port, lines)
        fronts.append(front)
        console = TLSConsole(front)
        until(lambda: answers(console), within=20, what="the front answers")
        return stage, console
    yield make
    for front in fronts:
        front.stop()


def answers(console):
    try:
        return console.get("/sign-in").status < 500
    except OSError:
        return False


WELL = "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-For $remote_addr;"


@pytest.mark.parametrize("lines", ["", WELL], ids=["a proxy that calls us what it likes", "a proxy that passes the name on"])
def test_somebody_signs_in_and_saves_through_a_proxy_that_ends_tls(behind, lines):
    stage, console = behind(lines)
    console.sign_in(ADMINISTRATOR, PASSWORD)
    assert {"__Host-session", "__Host-device"} <= set(console.cookies)
    saved = console.get("/settings/account").form("head_of_line").submit(head_of_line="+442079460018")
    assert saved.status == 200 and "9460018" in saved.text.replace(" ", "")
    # A page of another site, and the same name without TLS, are refused as ever.
    for origin in (f"http://{NAME}:{console.port}", "https://evil.example"):
        form = console.get("/settings/account").form("head_of_line")
        body, kind = form.encoded()
        refused = console.request("POST", form.action, body, {"Content-Type": kind, "Origin": origin, "Sec-Fetch-Site": "same-origin"})
        assert refused.status == 403, origin
    # A browser that names no origin, as privacy extensions make it.
    form = console.get("/settings/account").form("head_of_line").set("head_of_line", "")
    body, kind = form.encoded()
    nameless = console.request("POST", form.action, body, {"Content-Type": kind, "Origin": "null", "Sec-Fetch-Site": "same-origin"})
    assert nameless.status == 200


def test_a_proxy_that_is_named_says_by_itself_that_it_is_https(behind):
    stage, console = behind(
        WELL, address="http://127.0.0.1:8080", HOOKSWITCH_HOSTS=NAME, HOOKSWITCH_TRUSTED_PROXIES="127.0.0.1/32")
    console.sign_in(ADMINISTRATOR, PASSWORD)
    assert "__Host-session" in console.cookies
    assert console.get("/me").status == 200


def test_nobody_is_answered_under_a_name_that_is_not_ours(stage):
    console = Console(stage.product.port)
    for path in ("/metrics", "/healthz", "/sign-in", "/api/v1/accounts/northwind/settings"):
        assert console.get(path, headers={"Host": "evil.example"}).status == 421, path
        assert console.get(path, follow=False).status != 421, path


def test_the_owner_comes_in_by_the_operators_word_while_others_guess(fresh):
    stage = fresh("unlock")
    link = stage.product.command("user", "unlock", "--email", ADMINISTRATOR).strip()
    assert link.startswith(stage.product.address + "/sign-in/unlock?code=")
    owner = Console(stage.product.port)
    page = owner.get(link.removeprefix(stage.product.address))
    # Without cookies of its own yet: the page gives it what its form needs.
    done = page.form(action="/sign-in/unlock").submit()
    assert done.path == "/sign-in" and "device" in owner.cookies
    done.form("email", "password").submit(email=ADMINISTRATOR, password=PASSWORD)
    assert "session" in owner.cookies
    assert stage.product.command("user", "unlock", "--email", "nobody@northwind.example", check=False).returncode == 65
