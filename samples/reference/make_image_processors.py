"""Pillow's resampling and transformers' image processors on a made-up picture. python make_image_processors.py OUT.json"""

import json, sys, base64, zlib
import numpy as np
from PIL import Image
from transformers import CLIPImageProcessor, BlipImageProcessor


def pic(w, h):
    i = np.arange(3 * w * h, dtype=np.int64)
    return Image.fromarray(((i * i * 7 + i * 13 + (i // (3 * w)) * 31) % 256).astype(np.uint8).reshape(h, w, 3))


out = dict(resize=[], processors=[])
for w, h in [(23, 17), (8, 40)]:
    for nw, nh in [(23, 9), (11, 17), (40, 33), (5, 5), (64, 3)]:
        for f in range(6):
            im = (
                pic(w, h).resize((nw, nh), resample=Image.Resampling(f))
                if f == 0
                else pic(w, h).resize((nw, h), resample=Image.Resampling(f)).resize((nw, nh), resample=Image.Resampling(f))
            )
            out["resize"].append(dict(width=w, height=h, to=[nw, nh], filter=f, crc=zlib.crc32(im.tobytes())))
for name, cls, cfg in [
    ("clip", CLIPImageProcessor, dict(size=dict(shortest_edge=16), crop_size=dict(height=16, width=16))),
    ("clip, wider crop", CLIPImageProcessor, dict(size=dict(shortest_edge=12), crop_size=dict(height=15, width=20))),
    ("blip", BlipImageProcessor, dict(size=dict(height=12, width=12))),
    ("not normalised", BlipImageProcessor, dict(size=dict(height=9, width=7), do_normalize=False, resample=2)),
    (
        "not resized",
        CLIPImageProcessor,
        dict(do_resize=False, crop_size=dict(height=5, width=6), image_mean=[0.1, 0.2, 0.3], image_std=[0.5, 0.6, 0.7]),
    ),
]:
    p = cls(**cfg)
    for w, h in [(23, 17), (41, 18)]:
        x = p(pic(w, h), return_tensors="np")["pixel_values"][0]
        out["processors"].append(
            dict(
                name=name,
                config=json.loads(p.to_json_string()),
                width=w,
                height=h,
                shape=list(x.shape),
                values=[round(float(v), 6) for v in x.ravel()],
            )
        )
json.dump(out, open(sys.argv[1], "w"))
print(len(out["resize"]), len(out["processors"]))
