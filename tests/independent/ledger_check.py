#!/usr/bin/env python3
"""Checks a log of Fadu without Fadu.

usage: ledger_check.py ENTRIES                        print the size and the root of the tree of these entries
       ledger_check.py ENTRIES --note FILE --key KEY  and check that the signed checkpoint is of this log

ENTRIES holds one entry a line, 64 hexadecimal digits, in the order of the log; "-" is standard input. A checkpoint
may be older than the entries: it is compared with the tree of as many as it counts. KEY is the verifier key.
Exit status: 0 all agrees, 1 something does not, 2 wrong usage.

Written from docs/formats/ledger.md and the standards it names (RFC 9162, RFC 8032, C2SP signed-note), in plain Python
with its standard library alone. It shares no code with Fadu, and must not: that is its use.
"""
import argparse
import base64
import hashlib
import sys


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# ---- records and the tree (RFC 9162, 2.1.1) ---------------------------------------------------------------

def entry(salt, record):
    """The log's entry for a record: `salt` has 16 bytes, `record` is its canonical JSON in bytes."""
    if len(salt) != 16:
        raise ValueError("a salt has 16 bytes")
    return sha256(salt, record)


def leaf(entry_hash):
    return sha256(b"\x00", entry_hash)


def node(left, right):
    return sha256(b"\x01", left, right)


def root(entries):
    """The Merkle tree hash of a list of entries."""
    def of(hashes):
        if len(hashes) == 1:
            return hashes[0]
        k = 1 << (len(hashes) - 1).bit_length() - 1     # the largest power of two below the length
        return node(of(hashes[:k]), of(hashes[k:]))
    return of([leaf(e) for e in entries]) if entries else sha256()


# ---- Ed25519 (RFC 8032, 5.1), verification alone ------------------------------------------------------------

P = 2**255 - 19                                                     # the field
L = 2**252 + 27742317777372353535851937790883648493                 # the order of the base point
D = -121665 * pow(121666, P - 2, P) % P


def point_x(y, odd):
    """The x of a point of that y, or None (5.1.3)."""
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and odd):
        return None
    return P - x if x & 1 != odd else x


def point_decode(data):
    number = int.from_bytes(data, "little")
    y = number & (1 << 255) - 1
    x = point_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


def point_add(a, b):
    """In extended coordinates (5.1.4)."""
    s, t = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    u, v = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = t - s, v - u, v + u, t + s
    return e * f % P, g * h % P, f * g % P, e * h % P


def point_multiply(n, a):
    total = (0, 1, 1, 0)
    while n:
        if n & 1:
            total = point_add(total, a)
        a = point_add(a, a)
        n >>= 1
    return total


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (point_x(BASE_Y, 0), BASE_Y, 1, point_x(BASE_Y, 0) * BASE_Y % P)


def ed25519_verify(public, text, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = point_decode(public), point_decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + text).digest(), "little") % L
    left, right = point_multiply(s, BASE), point_add(r, point_multiply(h, a))
    return all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))


# ---- checkpoints (C2SP tlog-checkpoint, signed-note) --------------------------------------------------------

def read_key(text):
    """(name, key id, public key) of a verifier key."""
    name, key_id, key = text.strip().split("+", 2)
    typed = base64.b64decode(key, validate=True)
    if len(typed) != 33 or typed[0] != 1 or sha256(name.encode(), b"\n", typed)[:4].hex() != key_id:
        raise ValueError("not an Ed25519 verifier key")
    return name, bytes.fromhex(key_id), typed[1:]


def read_checkpoint(note, key):
    """(origin, size, root) of a note in bytes, once its signature by `key` is verified."""
    name, key_id, public = read_key(key)
    body, blank, signatures = note.rpartition(b"\n\n")
    if not blank or not signatures.endswith(b"\n"):
        raise ValueError("not a signed note")
    body += b"\n"
    verified = False
    for line in signatures.decode().split("\n")[:-1]:
        dash, signer, encoded = line.split(" ")
        signature = base64.b64decode(encoded, validate=True)
        if dash != "\u2014" or not signer:
            raise ValueError("not a signature line")
        if signer == name and signature[:4] == key_id:
            if not ed25519_verify(public, body, signature[4:]):
                raise ValueError("the signature is wrong")
            verified = True
    if not verified:
        raise ValueError("not signed by this key")
    origin, size, head = body.decode().split("\n")[:3]
    if not size.isascii() or not size.isdigit() or str(int(size)) != size:
        raise ValueError("the size is no number")
    return origin, int(size), base64.b64decode(head, validate=True)


# ---- the command ------------------------------------------------------------------------------------------

def read_entries(path):
    with (sys.stdin if path == "-" else open(path, encoding="ascii")) as lines:
        entries = [bytes.fromhex(line) for line in lines if line.strip()]
    if any(len(e) != 32 for e in entries):
        raise ValueError("an entry has 64 hexadecimal digits")
    return entries


def main():
    parser = argparse.ArgumentParser(description="Checks a log of Fadu without Fadu.")
    parser.add_argument("entries")
    parser.add_argument("--note")
    parser.add_argument("--key")
    options = parser.parse_args()
    if bool(options.note) != bool(options.key):
        parser.error("--note and --key go together")
    try:
        entries = read_entries(options.entries)
        print(len(entries), root(entries).hex())
        if options.note:
            with open(options.note, "rb") as f:
                origin, size, head = read_checkpoint(f.read(), options.key)
            if size > len(entries):
                raise ValueError("the checkpoint counts %d entries, here are %d" % (size, len(entries)))
            if root(entries[:size]) != head:
                raise ValueError("the checkpoint is of other entries")
            print("checkpoint", origin, size, head.hex(), "good")
    except (OSError, ValueError) as trouble:
        sys.exit("ledger_check: %s" % trouble)


if __name__ == "__main__":
    main()
