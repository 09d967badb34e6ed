/* SPDX-License-Identifier: Apache-2.0
 * SHA-256 and HMAC from libcrypto, CRC-32C by the CPU's instruction where it has one, hex and base32 text.
 * A digest that libcrypto cannot compute (no memory) would be a predictable token, so the process ends. */
#include "base/hash.h"
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

_Noreturn static void no_digest(void)
{
	fputs("libcrypto cannot compute SHA-256\n", stderr);
	_exit(70);
}

void sha256(const void *p, size_t n, uint8_t out[SHA256_SIZE])
{
	if (!EVP_Digest(n ? p : "", n, out, NULL, EVP_sha256(), NULL))
		no_digest();
}

void hmac_sha256(struct slice key, struct slice data, uint8_t out[SHA256_SIZE])
{
	/* HMAC() takes an int; a longer key is its own hash, by the definition of HMAC. */
	uint8_t short_key[SHA256_SIZE];
	if (key.n > 64) {
		sha256(key.p, key.n, short_key);
		key = (struct slice){(const char *)short_key, sizeof short_key};
	}
	const unsigned char *bytes = (const unsigned char *)(data.n ? data.p : "");
	if (!HMAC(EVP_sha256(), key.n ? key.p : "", (int)key.n, bytes, data.n, out, NULL))
		no_digest();
}

/* Four bits a step, reflected polynomial 0x82F63B78. */
static uint32_t crc32c_table(uint32_t crc, const uint8_t *p, size_t n)
{
	static const uint32_t table[16] = {
	        0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
	        0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
	};
	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc32c_cpu(uint32_t crc, const uint8_t *p, size_t n)
{
	uint64_t wide = crc;
	for (; n >= 8; p += 8, n -= 8) {
		uint64_t word;
		memcpy(&word, p, sizeof word);
		wide = __builtin_ia32_crc32di(wide, word);
	}
	crc = (uint32_t)wide;
	for (; n; p++, n--)
		crc = __builtin_ia32_crc32qi(crc, *p);
	return crc;
}
#endif

uint32_t crc32c(uint32_t crc, const void *p, size_t n)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("sse4.2"))
		return ~crc32c_cpu(~crc, p, n);
#endif
	return ~crc32c_table(~crc, p, n);
}

void hex_encode(const uint8_t *p, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++) {
		*out++ = "0123456789abcdef"[p[i] >> 4];
		*out++ = "0123456789abcdef"[p[i] & 15];
	}
	*out = '\0';
}

void base32_encode(const uint8_t *p, size_t n, char *out)
{
	uint32_t bits = 0, held = 0;
	for (size_t i = 0; i < n; i++) {
		held = (held << 8 | p[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5)
			*out++ = "abcdefghijklmnopqrstuvwxyz234567"[held >> (bits - 5) & 31];
	}
	if (bits)
		*out++ = "abcdefghijklmnopqrstuvwxyz234567"[held << (5 - bits) & 31];
	*out = '\0';
}

bool random_bytes(void *p, size_t n)
{
	uint8_t *at = p;
	while (n) {
		ssize_t got = getrandom(at, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		n -= (size_t)got;
	}
	return true;
}
