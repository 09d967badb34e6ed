#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The preview's page in Chromium: switches, keyboard, roles, contrast, narrow screens, hostile values, --watch. Its
# pictures are kept in $BUILD/pictures.

@test "the preview's page works in a browser" {
	pictures="$(realpath "${BUILD:-build}")/pictures"
	mkdir -p "$pictures"
	cd "$BATS_TEST_DIRNAME"
	PYTHONDONTWRITEBYTECODE=1 python3 preview_test.py "$(realpath "${SEQC:-../../build/seqc}")" ../golden/preview/bakery "$pictures"
}
