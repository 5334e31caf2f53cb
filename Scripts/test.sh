#!/usr/bin/env bash
# Builds everything in release mode and runs all tests: once as they are, then those that compute at every further
# instruction-set level that this machine has, then the kernels for AArch64.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/setup.sh
swift build -c release --build-tests
fledge=$(swift build -c release --show-bin-path)/fledge
for level in portable neon avx2 avx512; do
    # Exit code 64 says that this machine does not have the level.
    code=0
    FLEDGE_ISA=$level "$fledge" bench --model Tests/Fixtures/t5-tiny --prompt-tokens 4 --new-tokens 2 --repeat 1 \
        >/dev/null 2>&1 || code=$?
    [ "$code" = 64 ] && continue
    echo "== instruction set: $level"
    FLEDGE_ISA=$level swift test -c release --skip-build --filter "FledgeModelsTests|FledgeGenerationTests"
done
Scripts/check-aarch64.sh
echo "== the Hub: its tests kill and time real processes, so nothing computes beside them"
swift test -c release --skip-build --filter FledgeHubTests
echo "== the best instruction set of this machine, all other tests"
swift test -c release --skip-build --skip FledgeHubTests
