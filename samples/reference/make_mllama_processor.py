"""Reference values of MllamaImageProcessor: layouts, sizes and pixels, into mllama-image-processors.json.
python make_mllama_processor.py OUT.json"""

import json, re, sys, zlib
import numpy as np
from PIL import Image
from transformers.models.mllama.image_processing_mllama import (
    MllamaImageProcessor,
    get_all_supported_aspect_ratios,
    get_image_size_fit_to_canvas,
    get_optimal_tiled_canvas,
)

one_step = Image.Image.resize


def rows_first(image, size, resample=None, **more):  # as Pillow did before 13, which takes the columns first where that is less work
    return one_step(one_step(image, (size[0], image.height), resample), size, resample)


Image.Image.resize = rows_first


def picture(w, h):  # the same formula as in the Java tests
    i = np.arange(3 * w * h, dtype=np.int64)
    return Image.fromarray(((i * i * 7 + i * 13 + i // (3 * w) * 31) & 255).astype(np.uint8).reshape(h, w, 3))


rng = np.random.default_rng(5)
out = {"ratios": {str(n): [list(r) for r in get_all_supported_aspect_ratios(n)] for n in (1, 2, 4, 6)}, "canvas": [], "pictures": []}
sizes = [
    (1, 1),
    (560, 560),
    (1120, 560),
    (560, 1120),
    (1120, 1120),
    (2240, 560),
    (560, 2240),
    (1, 4000),
    (4000, 1),
    (640, 480),
    (480, 640),
    (1920, 1080),
    (3000, 2000),
    (561, 559),
    (559, 561),
    (1121, 1119),
    (6000, 10),
    (8000, 6000),
    (1680, 560),
    (1681, 561),
]
sizes += [(int(w), int(h)) for w, h in np.exp(rng.uniform(0, 9, (160, 2))).astype(int) + 1]
for w, h in sizes:
    for tile, most in ((560, 4), (224, 4), (336, 6)):
        canvas = get_optimal_tiled_canvas(h, w, most, tile)
        fit = get_image_size_fit_to_canvas(h, w, *canvas, tile)
        out["canvas"].append([w, h, tile, most, *map(int, canvas), *map(int, fit)])
CLIP = dict(image_mean=[0.48145466, 0.4578275, 0.40821073], image_std=[0.26862954, 0.26130258, 0.27577711])
for options in (
    dict(size={"height": 20, "width": 20}, **CLIP),
    dict(size={"height": 16, "width": 16}, resample=3, max_image_tiles=6),
    dict(size={"height": 12, "width": 12}, do_rescale=False, do_normalize=False, max_image_tiles=2),
    dict(
        size={"height": 14, "width": 14}, rescale_factor=1 / 127.5, image_mean=[1.0, 1.0, 1.0], image_std=[1.0, 1.0, 1.0], max_image_tiles=1
    ),
    dict(size={"height": 14, "width": 14}, do_rescale=False, **CLIP),
    dict(size={"height": 14, "width": 14}, do_normalize=False),
):
    p = MllamaImageProcessor(**options)
    config = {k: v for k, v in json.loads(p.to_json_string()).items()}
    for w, h in ((23, 17), (20, 20), (40, 20), (20, 40), (41, 39), (90, 11), (3, 200), (200, 2), (1, 1), (160, 120), (7, 300)):
        r = p([[picture(w, h)]], return_tensors="np")
        v = r["pixel_values"].astype("<f4")
        out["pictures"].append(
            dict(
                width=w,
                height=h,
                config=config,
                shape=list(v.shape),
                id=int(r["aspect_ratio_ids"][0, 0]),
                mask=r["aspect_ratio_mask"][0, 0].tolist(),
                tiles=r["num_tiles"][0][0],
                crc=zlib.crc32(v.tobytes()),
                sum=float(v.astype("f8").sum()),
            )
        )
p = MllamaImageProcessor(size={"height": 20, "width": 20}, **CLIP)
r = p([[picture(23, 17), picture(90, 11), picture(3, 200)]], return_tensors="np")
v = r["pixel_values"].astype("<f4")
out["several"] = dict(
    sizes=[[23, 17], [90, 11], [3, 200]],
    config=json.loads(p.to_json_string()),
    shape=list(v.shape),
    ids=r["aspect_ratio_ids"][0].tolist(),
    mask=r["aspect_ratio_mask"][0].tolist(),
    tiles=r["num_tiles"][0],
    crc=zlib.crc32(v.tobytes()),
)
configs = []
for e in out["pictures"]:
    if e["config"] not in configs:
        configs.append(e["config"])
    e["config"] = configs.index(e["config"])
out["configs"] = configs
text = json.dumps(out, separators=(",", ":")).replace("},{", "},\n{")
text = re.sub(r"((?:\[[\d,]+\],){8})", r"\1\n", text)
open(sys.argv[1], "w").write(text + "\n")
print(len(text), len(out["canvas"]), len(out["pictures"]))
