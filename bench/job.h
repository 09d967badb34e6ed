/* SPDX-License-Identifier: Apache-2.0
 * What the drip programs share, so that both sides of a ratio do the same job: N enrollments, five messages each, every
 * wait already due. A message is released and settled: two journal rows and one outbox row; with three rows a message
 * its wait ends in one of its own. Wake-ups of a round come in order of id (cohort) or in an order of their own each
 * round (scattered). The sizes are those that bench/drip.c shows of the drive's rows. */
#ifndef SEQ_BENCH_JOB_H
#define SEQ_BENCH_JOB_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define JOB_MESSAGES      5
#define JOB_STATE_BYTES   36  /* the drive's packed enrollment */
#define JOB_AFTER_BYTES   48  /* and the enrollment's columns before it, as the journal has them */
#define JOB_DETAIL_BYTES  14  /* what a journal row tells */
#define JOB_MESSAGE_BYTES 656 /* a short mail */
#define JOB_START_US      INT64_C(1000000000000000)

static inline double job_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Of the processor, by this process: what else the machine does hardly falls on it. */
static inline double job_cpu_seconds(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static inline double job_peak_mib(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_maxrss / 1024;
}

static inline int64_t job_file_bytes(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

static inline void job_remove(const char *path)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-journal", ".lock"};
	char name[512];
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
		unlink(name);
	}
}

static inline _Noreturn void job_die(const char *what, const char *why)
{
	fprintf(stderr, "bench: %s: %s\n", what, why);
	exit(2);
}

/* ranks[i]: when in its round the enrollment i is due. */
static inline int64_t *job_ranks(int64_t n, int scattered)
{
	int64_t *ranks = malloc(sizeof *ranks * (size_t)n);
	uint64_t seed = 88172645463325252u;
	if (!ranks)
		job_die("ranks", "out of memory");
	for (int64_t i = 0; i < n; i++)
		ranks[i] = i;
	for (int64_t i = n - 1; scattered && i > 0; i--) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		int64_t j = (int64_t)(seed % (uint64_t)(i + 1)), t = ranks[i];
		ranks[i] = ranks[j];
		ranks[j] = t;
	}
	return ranks;
}

/* A round's order differs from the one before: the ranks are turned by a third and mirrored. */
static inline int64_t job_wake(const int64_t *ranks, int64_t n, int64_t i, int round, int scattered)
{
	int64_t rank = scattered ? ranks[(ranks[i] + round * (n / 3)) % n] : i;
	return JOB_START_US + round * n + rank;
}

struct job_message {
	char recipient[40], message_id[64], subject[40], bytes[JOB_MESSAGE_BYTES];
};

static inline void job_render(struct job_message *m, int64_t id, int step)
{
	snprintf(m->recipient, sizeof m->recipient, "someone%lld@example.com", (long long)id);
	snprintf(m->message_id, sizeof m->message_id, "<%016llx.%d.abcdefghijklmnop@mail.example>",
	         (unsigned long long)id * 0x9E3779B97F4A7C15u, step);
	snprintf(m->subject, sizeof m->subject, "A short question, %d", step);
	int n = snprintf(m->bytes, sizeof m->bytes, "To: %s\r\nMessage-ID: %s\r\nSubject: %s\r\n\r\n", m->recipient,
	                 m->message_id, m->subject);
	memset(m->bytes + n, 'x', sizeof m->bytes - (size_t)n);
}
#endif
