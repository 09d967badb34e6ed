/* SPDX-License-Identifier: Apache-2.0
 * See smtp_account.h. Here stands what keeps a password from travelling in clear text: STARTTLS is demanded, never
 * tried, unless the server is on this machine. */
#include "runtime/channels/smtp_account.h"
#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_TIMEOUT_S 15L
#define CHECK_TIMEOUT_S   30L

static bool is_loopback(const char *host)
{
	struct in_addr address;
	return !strcmp(host, "localhost") || !strcmp(host, "[::1]") ||
	       (inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127);
}

static bool check_parts(const char *url, bool tls, const char *scheme, const char *host, const char *user,
                        struct buf *error)
{
	bool implicit = scheme && !strcmp(scheme, "smtps");
	if (!scheme || !host)
		buf_addf(error, "\"%s\" is not a URL like smtp://host:587", url);
	else if (!implicit && strcmp(scheme, "smtp") != 0)
		buf_addf(error, "\"%s\": smtp:// or smtps:// is wanted", url);
	else if (user)
		buf_adds(error, "the URL of an SMTP server holds a user; say it with `user` and `password`");
	else if (!implicit && !tls && !is_loopback(host))
		buf_addf(error, "\"%s\": without TLS only a server on this machine is spoken to; say `tls required`",
		         url);
	else
		return true;
	return false;
}

static bool check_url(const char *url, bool tls, struct buf *error)
{
	CURLU *parts = curl_url();
	char *scheme = NULL, *host = NULL, *user = NULL;
	if (!parts) {
		buf_adds(error, "out of memory");
		return false;
	}
	if (curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK) {
		curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0);
		curl_url_get(parts, CURLUPART_HOST, &host, 0);
		curl_url_get(parts, CURLUPART_USER, &user, 0);
	}
	bool good = check_parts(url, tls, scheme, host, user, error);
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_url_cleanup(parts);
	return good;
}

static bool copy(char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return *to || !from;
}

bool smtp_account_set(struct account *a, const struct smtp_account *from, struct buf *error)
{
	if (!from->url)
		return true;
	if (!check_url(from->url, from->tls_required, error))
		return false;
	a->tls = from->tls_required;
	a->connections = from->connections > 0 ? from->connections : SMTP_CONNECTIONS_DEFAULT;
	a->messages_per_session =
	        from->messages_per_session > 0 && from->messages_per_session < SMTP_MESSAGES_PER_SESSION_MAX
	                ? from->messages_per_session
	                : SMTP_MESSAGES_PER_SESSION_MAX;
	if (copy(&a->url, from->url) && copy(&a->user, from->user) && copy(&a->password, from->password) &&
	    copy(&a->ca_file, from->ca_file))
		return true;
	buf_adds(error, "out of memory");
	return false;
}

void smtp_account_free(struct account *a)
{
	free(a->url);
	free(a->user);
	free(a->password);
	free(a->ca_file);
	*a = (struct account){0};
}

bool smtp_account_options(const struct account *a, CURL *easy)
{
	bool good = curl_easy_setopt(easy, CURLOPT_URL, a->url) == CURLE_OK;
#define SET(option, value) (good = good && curl_easy_setopt(easy, option, value) == CURLE_OK)
	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(CURLOPT_USE_SSL, a->tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
	SET(CURLOPT_PROXY, ""); /* not what the environment says */
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
	if (a->user)
		SET(CURLOPT_USERNAME, a->user);
	if (a->password)
		SET(CURLOPT_PASSWORD, a->password);
	if (a->ca_file)
		SET(CURLOPT_CAINFO, a->ca_file);
#undef SET
	return good;
}

static bool log_in(const struct account *a, CURL *easy, bool *reachable, struct buf *error)
{
	char reason[CURL_ERROR_SIZE] = "";
	bool good = smtp_account_options(a, easy) && curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L) == CURLE_OK &&
	            curl_easy_setopt(easy, CURLOPT_TIMEOUT, CHECK_TIMEOUT_S) == CURLE_OK &&
	            curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason) == CURLE_OK;
	CURLcode rc = good ? curl_easy_perform(easy) : CURLE_OUT_OF_MEMORY;
	*reachable = rc != CURLE_COULDNT_RESOLVE_HOST && rc != CURLE_COULDNT_CONNECT && rc != CURLE_OPERATION_TIMEDOUT;
	if (rc != CURLE_OK)
		buf_addf(error, "%s: %s", a->url, *reason ? reason : curl_easy_strerror(rc));
	return rc == CURLE_OK;
}

bool channel_smtp_check(const struct smtp_account *account, bool *reachable, struct buf *error)
{
	struct account a = {0};
	*reachable = true;
	bool good = smtp_account_set(&a, account, error);
	if (good && !a.url) {
		buf_adds(error, "there is no URL");
		good = false;
	}
	CURL *easy = NULL;
	if (good) {
		signal(SIGPIPE, SIG_IGN); /* OpenSSL writes to lost connections */
		easy = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_easy_init() : NULL;
		if (easy)
			good = log_in(&a, easy, reachable, error);
		else
			buf_adds(error, "out of memory");
		good = good && easy;
		curl_easy_cleanup(easy);
		curl_global_cleanup();
	}
	smtp_account_free(&a);
	return good;
}
