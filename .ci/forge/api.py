"""Plays the parts of GitHub's API that the workflows use, for `.ci/forge/run`.

Serves as an HTTP proxy on a free port, which it prints: `gh` speaks plain HTTP to the host
`github.localhost` alone. State is in a folder: `pulls.json` and `runs.json` are given,
`comments.json` and `issues.json` are written, `artifacts/RUN/NAME/` is what stub actions keep, and
`commits/RUN` is the commit of a run.
"""

import io
import json
import pathlib
import re
import sys
import urllib.parse
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STATE = pathlib.Path(sys.argv[1])
BOT = {"login": "github-actions[bot]"}


def load(name):
    path = STATE / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else []


def save(name, value):
    (STATE / f"{name}.json").write_text(json.dumps(value, indent=1))


def add(name, entry):
    entries = load(name)
    entry["id"] = entry["number"] = len(entries) + 1
    entry["user"] = BOT
    save(name, [*entries, entry])
    return entry


def change(name, number, body):
    entries = load(name)
    entry = next(entry for entry in entries if entry["id"] == number)
    entry.update(body)
    save(name, entries)
    return entry


def artifacts(name):
    found = sorted(STATE.glob(f"artifacts/*/{name}"), key=lambda path: path.stat().st_mtime)
    return {
        "artifacts": [
            {
                "id": f"{path.parent.name}.{path.name}",
                "name": name,
                "expired": False,
                "created_at": f"{path.stat().st_mtime_ns:020}",
                "workflow_run": {
                    "id": int(path.parent.name),
                    "head_sha": (STATE / "commits" / path.parent.name).read_text().strip(),
                },
            }
            for path in found
        ]
    }


def zipped(identity):
    run, name = identity.split(".", 1)
    folder = STATE / "artifacts" / run / name
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path in folder.rglob("*"):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return data.getvalue()


def answer(method, path, query, body):
    match = lambda pattern: re.fullmatch(f"/repos/[^/]+/[^/]+/{pattern}", path)
    if found := match(r"issues/(\d+)/comments"):
        if method == "POST":
            return add("comments", {"issue": int(found[1]), **body})
        return [it for it in load("comments") if it["issue"] == int(found[1])]
    if (found := match(r"issues/comments/(\d+)")) and method == "PATCH":
        return change("comments", int(found[1]), body)
    if match("issues"):
        if method == "POST":
            return add("issues", {"state": "open", **body})
        return [it for it in load("issues") if it["state"] == query["state"][0]]
    if (found := match(r"issues/(\d+)")) and method == "PATCH":
        return change("issues", int(found[1]), body)
    if match("labels(/.*)?"):
        return {"name": "reconcile-drift"}
    if found := match(r"commits/(\w+)/pulls"):
        return [pull for pull in load("pulls") if pull["merge_commit_sha"] == found[1]]
    if found := match(r"pulls/(\d+)"):
        return next(pull for pull in load("pulls") if pull["number"] == int(found[1]))
    if match("actions/artifacts"):
        return artifacts(query["name"][0])
    if found := match(r"actions/artifacts/([^/]+)/zip"):
        return zipped(found[1])
    if found := match(r"actions/runs/(\d+)"):
        return next(run for run in load("runs") if run["id"] == int(found[1]))
    raise LookupError(f"{method} {path}")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        path = re.sub("^/api/v3", "", url.path)
        try:
            result, status = answer(self.command, path, urllib.parse.parse_qs(url.query), body), 200
        except Exception as error:  # what the stub does not know is seen in the log of the step
            result, status = {"message": f"stub: {error!r}"}, 404
        data = result if isinstance(result, bytes) else json.dumps(result).encode()
        kind = "application/zip" if isinstance(result, bytes) else "application/json"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_PATCH = do_PUT = do_GET

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
