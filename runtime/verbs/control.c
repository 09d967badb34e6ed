/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/verbs/control.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define CALL_BYTES_MAX 65536u
#define WORDS_MAX      256
enum { FD_CWD, FD_IN, FD_OUT, FD_ERR, FD_COUNT };

struct place {
	struct sockaddr_un address;
	int folder; /* what the address goes through; -1: nothing */
};

/* sun_path holds 107 bytes: a longer path is reached through its folder's descriptor. */
static bool place_open(struct place *p, const char *path)
{
	char *name = p->address.sun_path;
	*p = (struct place){.address.sun_family = AF_UNIX, .folder = -1};
	if (strlen(path) < sizeof p->address.sun_path) {
		memcpy(name, path, strlen(path) + 1);
		return true;
	}
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	if ((size_t)(slash - path) >= sizeof folder)
		return false;
	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = 0;
	p->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return p->folder >= 0 && snprintf(name, sizeof p->address.sun_path, "/proc/self/fd/%d%s", p->folder, slash) <
	                                 (int)sizeof p->address.sun_path;
}

static void place_close(struct place *p)
{
	if (p->folder >= 0)
		close(p->folder);
}

static int new_socket(void)
{
	return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
}

/* -1: nobody listens there. */
static int socket_to(const char *path)
{
	struct place place;
	int fd = place_open(&place, path) ? new_socket() : -1;
	if (fd >= 0 && connect(fd, (struct sockaddr *)&place.address, sizeof place.address) != 0) {
		close(fd);
		fd = -1;
	}
	place_close(&place);
	return fd;
}

/* What the daemon reads as its standard input: a file that is there whole, so that it never waits for a caller who
 * types. -1: printed. */
static int open_input(const struct cli *c)
{
	bool reads = false;
	struct stat st;
	for (int i = 0; i < c->count; i++)
		reads = reads || strcmp(c->words[i], "-") == 0;
	if (!reads)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode))
		return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	FILE *spool = tmpfile();
	char block[65536];
	ssize_t n = 0;
	while (spool && (n = read(STDIN_FILENO, block, sizeof block)) > 0)
		if (fwrite(block, 1, (size_t)n, spool) != (size_t)n)
			break;
	int fd = spool && n == 0 && fflush(spool) == 0 ? fcntl(fileno(spool), F_DUPFD_CLOEXEC, 0) : -1;
	if (fd < 0)
		cli_error(c, "<stdin>: %s", strerror(errno));
	else
		lseek(fd, 0, SEEK_SET);
	if (spool)
		fclose(spool);
	return fd;
}

static bool send_call(int fd, int input, const char *words, size_t n)
{
	int fds[FD_COUNT] = {
	        [FD_CWD] = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), [FD_IN] = input, [FD_OUT] = 1, [FD_ERR] = 2};
	if (fds[FD_CWD] < 0)
		return false;
	union {
		char space[CMSG_SPACE(sizeof fds)];
		struct cmsghdr align;
	} control = {0};
	struct iovec part = {(void *)(uintptr_t)words, n};
	struct msghdr message = {.msg_iov = &part,
	                         .msg_iovlen = 1,
	                         .msg_control = control.space,
	                         .msg_controllen = sizeof control.space};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof fds);
	memcpy(CMSG_DATA(head), fds, sizeof fds);
	bool sent = sendmsg(fd, &message, MSG_NOSIGNAL) == (ssize_t)n;
	close(fds[FD_CWD]);
	return sent;
}

/* The verb and its words, each with its NUL. 0: too long. */
static size_t join_words(const struct cli *c, char words[CALL_BYTES_MAX])
{
	size_t n = 0;
	for (int i = -1; i < c->count; i++) {
		const char *word = i < 0 ? c->verb->name : c->words[i];
		size_t length = strlen(word) + 1;
		if (length > CALL_BYTES_MAX - n || i + 2 >= WORDS_MAX)
			return 0;
		memcpy(words + n, word, length);
		n += length;
	}
	return n;
}

