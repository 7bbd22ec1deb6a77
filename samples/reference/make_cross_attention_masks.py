"""Reference values of Mllama's cross-attention masks. python make_cross_attention_masks.py OUT.json"""

import json, sys
import numpy as np
from transformers.models.mllama.processing_mllama import (
    convert_sparse_cross_attention_mask_to_dense as dense,
    get_cross_attention_token_mask as sparse,
)

rng = np.random.default_rng(3)
lists = [[0], [5], [0, 1], [0, 1, 2], [2, 5], [2, 3, 6], [1, 4, 5], [1, 2, 5, 6, 7], [0, 7], [6, 7], [0, 1, 2, 3, 4, 5, 6, 7]]
out = []
for places in lists + [sorted(rng.choice(8, int(n), replace=False).tolist()) for n in rng.integers(1, 6, 12)]:
    most = int(rng.integers(2, 5))
    counts = rng.integers(1, most + 1, len(places)).tolist()
    ids = [99 if i in places else 7 for i in range(8)]
    mask = dense([sparse(ids, 99)], [counts], most, 8)[0]
    out.append(json.dumps(dict(ids=ids, tiles=counts, most=most, mask="".join(map(str, mask.reshape(-1).tolist()))), separators=(",", ":")))
open(sys.argv[1], "w").write("[\n" + ",\n".join(out) + "\n]\n")
