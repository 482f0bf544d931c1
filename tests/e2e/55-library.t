# libfadu-decide: installed, found by pkg-config, linked by a program that knows its header only.
. "$(dirname "$0")/lib.sh"

root=$work/root
ok "make install" make -s install BUILD="$(dirname "$FADU")" DESTDIR="$root" PREFIX=/usr
export PKG_CONFIG_PATH="$root/usr/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"
ok "a program of someone else compiles" sh -c 'cc -Wall -Werror -pthread -o "$0/use" tests/library/use.c $(pkg-config --cflags --libs fadu-decide)' "$work"
ok "four threads decide by one model" "$work/use" tests/data/dmn/penalty.dmn
says '0 wrong'
says '"annotations":{"依据":"行政处罚法第五条"}' "why a decision came out"
says '[{"inputs":[{"name":"违法次数","type":"number"}' "what the model offers"
says 'the model has no such decision' "a name that there is not"
exits 1 "a file that is not there" "$work/use" "$work/none.dmn"
says 'none.dmn: cannot be read'
is "$(nm -g --defined-only "$root/usr/lib/libfadu-decide.a" | awk 'NF == 3 { print $3 }' | grep -vc '^fadu_')" 0 "nothing else of the library is visible"
for page in fadu-decide.1 fadu-feel.1 fadu-lint.1 libfadu-decide.3; do
    ok "its manual page $page" test -s "$root/usr/share/man/man${page##*.}/$page"
done
finish
