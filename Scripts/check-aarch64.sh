#!/usr/bin/env bash
# The kernels on AArch64 from another machine: compiled and run under an emulator where a cross compiler's headers and
# qemu-aarch64 are installed (Debian: qemu-user gcc-aarch64-linux-gnu), otherwise checked for syntax.
set -euo pipefail
cd "$(dirname "$0")/.."
clang=$(command -v clang || true)
if [ -z "$clang" ]; then
    echo "AArch64: skipped, there is no clang"
    exit 0
fi
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
kernels=Sources/CFledgeKernels
if command -v qemu-aarch64 >/dev/null && command -v aarch64-linux-gnu-gcc >/dev/null; then
    for file in Tools/kernels_check.c $kernels/*.c; do
        clang --target=aarch64-linux-gnu -O2 -std=gnu11 -isystem /usr/aarch64-linux-gnu/include -I$kernels/include \
            -c "$file" -o "$build/$(basename "$file" .c).o"
    done
    aarch64-linux-gnu-gcc -static "$build"/*.o -o "$build/check" -lm -lpthread
    echo "AArch64, emulated:"
    # The kernels ask for the int8 dot product, which this model of processor has.
    qemu-aarch64 -cpu max "$build/check"
else
    mkdir -p "$build/gnu"
    touch "$build/gnu/stubs-32.h"
    for file in isa_neon isa_portable dispatch operations; do
        clang --target=aarch64-linux-gnu -fsyntax-only -std=gnu11 -isystem "$build" \
            -isystem "/usr/include/$(uname -m)-linux-gnu" -I$kernels/include "$kernels/$file.c"
    done
    echo "AArch64: syntax checked only (install qemu-user and gcc-aarch64-linux-gnu to run the kernels)"
fi
