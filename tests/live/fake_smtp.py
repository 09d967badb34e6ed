#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An SMTP server that misbehaves on demand, for tests on loopback.

fake_smtp.py DIRECTORY [CERT KEY]
Listens on a free port, writes it to DIRECTORY/port, keeps each message that it accepted as DIRECTORY/mail/N.eml, each
session as DIRECTORY/sessions/N.log. The local part of the recipient says what happens (see BEHAVIOUR); any other is
accepted. With a certificate STARTTLS is offered and AUTH PLAIN takes user "kim", password "secret".
"""
import base64
import itertools
import os
import socketserver
import ssl
import sys
import threading
import time

DROP = "drop the connection"
# local part: (where, what)
BEHAVIOUR = {
    "greylist": ("rcpt", "451 4.7.1 Greylisted, come back later"),
    "unknown": ("rcpt", "550 5.1.1 No such user here"),
    "moved": ("rcpt", "551-5.1.10 That user left\r\n551 5.1.10 long ago"),
    "quota": ("rcpt", "552 5.2.2 The mailbox is full"),
    "noauth": ("rcpt", "530 5.7.0 Must issue a STARTTLS command first"),
    "drop-at-rcpt": ("rcpt", DROP),
    "drop-before-dot": ("body", DROP),
    "toobig": ("dot", "552 5.3.4 Message too big"),
    "full": ("dot", "452 4.2.2 Mailbox full"),
    "spam": ("dot", "550 5.7.1 Looks like spam"),
    "gone": ("dot", "550 5.1.1 No such user after all"),
    "drop-after-dot": ("dot", DROP),
    "slow": ("dot", 1.0),
    "slow-data": ("data", 0.5),
    "idle-close": ("after", "421 4.4.2 Idle too long"),
}
LOCK = threading.Lock()
MAILS = itertools.count(1)
SESSIONS = itertools.count(1)


class Session(socketserver.StreamRequestHandler):
    def setup(self):
        super().setup()
        with LOCK:
            name = os.path.join(self.server.directory, "sessions", "%d.log" % next(SESSIONS))
        self.log = open(name, "wb", buffering=0)
        self.secure = False

    def say(self, line):
        self.log.write(b"> " + line.encode() + b"\n")
        self.wfile.write(line.encode() + b"\r\n")

    def hear(self):
        line = self.rfile.readline()
        self.log.write(b"< " + line)
        return line

    def start_tls(self):
        self.say("220 2.0.0 Go ahead")
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.secure = True

    def hello(self):
        lines = ["fake.test", "8BITMIME", "ENHANCEDSTATUSCODES"]
        if self.server.tls:
            lines.append("AUTH PLAIN" if self.secure else "STARTTLS")
        for i, line in enumerate(lines):
            self.say("250%s%s" % ("-" if i + 1 < len(lines) else " ", line))

    def authenticate(self, line):
        if len(line.split()) < 3:
            self.say("334 ")
            line += " " + self.hear().decode("latin-1")
        if base64.b64decode(line.split()[2]) == b"\0kim\0secret":
            self.say("235 2.7.0 Welcome")
        else:
            self.say("535 5.7.8 Bad credentials")

    def data(self, where, what):
        """Takes the body; True when the session goes on."""
        if where == "data":
            time.sleep(what)
        self.say("354 Go ahead")
        body = []
        while True:
            line = self.hear()
            if not line:
                return False  # cut off before the dot: nothing was delivered
            if line == b".\r\n":
                break
            body.append(line[1:] if line.startswith(b".") else line)
            if where == "body" and len(body) > 2:
                return False
        if where == "dot" and what == DROP:
            return False
        if where == "dot" and isinstance(what, float):
            time.sleep(what)
        elif where == "dot":
            self.say(what)
            return True
        with LOCK:
            number = next(MAILS)
        with open(os.path.join(self.server.directory, "mail", "%d.eml" % number), "wb") as f:
            f.write(b"".join(body))
        self.say("250 2.0.0 Ok: queued as %d" % number)
        if where == "after":
            self.say(what)
            return False
        return True

    def handle(self):
        where, what = "", ""
        self.say("220 fake.test ESMTP")
        while True:
            line = self.hear().decode("latin-1")
            verb = line.strip().upper()
            if not line:
                return
            if verb.startswith("EHLO"):
                self.hello()
            elif verb == "STARTTLS":
                self.start_tls()
            elif verb.startswith("AUTH"):
                self.authenticate(line)
            elif verb.startswith("RCPT"):
                where, what = BEHAVIOUR.get(line.split("<")[1].split("@")[0], ("", ""))
                if where != "rcpt":
                    self.say("250 2.1.5 Ok")
                elif what == DROP:
                    return
                else:
                    self.say(what)
            elif verb == "DATA":
                if not self.data(where, what):
                    return
            elif verb == "QUIT":
                self.say("221 2.0.0 Bye")
                return
            else:
                self.say("250 2.0.0 Ok")

    def finish(self):
        try:
            super().finish()
        except OSError:
            pass
        self.log.close()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass  # a client that goes away is what is tested


def main():
    directory = sys.argv[1]
    for name in ("mail", "sessions"):
        os.makedirs(os.path.join(directory, name), exist_ok=True)
    server = Server(("127.0.0.1", 0), Session)
    server.directory = directory
    server.tls = None
    if len(sys.argv) > 3:
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.tls.load_cert_chain(sys.argv[2], sys.argv[3])
    with open(os.path.join(directory, "port.new"), "w") as f:
        f.write(str(server.server_address[1]))
    os.rename(os.path.join(directory, "port.new"), os.path.join(directory, "port"))
    server.serve_forever()


main()
