#!/bin/sh
# What PyroBlur needs of the system before Python packages can be installed: a Python that fits, its venv module,
# and the shared libraries that Qt's wheels load but do not carry.
#
# FOR=package: also what `make package` needs. Prints the Python to use on standard output, all else on standard error. As root on Debian or Ubuntu missing packages are
# installed; otherwise they are named with the command that installs them, and the exit status is 1.
set -eu

say() { printf '%s\n' "$*" >&2; }

# One line a library: what the loader asks for, and the Debian package that has it.
LIBRARIES='
libEGL.so.1 libegl1
libGL.so.1 libgl1
libICE.so.6 libice6
libSM.so.6 libsm6
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
libglib-2.0.so.0 libglib2.0-0
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libxcb-cursor.so.0 libxcb-cursor0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-image.so.0 libxcb-image0
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-randr.so.0 libxcb-randr0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0 libxcb-shape0
libxcb-sync.so.1 libxcb-sync1
libxcb-xfixes.so.0 libxcb-xfixes0
libxcb-xkb.so.1 libxcb-xkb1
'

# For packaging, one line a command: what is run, and the Debian package that has it.
COMMANDS='
readelf binutils
desktop-file-validate desktop-file-utils
appstreamcli appstream
mmdebstrap mmdebstrap
gzip gzip
gcc gcc
'
# And what packaging/lapack.py links: archives in /usr/lib/*/, and the Debian packages that have them.
ARCHIVES='
liblapack_pic.a liblapack-dev
blas/libblas.a libblas-dev
liblapack64_pic.a liblapack64-dev
blas64/libblas64.a libblas64-dev
crt1.o libc6-dev
'

find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
}

missing_libraries() {
    known=$( (ldconfig -p || /sbin/ldconfig -p) 2>/dev/null || true)
    printf '%s\n' "$LIBRARIES" | while read -r library package; do
        [ -n "$library" ] || continue
        case "$known" in
            *"$library"*) ;;
            *) printf '%s ' "$package" ;;
        esac
    done
}

missing_commands() {
    printf '%s\n' "$COMMANDS" | while read -r name package; do
        [ -z "$name" ] || command -v "$name" >/dev/null 2>&1 || printf '%s ' "$package"
    done
    printf '%s\n' "$ARCHIVES" | while read -r name package; do
        [ -z "$name" ] || ls /usr/lib/*/"$name" >/dev/null 2>&1 || printf '%s ' "$package"
    done
}

missing_packages() {
    python=$(find_python)
    if [ -z "$python" ]; then
        printf 'python3 python3-venv '
    elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        printf 'python3-venv '
    fi
    [ "$(uname -s)" != Linux ] || missing_libraries
    [ "${FOR:-}" != package ] || [ "$(uname -s)" != Linux ] || missing_commands
}

install() {
    say "Installing system packages: $1"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086  # a list of names
    { apt-get update -q && apt-get install -y -q --no-install-recommends $1; } >&2
}

missing=$(missing_packages)
if [ -n "$missing" ] && command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" -eq 0 ]; then
        install "$missing"
        missing=$(missing_packages)
    else
        say "PyroBlur needs packages of your system that are not installed. Install them with"
        say "    sudo apt-get install -y --no-install-recommends $missing"
        say "and run the same command again."
        exit 1
    fi
fi

python=$(find_python)
if [ -z "$python" ]; then
    say "PyroBlur needs Python 3.11, 3.12 or 3.13, and none was found."
    say "Install one (https://www.python.org/downloads/) and name it: make PYTHON=/path/to/python3.12 ..."
    exit 1
fi
if [ -n "$missing" ]; then
    say "PyroBlur's window needs libraries that were not found. Debian calls their packages: $missing"
    say "Install what your system calls them. Going on: the command line works without the window."
fi
printf '%s\n' "$python"
