#!/bin/sh
# Writes an assembler file that puts files into the program, with a table of their paths (service/bundle.h).
# usage: tools/bundle.sh OUT.s FILE...
set -eu
out=$1
shift
{
    echo "# made by tools/bundle.sh: do not edit"
    echo '.section .rodata'
    n=0
    for f in "$@"; do
        printf 'path%d: .asciz "%s"\n' $n "$f"
        printf '.balign 16\ndata%d: .incbin "%s"\nend%d: .byte 0\n' $n "$f" $n
        n=$((n + 1))
    done
    echo '.section .data.rel.ro,"aw"'
    echo '.balign 8'
    echo '.globl bundle_files'
    echo 'bundle_files:'
    i=0
    while [ $i -lt $n ]; do
        printf '.quad path%d, data%d, end%d\n' $i $i $i
        i=$((i + 1))
    done
    echo '.section .rodata'
    echo '.balign 4'
    echo '.globl bundle_file_count'
    printf 'bundle_file_count: .long %d\n' $n
    echo '.section .note.GNU-stack,"",@progbits'
} > "$out"
