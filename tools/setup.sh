#!/bin/sh
# Installs what is missing on Debian 12 or 13. usage: tools/setup.sh run|test
# Needs root or sudo only when something is missing.
set -eu

run="gcc libc6-dev make pkg-config perl libexpat1-dev libintelrdfpmath-dev libzip-dev libxlsxwriter-dev libsqlite3-dev libmicrohttpd-dev
     libpcre2-dev libpango1.0-dev libcairo2-dev libfontconfig-dev libsodium-dev libssl-dev libicu-dev tzdata texlive-lang-chinese fonts-wqy-zenhei fonts-wqy-microhei"
test="curl python3 sqlite3 poppler-utils clang"

case "${1:-run}" in
run) wanted=$run ;;
test) wanted="$run $test" ;;
*) echo "usage: tools/setup.sh run|test" >&2; exit 2 ;;
esac

missing_of() {
    for package in $1; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || printf '%s ' "$package"
    done
}

missing=$(missing_of "$wanted")
# The compiler's sanitizer and fuzzer runtimes are named after its version.
if [ "${1:-run}" = test ] && command -v clang >/dev/null 2>&1; then
    version=$(clang -dumpversion | cut -d. -f1)
    missing="$missing$(missing_of "libclang-rt-$version-dev")"
fi
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "these packages are missing and neither root nor sudo is at hand: $missing" >&2; exit 1; }
    as_root=sudo
fi
command -v apt-get >/dev/null 2>&1 || { echo "this is not Debian; please install: $missing" >&2; exit 1; }
echo "installing: $missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
# The fuzzer's runtime is known only once the compiler is there.
[ "${1:-run}" = run ] || exec "$0" test
