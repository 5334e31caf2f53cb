# Sourced by the other scripts: what a machine with Swift may still lack. Swift itself is not installed here.
command -v swift >/dev/null || {
    echo "error: there is no Swift on the path; install Swift 6.1 or later from https://swift.org/install" >&2
    exit 69
}
# The HTTP client links against zlib, whose headers Swift's own installation guide asks for on Linux.
if [ "$(uname -s)" = Linux ] && [ ! -e /usr/include/zlib.h ]; then
    run_as_root=""
    [ "$(id -u)" = 0 ] || run_as_root=sudo
    if command -v apt-get >/dev/null; then
        $run_as_root apt-get update -qq && $run_as_root apt-get install -y -qq zlib1g-dev
    elif command -v dnf >/dev/null; then
        $run_as_root dnf install -y -q zlib-devel
    else
        echo "error: zlib's headers are missing; install them with the system's package manager" >&2
        exit 69
    fi
fi
