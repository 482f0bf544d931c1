#!/bin/sh
# Writes docs/reference/diagnostics.md from the sources, or with --check says whether it is up to date.
# A diagnostic is a code literal ("CSV-ROW-WIDTH"); its texts are the pairs of Chinese and English literals that follow it in
# the same statement: hint then sentence, or (FEEL's parser, JSON's table) sentence then hint.
set -eu
cd "$(dirname "$0")/.."
target=docs/reference/diagnostics.md
made=$(mktemp)
trap 'rm -f "$made"' EXIT
# shellcheck disable=SC2046
perl - $(find src -name '*.c' ! -name '*_fuzz.c' | LC_ALL=C sort) >"$made" <<'PERL'
use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));

my %name = (ERROR => "error", WARNING => "warning", NOTE => "note");
my %rows;                                    # prefix -> code -> [severity, zh, en]...
my $literal = qr/"(?:[^"\\]|\\.)*"/;

sub plain {                                  # a C literal (or several side by side) as text
    my $text = join "", map { substr($_, 1, -1) } $_[0] =~ /($literal)/g;
    $text =~ s/%\.0(?:s|lld)//g;             # arguments that one language leaves out
    $text =~ s/%[-.*0-9hjltz]*[a-zA-Z]/…/g;
    $text =~ s/%%/%/g;
    $text =~ s/\\n/ /g;
    $text =~ s/\\(.)/$1/g;
    $text =~ s/\|/\\|/g;
    return $text;
}

for my $file (@ARGV) {
    open my $in, "<", $file or die "$file: $!";
    my $source = do { local $/; <$in> };
    $source =~ s{^\s*//.*$}{}mg;
    $source =~ s/"\s*PRI[a-z]+[0-9]+\s*"/d/g;
    while ($source =~ /"([A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+)"/g) {
        my ($code, $from) = ($1, pos $source);
        next if $code =~ /^UTF-/;
        my $before = substr($source, 0, $from);
        $before =~ s/.*[;}]\s*\n//s;         # the statement so far
        my ($statement) = substr($source, $from) =~ /^((?:$literal|[^;"])*)/;
        $statement =~ s/^\s*:\s*$literal//;    # one of two codes for the same sentence
        $statement =~ s/"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+".*//s;      # the next row of a table
        my @pairs;
        while ($statement =~ /((?:$literal\s*)+)/g) {
            my $zh = $1;
            next unless $zh =~ /\p{Han}|^"%s%\.0s/;
            last unless $statement =~ /\G.*?((?:$literal\s*)+)/gs;
            push @pairs, [plain($zh), plain($1)];
        }
        next unless @pairs;
        next if $before =~ /\[STORE_\w+\]\s*=\s*\{"[-A-Z]+"$/;     # only a hint; the sentence is the store's
        my $sentence_first = $before =~ /add_mistake|add_texts|\w = \{"[-A-Z0-9]+"$/;
        my $message = @pairs > 1 && !$sentence_first ? $pairs[1] : $pairs[0];
        my ($severity) = $before =~ /.*DIAG_(ERROR|WARNING|NOTE)/s;
        $severity //= $before =~ /\b(?:because|because_texts|stop)\(/ ? "NOTE" : "ERROR";
        my ($prefix) = $code =~ /^([A-Z0-9]+)/;
        my $row = join " | ", $name{$severity}, @$message;
        push @{$rows{$prefix}{$code}}, $row unless grep { $_ eq $row } @{$rows{$prefix}{$code} // []};
    }
}
# The store's sentences are a table of their own.
open my $in, "<", "src/store/sqlite/store.c" or die;
while (<$in>) {
    push @{$rows{STORE}{"STORE-" . ($1 =~ tr/_/-/r)}}, join " | ", "error", plain($2), plain($3)
        if /\[STORE_([A-Z_]+)\]\s*=\s*\{($literal),\s*($literal)\}/ && $1 ne "OK";
}

print "<!-- made by tools/diagnostics.sh from the sources: do not edit -->\n# Diagnostics\n\n";
print "What Fadu says about its users' data, models and machine. A code is stable: scripts may rely on it. The texts may get better; … stands for what is\n";
print "filled in. Notes of FEEL explain why an expression gave null. How they are made: `src/base/diag.h`.\n";
for my $prefix (sort keys %rows) {
    print "\n## $prefix\n\n| code | severity | 中文 | English |\n| --- | --- | --- | --- |\n";
    for my $code (sort keys %{$rows{$prefix}}) {
        print "| `$code` | $_ |\n" for @{$rows{$prefix}{$code}};
    }
}
PERL
case ${1:-} in
--check) cmp -s "$made" "$target" || { echo "$target is not what tools/diagnostics.sh makes of the sources: run it" >&2; exit 1; } ;;
"") cat "$made" >"$target" ;;
*) echo "usage: tools/diagnostics.sh [--check]" >&2; exit 2 ;;
esac
