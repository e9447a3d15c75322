"""A real nginx on a port of this machine, by an example of ours as it stands but for its place."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
WITHOUT_NGINX = "nginx is not installed"
PATIENCE_SECONDS = 10

_MAIN = """
{user}
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{ worker_connections 64; }}
http {{
    types {{ text/html html; text/css css; text/javascript js; image/svg+xml svg; image/png png; }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


@contextmanager
def nginx_hosting(example: str, folder: Path, port: int, **places: str) -> Iterator[None]:
    """Serve by an example, without TLS and on `port`; `places` are values of its directives."""
    assert NGINX is not None
    folder.mkdir(parents=True)
    site = re.sub(r"listen 443 ssl;", f"listen 127.0.0.1:{port};", example)
    site = re.sub(r"\n *ssl_certificate.*", "", site)
    for directive, value in places.items():
        site, changed = re.subn(rf"(\n *{directive}) [^;]+;", rf"\1 {value};", site)
        assert changed == 1, directive
    (folder / "site.conf").write_text(site, "utf-8")
    # Else its workers are somebody who may not look into the folder of a test.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, user=user), "utf-8")
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    # Opened before any configuration is read.
    command += ["-e", str(folder / "error.log")]
    subprocess.run([*command, "-t", "-q"], check=True, timeout=PATIENCE_SECONDS)  # noqa: S603 - ours
    process = subprocess.Popen(command)  # noqa: S603 - ours
    try:
        _wait(process, port)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE_SECONDS).close()
        except HTTPError:
            return
        except URLError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("nginx does not answer")
