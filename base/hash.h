/* SPDX-License-Identifier: Apache-2.0
 * SHA-256, HMAC-SHA-256 (libcrypto), CRC-32C (table) and base32/hex text. */
#ifndef SEQ_BASE_HASH_H
#define SEQ_BASE_HASH_H
#include "base/slice.h"

#define SHA256_SIZE 32
void sha256(const void *p, size_t n, uint8_t out[SHA256_SIZE]);
void hmac_sha256(struct slice key, struct slice data, uint8_t out[SHA256_SIZE]);
uint32_t crc32c(uint32_t crc, const void *p, size_t n); /* start with 0 */
/* Lower-case hex, NUL-terminated: out holds 2n+1. */
void hex_encode(const uint8_t *p, size_t n, char *out);
/* Lower-case base32 without padding (a-z2-7), NUL-terminated: out holds (n*8+4)/5+1. */
void base32_encode(const uint8_t *p, size_t n, char *out);
/* Fills from the kernel's generator; false if it cannot. */
bool random_bytes(void *p, size_t n);
#endif