static int call(int fd, const struct cli *c)
{
	char words[CALL_BYTES_MAX];
	size_t n = join_words(c, words);
	if (n == 0) {
		cli_error(c, "the command line is too long");
		return EXIT_CANNOT;
	}
	int input = open_input(c);
	if (input < 0)
		return EXIT_CANNOT;
	fflush(c->out);
	int32_t answer;
	bool answered = send_call(fd, input, words, n) && recv(fd, &answer, sizeof answer, 0) == (ssize_t)sizeof answer;
	close(input);
	if (answered)
		return answer;
	cli_error(c, "the running seqd did not answer; see whether it is alive, then call again");
	return EXIT_BUSY;
}

bool control_forward(const char *socket_path, const struct cli *c, int *code)
{
	int fd = socket_to(socket_path);
	if (fd < 0)
		return false;
	*code = call(fd, c);
	close(fd);
	return true;
}

int control_listen(const char *socket_path, const struct cli *c)
{
	struct place place;
	int fd = place_open(&place, socket_path) ? new_socket() : -1;
	if (fd >= 0)
		unlink(socket_path);
	mode_t mask = umask(0177);
	bool bound = fd >= 0 && bind(fd, (struct sockaddr *)&place.address, sizeof place.address) == 0 &&
	             listen(fd, 16) == 0;
	umask(mask);
	place_close(&place);
	if (bound)
		return fd;
	cli_error(c, "%s: %s", socket_path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Reads the words and the descriptors; the number of words, or -1. */
static int receive_call(int fd, char *words, size_t size, char *argv[WORDS_MAX], int fds[FD_COUNT])
{
	union {
		char space[CMSG_SPACE(sizeof(int) * FD_COUNT)];
		struct cmsghdr align;
	} control = {0};
	struct iovec part = {words, size - 1};
	struct msghdr message = {.msg_iov = &part,
	                         .msg_iovlen = 1,
	                         .msg_control = control.space,
	                         .msg_controllen = sizeof control.space};
	ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *head = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	if (!head || head->cmsg_type != SCM_RIGHTS || head->cmsg_len != CMSG_LEN(sizeof(int) * FD_COUNT))
		return -1;
	memcpy(fds, CMSG_DATA(head), sizeof(int) * FD_COUNT);
	words[n] = 0;
	int count = 0;
	for (ssize_t at = 0; at < n && count < WORDS_MAX - 1; at += (ssize_t)strlen(words + at) + 1)
		argv[count++] = words + at;
	argv[count] = NULL;
	return count;
}

static int run_call(const struct cli_program *program, int count, char *argv[WORDS_MAX], const int fds[FD_COUNT])
{
	char *with_name[WORDS_MAX + 1];
	with_name[0] = (char *)(uintptr_t)program->name;
	memcpy(with_name + 1, argv, sizeof(char *) * (size_t)(count + 1));
	int home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	FILE *out = fdopen(dup(fds[FD_OUT]), "w"), *err = fdopen(dup(fds[FD_ERR]), "w");
	int code = EXIT_CANNOT;
	if (home >= 0 && out && err && dup2(fds[FD_IN], STDIN_FILENO) >= 0 && fchdir(fds[FD_CWD]) == 0) {
		code = cli_run(program, count + 1, with_name, out, err);
		if (fchdir(home) != 0)
			code = EXIT_OUR_BUG;
	}
	if (input >= 0)
		dup2(input, STDIN_FILENO);
	else
		close(STDIN_FILENO);
	if (out)
		fclose(out);
	if (err)
		fclose(err);
	if (home >= 0)
		close(home);
	if (input >= 0)
		close(input);
	return code;
}

void control_serve(int listener, const struct cli_program *program)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return;
	struct timeval patience = {1, 0};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	char *words = malloc(CALL_BYTES_MAX + 1);
	char *argv[WORDS_MAX];
	int fds[FD_COUNT] = {-1, -1, -1, -1};
	int count = words ? receive_call(fd, words, CALL_BYTES_MAX + 1, argv, fds) : -1;
	int32_t code = count > 0 ? run_call(program, count, argv, fds) : EXIT_CANNOT;
	send(fd, &code, sizeof code, MSG_NOSIGNAL);
	for (int i = 0; i < FD_COUNT; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(words);
	close(fd);
}
