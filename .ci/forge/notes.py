"""Plays the comments of GitLab, Bitbucket and Azure DevOps, for `.ci/forge/recipes`.

Prints its port. Every comment that is written or edited becomes `ID.md` in the given folder,
and every token that a request carried a line of `tokens`. Comments of people have numbers below
1000. As the real ones, GitLab and Bitbucket give out a list in pages, and Azure DevOps whole.
"""

import json
import pathlib
import sys
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STATE = pathlib.Path(sys.argv[1])

# Who the token is of.
BOT = 7
# The comment that no list has.
HIDDEN = 110


def text(body):
    if "content" in body:
        content = body["content"]
        return content["raw"] if isinstance(content, dict) else content
    return body["body"] if "body" in body else body["comments"][0]["content"]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        token = self.headers.get("PRIVATE-TOKEN") or self.headers.get("Authorization")
        with (STATE / "tokens").open("a") as tokens:
            tokens.write(f"{token}\n")
        path = self.path.split("?")[0].split("/")
        if self.command == "GET":
            notes = [(int(note.stem), note.read_text()) for note in STATE.glob("*.md")]
            notes.sort()
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
            size = int(query.get("per_page", query.get("pagelen", ["20"]))[0])
            start = (int(query.get("page", ["1"])[0]) - 1) * size
            # A comment that the token may not read is missing in its page.
            page = [note for note in notes[start : start + size] if note[0] != HIDDEN]
            if path[-1] == "user":
                answer = {"id": BOT}
            elif "notes" in path:
                author = lambda key: {"id": BOT if key >= 1000 else BOT + 1}
                answer = [{"id": key, "body": body, "author": author(key)} for key, body in page]
            elif "comments" in path:
                answer = {"values": [{"id": key, "content": {"raw": body}} for key, body in page]}
            else:
                answer = {"value": [{"id": key, "comments": [{"content": body}]} for key, body in notes]}
        else:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            numbers = [part for part in path if part.isdigit() and int(part) >= 1000]
            key = numbers[-1] if self.command != "POST" else 1000 + len(list(STATE.glob("1???.md")))
            (STATE / f"{key}.md").write_text(text(body))
            answer = {"id": key}
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_PUT = do_PATCH = do_GET

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
