"""Copies OUT of make_tokenizers.py into the test resources of agent-core. usage: pack_old.py OUT RESOURCES"""

import gzip, os, shutil, sys

out, res = sys.argv[1:3]
shutil.rmtree(res, ignore_errors=True)
os.makedirs(res)


def packed(a, b):
    with open(b, "wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as f:
        f.write(open(a, "rb").read())


packed(f"{out}/texts.json", f"{res}/texts.json.gz")
for kind in sorted(os.listdir(out)):
    if not os.path.isdir(f"{out}/{kind}"):
        continue
    os.makedirs(f"{res}/{kind}")
    for f in os.listdir(f"{out}/{kind}"):
        if f == "expected.json":
            packed(f"{out}/{kind}/{f}", f"{res}/{kind}/{f}.gz")
        else:
            shutil.copy(f"{out}/{kind}/{f}", f"{res}/{kind}/{f}")
