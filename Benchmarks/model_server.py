"""model_server.py: takes Chat Completions requests on a free port of 127.0.0.1 and lets them wait until their client goes.

Prints the port, then a line for each request with the monotonic time in nanoseconds at which its last byte had come.
"""

import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        arrived = time.monotonic_ns()
        if self.path != "/v1/chat/completions":
            self.send_error(404)
            return
        sys.stdout.write(f"{arrived}\n")
        sys.stdout.flush()
        self.connection.recv(1)
        self.close_connection = True

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()
