/* SPDX-License-Identifier: Apache-2.0
 * Ids that derive: the same message has the same Message-ID in every process, on every try, and nobody without the
 * store's secret can make one (rule 22: one label per purpose). */
#include "runtime/engine.h"
#include "runtime/pack.h"
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

#define ID_BYTES 15 /* 24 letters of base32 */

/* One context with the store's secret for the life of the drive: starting it again costs a tenth of making one. */
bool id_open(struct drive *d)
{
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	char digest[] = "SHA256";
	OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0), OSSL_PARAM_construct_end()};
	d->mac = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
	EVP_MAC_free(hmac);
	return (d->mac && EVP_MAC_init(d->mac, d->secret, SECRET_BYTES, parameters)) ||
	       drive_fail(d, "libcrypto cannot compute HMAC-SHA-256");
}

void id_close(struct drive *d)
{
	EVP_MAC_CTX_free(d->mac);
	d->mac = NULL;
}

static void add_mac(struct drive *d, const char *label, struct slice numbers, struct slice name, struct buf *out)
{
	uint8_t mac[SHA256_SIZE];
	char letters[(ID_BYTES * 8 + 4) / 5 + 1];
	size_t n = 0;
	bool ok = EVP_MAC_init(d->mac, NULL, 0, NULL) &&
	          EVP_MAC_update(d->mac, (const uint8_t *)label, strlen(label) + 1) &&
	          EVP_MAC_update(d->mac, (const uint8_t *)numbers.p, numbers.n) &&
	          EVP_MAC_update(d->mac, (const uint8_t *)name.p, name.n) && EVP_MAC_final(d->mac, mac, &n, sizeof mac);
	if (!ok || n != sizeof mac) {
		out->failed = true; /* no memory: the message is not rendered */
		return;
	}
	base32_encode(mac, ID_BYTES, letters);
	buf_adds(out, letters);
}

void id_message(struct drive *d, const struct work *w, struct slice domain, struct buf *out)
{
	char bytes[24];
	struct buf data = {.p = bytes, .cap = sizeof bytes};
	pack_i(&data, w->row.id);
	pack_u(&data, w->state.message.occurrence);
	add_mac(d, "message", buf_slice(&data), work_step_name(w, w->state.message.step), out);
	buf_addc(out, '@');
	buf_add_slice(out, domain);
}

void id_token(struct drive *d, const char *label, int64_t enrollment_id, struct buf *out)
{
	char data[24];
	struct buf id = {.p = data, .cap = sizeof data};
	pack_i(&id, enrollment_id);
	buf_addf(out, "%lld.", (long long)enrollment_id);
	add_mac(d, label, buf_slice(&id), SLICE(""), out);
}

void id_link(struct drive *d, const struct work *w, struct buf *out)
{
	buf_addf(out, "%s/p/", d->options.base_url ? d->options.base_url : "http://localhost:8080");
	id_token(d, "page", w->row.id, out);
}

/* splitmix64 over what is the same in every process and in a rehearsal of the same contacts. */
static uint64_t mix(uint64_t h, uint64_t v)
{
	h += v + UINT64_C(0x9E3779B97F4A7C15);
	h = (h ^ h >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	h = (h ^ h >> 27) * UINT64_C(0x94D049BB133111EB);
	return h ^ h >> 31;
}

uint64_t id_spread(const struct work *w)
{
	uint64_t h = mix(0, (uint64_t)w->row.contact_id);
	h = mix(h, (uint64_t)w->state.vm.started_us);
	return mix(mix(h, slice_hash(w->plan->name)), slice_hash(work_step_name(w, w->state.message.step)));
}

uint64_t id_seed(int64_t contact_id, int64_t started_us, struct slice sequence)
{
	return mix(mix(mix(0, (uint64_t)contact_id), (uint64_t)started_us), slice_hash(sequence));
}
