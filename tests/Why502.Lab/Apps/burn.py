"""An HTTP server whose answers cost processor time: burn.py PORT [ROUNDS]."""
import hashlib
import http.server
import socketserver
import sys

ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 20000


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        digest = b""
        for _ in range(ROUNDS):
            digest = hashlib.sha256(digest + b"x" * 64).digest()
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *arguments):
        pass


# Not http.server's own class, which looks its name up in the DNS.
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
