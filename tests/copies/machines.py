"""What several copies need on a real machine: PostgreSQL and nginx from the system's packages, and copies that die."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import requests

from tests.support.dashboard import ROOT, Dashboard, free_port

BASE = "engagement"


def found(program: str, *places: str) -> str:
    """The path of an installed program. Raises AssertionError, naming it."""
    candidates = [shutil.which(program), *sorted((hit for place in places for hit in glob.glob(place)), reverse=True)]
    path = next((str(one) for one in candidates if one), None)
    assert path is not None, f"{program} is not installed (see .ci/run)"
    return path


class Postgres:
    """A PostgreSQL server of its own in ``folder``, which no administrator may run: root lends it another user."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"postgresql://engagement@127.0.0.1:{self.port}/postgres"
        self._bin = Path(found("initdb", "/usr/lib/postgresql/*/bin/initdb")).resolve().parent
        self._as: list[str] = []
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            folder.chmod(0o755)
            os.chown(folder, user.pw_uid, user.pw_gid)
            self._as = [found("runuser", "/usr/sbin/runuser", "/sbin/runuser"), "-u", "postgres", "--"]

    def start(self) -> Postgres:
        """Returns when it answers."""
        data = self.folder / "data"
        self._run("initdb", "-D", str(data), "-U", "engagement", "-A", "trust", "--no-sync")
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c fsync=off"
        self._run("pg_ctl", "-D", str(data), "-o", options, "-l", str(self.folder / "log"), "-w", "start")
        with psycopg.connect(self.url) as connection:
            connection.execute("SELECT 1")
        return self

    def stop(self) -> None:
        """Ends it at once."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._as, str(self._bin / program), *arguments],
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
            text=True,
        )
        assert done.returncode == 0, done.stderr


class Copy(Dashboard):
    """One copy of the dashboard below the base path, on a machine of its own: its home is nobody else's."""

    def __init__(self, home: Path, **environ: str) -> None:
        super().__init__(home, base=BASE, FORWARDED_ALLOW_IPS="", **environ)

    def die(self) -> None:
        """As when the machine loses its power."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)
        self._process = None


class Nginx:
    """nginx with the configuration that is shipped; only ports, names of files and the user are others."""

    def __init__(self, folder: Path, ports: tuple[int, int], tls: int) -> None:
        self.folder, self.tls, self.plain = folder, tls, free_port()
        self.url = f"https://localhost:{self.tls}"
        self._process: subprocess.Popen[bytes] | None = None
        certify = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
        files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
        command = [*certify.split(), "-addext", "subjectAltName=DNS:localhost", *files]
        subprocess.run(command, check=True, capture_output=True, timeout=30)
        self.certificate = folder / "certificate.pem"
        self._configure(ports)

    def _configure(self, ports: tuple[int, int]) -> None:
        shipped = (ROOT / "deploy" / "nginx.conf").read_text()
        changes = {
            "127.0.0.1:8501": f"127.0.0.1:{ports[0]}",
            "127.0.0.1:8502": f"127.0.0.1:{ports[1]}",
            "listen 80;": f"listen 127.0.0.1:{self.plain};",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.tls} ssl http2;",
            "server_name dash.example.org;": "server_name localhost;",
            "/etc/ssl/certs/dash.example.org.pem": str(self.certificate),
            "/etc/ssl/private/dash.example.org.key": str(self.folder / "key.pem"),
            "/var/log/nginx/channel-engagement.log": str(self.folder / "access.log"),
        }
        for old, new in changes.items():
            assert old in shipped, old
            shipped = shipped.replace(old, new)
        (self.folder / "site.conf").write_text(shipped)
        user = "user root;" if os.geteuid() == 0 else ""
        temporary = " ".join(
            f"{kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self.folder / "nginx.conf").write_text(
            f"{user} daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error.log;\n"
            f"events {{ worker_connections 512; }}\n"
            f"http {{ types {{ text/html html; }} {temporary} include {self.folder}/site.conf; }}\n"
        )

    def start(self) -> Nginx:
        """Returns when it listens."""
        program = found("nginx", "/usr/sbin/nginx")
        command = [program, "-p", str(self.folder), "-e", str(self.folder / "error.log")]
        command += ["-c", str(self.folder / "nginx.conf")]
        tried = subprocess.run([*command, "-t"], capture_output=True, text=True, timeout=30, check=False)
        assert tried.returncode == 0, tried.stderr
        assert "warn" not in tried.stderr
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                requests.get(f"http://127.0.0.1:{self.plain}", timeout=2, allow_redirects=False)
            except requests.ConnectionError:
                assert self._process.poll() is None, (self.folder / "error.log").read_text()
                time.sleep(0.05)
            else:
                return self
        raise AssertionError("nginx does not listen")

    def stop(self) -> None:
        """Ends it at once."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(15)
            self._process = None

    def answered(self) -> list[tuple[str, str]]:
        """Path and address of the copy of every answer so far."""
        lines = (self.folder / "access.log").read_text().splitlines()
        return [(line.split('"')[1].split()[1], line.rsplit(" ", 1)[1]) for line in lines]

    def copy_of(self, visitor: str) -> str:
        """The address of the copy that a browser with this cookie is given now."""
        before = len(self._asked_how())
        self.get(f"/{BASE}/healthz", Cookie=f"engagement_copy={visitor}")
        # An answer is written down after it was sent, and pages that are closed are written down at any time.
        until = time.monotonic() + 10
        while len(answers := self._asked_how()) == before:
            assert time.monotonic() < until, "nginx wrote no answer down"
            time.sleep(0.01)
        return answers[-1]

    def _asked_how(self) -> list[str]:
        """Which copy answered how it is, which no page asks."""
        return [where for path, where in self.answered() if path == f"/{BASE}/healthz"]

    def get(self, path: str, **headers: str) -> requests.Response:
        """An answer over TLS, redirects not followed."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.get(
            f"{self.url}{path}", headers=named, verify=str(self.certificate), timeout=10, allow_redirects=False
        )
