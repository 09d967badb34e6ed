#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# server.sh DIRECTORY: an OpenSMTPD on loopback that takes mail for alice@test.local into DIRECTORY/maildir and refuses
# every other recipient. Writes its port to DIRECTORY/port, stays in the foreground; end it by its process id.
# OpenSMTPD keeps its queue and socket in /var/spool/smtpd and /var/run, so only one runs on a machine.
set -eu
dir=$1
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir -p "$dir/maildir"
chown mail "$dir/maildir"
chmod 755 "$dir"
cat >"$dir/smtpd.conf" <<CONF
table users { "alice@test.local" = "mail" }
table recipients { "alice@test.local" }
listen on 127.0.0.1 port $port hostname localhost
action "keep" maildir "$dir/maildir" virtual <users>
match from any for domain "test.local" rcpt-to <recipients> action "keep"
CONF
smtpd -n -f "$dir/smtpd.conf" 2>/dev/null
echo "$port" >"$dir/port.new"
mv "$dir/port.new" "$dir/port"
exec smtpd -d -f "$dir/smtpd.conf" >"$dir/smtpd.log" 2>&1
