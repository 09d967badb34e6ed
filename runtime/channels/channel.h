/* SPDX-License-Identifier: Apache-2.0
 * A channel takes rendered messages to the outside world, many at once, and asks before the byte that makes the
 * receiver own the message (rule 2). It knows nothing of enrollments or the store. One file a channel; a channel is a
 * struct of functions. */
#ifndef SEQ_RUNTIME_CHANNELS_CHANNEL_H
#define SEQ_RUNTIME_CHANNELS_CHANNEL_H
#include "base/buf.h"
#include "runtime/render/render.h"

enum delivery_outcome {
	DELIVERY_SENT,     /* the receiver owns it */
	DELIVERY_RETRY,    /* transient: 4xx, no connection */
	DELIVERY_FAILED,   /* permanent: 5xx of the address or content */
	DELIVERY_ACCOUNT,  /* the account or the server refuses us (535, 5.7.x, certificate): nobody's address is at
	                      fault; the mailbox stops */
	DELIVERY_IN_DOUBT, /* lost after the last byte may have gone */
	DELIVERY_ABORTED   /* we said no at the release */
};

/* One transmission. The caller owns it and its slices until `done`. */
struct delivery {
	int64_t id;            /* the enrollment's */
	uint32_t mailbox;      /* the policy's row */
	struct slice from, to; /* envelope addresses; `to` may be a list with commas: the contact, then Cc */
	struct slice bytes;    /* RFC 5322 message with CRLF */
	struct slice message_id;
	int64_t date_us;
	void *channel_data; /* the channel's */
	/* result: */
	enum delivery_outcome outcome;
	int code;         /* 250, 451, 550 … or 0 */
	bool bad_address; /* FAILED because of the recipient: suppress */
	char text[160];   /* the server's words, one line */
};

struct channel;
struct channel_events {
	void *context;
	/* All but the last byte is there: decide, then channel_release. */
	void (*ready)(void *context, struct delivery *d);
	/* Also without `ready`, and between `ready` and the release when the connection was lost: release nothing then.
	 */
	void (*done)(void *context, struct delivery *d);
};
struct channel_ops {
	const char *name;
	/* How many more deliveries may be started now for that mailbox. */
	int (*capacity)(struct channel *c, uint32_t mailbox);
	/* Makes the bytes that travel. False: error says why (a value that cannot stand in a header ...): permanent. */
	bool (*encode)(struct channel *c, const struct rendered *message, struct buf *bytes, struct buf *error);
	/* Starts; may call ready (never done) before it returns. */
	bool (*start)(struct channel *c, struct delivery *d);
	/* After ready: go on or abort. May call done before it returns. */
	void (*release)(struct channel *c, struct delivery *d, bool go);
	/* Moves everything on; waits at most timeout_ms (0: not at all) for the network or for wake_fd (>= 0) to be
	 * readable. */
	void (*poll)(struct channel *c, int timeout_ms, int wake_fd);
	void (*close)(struct channel *c); /* aborts what is not released */
};
struct channel {
	const struct channel_ops *ops;
	struct channel_events events;
};

/* Writes into DIR/{tmp,new,cur}, made when missing; file names derive from the message-id, so that a message written
 * twice is one file. The rename is its last byte. */
struct channel *channel_maildir(const char *directory, struct buf *error);
/* The same, for rehearsals: a crash may lose what was written. */
struct channel *channel_maildir_unsynced(const char *directory, struct buf *error);
/* Texts for phones, one readable file each in a folder, made when missing. */
struct channel *channel_texts(const char *folder, struct buf *error);
/* Accepts everything, does nothing; `connections` at once. For figures and previews: encodes subject, blank line, text.
 */
struct channel *channel_null(int connections);

struct smtp_account {
	const char *url;             /* smtp://host:port or smtps:// */
	bool tls_required;           /* STARTTLS; false only for loopback hosts */
	const char *user, *password; /* NULL: no AUTH */
	const char *ca_file;         /* NULL: the system's */
	int connections;             /* at once; default 4 */
	int messages_per_session;    /* at most 100 */
};
/* accounts[i] serves mailbox i (NULL url: that mailbox has none). Copies everything. */
struct channel *channel_smtp(const struct smtp_account *accounts, uint32_t count, struct buf *error);
/* Connects and logs in once. False: error says why; *reachable tells whether the server could be reached at all. */
bool channel_smtp_check(const struct smtp_account *account, bool *reachable, struct buf *error);
#endif
