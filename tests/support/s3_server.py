"""moto's server, which handles one request at a time.

A write with a condition looks the object up first and stores the new one then. Two threads can
both find nothing, so that both writes succeed, which a real store rules out.
"""

import io
import threading

from moto import server

LOCK = threading.Lock()
run_simple = server.run_simple


def one_at_a_time(app):
    def handle(environ, start_response):
        # A request that arrives slowly keeps no other waiting.
        length = int(environ.get("CONTENT_LENGTH") or 0)
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(length))
        with LOCK:
            return list(app(environ, start_response))

    return handle


server.run_simple = lambda host, port, app, **options: run_simple(
    host, port, one_at_a_time(app), **options
)
server.main()
