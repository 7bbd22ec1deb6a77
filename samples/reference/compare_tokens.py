"""usage: compare_tokens.py REF.json GOT.json [texts.json]"""

import json, sys

ref, got = json.load(open(sys.argv[1])), json.load(open(sys.argv[2]))
t = json.load(open(sys.argv[3])) if len(sys.argv) > 3 else None
names = ["ids+", "spans+", "ids", "spans", "decode", "decode-skip"]
bad = {n: [] for n in names}
for i, (r, g) in enumerate(zip(ref, got)):
    g = g[:4] + g[5:]
    for n, a, b in zip(names, r, g):
        if a != b:
            bad[n].append((i, a, b))
print(sys.argv[2], len(ref), len(got), {n: len(v) for n, v in bad.items()})
for n, v in bad.items():
    for i, a, b in v[:2]:
        print("  ", n, i, ascii(t[i])[:120] if t else "", "\n      ref", ascii(a)[:300], "\n      got", ascii(b)[:300])
