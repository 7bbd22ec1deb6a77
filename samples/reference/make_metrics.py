"""Writes expected values of the measures of pictures and texts.

Texts: the code published with "End-to-End Photo-Sharing Multi-modal Dialogue Generation"
(github.com/guopeiming/E2E_PSDG, commit d672b48); pictures: the formulas of pytorch-fid, torchmetrics and torch-fidelity.

python make_metrics.py CHECKOUT OUT.json

CHECKOUT is a clone of that repository. Of its utils/utils.py only ngrams is needed; its other imports need not work.
"""

import ast
import json
import math
import sys
import types
from collections import Counter
from pathlib import Path
from typing import Dict, List

import numpy as np
import scipy.linalg


def published(checkout):
    """The classes BLEU and ROUGE of the published code."""
    source = ast.parse((checkout / "utils/utils.py").read_text())
    scope = {"Counter": Counter, "Dict": Dict, "List": List}
    body = [node for node in source.body if isinstance(node, ast.FunctionDef) and node.name == "ngrams"]
    exec(compile(ast.Module(body, []), "utils.py", "exec"), scope)
    found = []
    for name in ("bleu", "rouge"):
        package = types.ModuleType("utils")
        package.__path__ = [str(checkout / "utils")]
        helper = types.ModuleType("utils.utils")
        helper.ngrams = scope["ngrams"]
        sys.modules["utils"], sys.modules["utils.utils"] = package, helper
        found.append(__import__("utils." + name, fromlist=[name.upper()]))
    return found[0].BLEU, found[1].ROUGE


def features(pictures, width, salt):
    """The same formula as in the test."""
    i = np.arange(pictures)[:, None]
    j = np.arange(width)[None, :]
    return np.sin(1.7 * (i + 1) * (j + 1) + salt) + 0.3 * np.cos(0.9 * (i + 2) * (j + 3) * salt) + 0.1 * salt


def probabilities(pictures, classes, salt):
    e = np.exp(2 * features(pictures, classes, salt))
    return e / e.sum(1, keepdims=True)


def covariance(x):
    return np.atleast_2d(np.cov(x, rowvar=False))


def frechet(a, b):
    """torchmetrics: the trace of the root by the eigenvalues of the product."""
    sa, sb = covariance(a), covariance(b)
    apart = a.mean(0) - b.mean(0)
    root = np.sqrt(scipy.linalg.eigvals(sa @ sb).astype(complex)).real.sum()
    return float(apart @ apart + np.trace(sa) + np.trace(sb) - 2 * root)


def frechet_root(a, b):
    """pytorch-fid: the root itself."""
    sa, sb = covariance(a), covariance(b)
    apart = a.mean(0) - b.mean(0)
    return float(apart @ apart + np.trace(sa) + np.trace(sb) - 2 * np.trace(scipy.linalg.sqrtm(sa @ sb).real))


def kernel(a, b):
    """torchmetrics' poly_mmd with degree 3, gamma 1 / D, coef 1."""
    k = lambda x, y: (x @ y.T / x.shape[1] + 1.0) ** 3
    kaa, kbb, kab = k(a, a), k(b, b), k(a, b)
    n, m = len(a), len(b)
    return float(
        (kaa.sum() - np.trace(kaa)) / (n * (n - 1)) + (kbb.sum() - np.trace(kbb)) / (m * (m - 1)) - 2 * kab.sum() / (n * m)
    )


def inception(p, parts):
    """torch-fidelity."""
    scores = []
    for i in range(parts):
        part = p[i * len(p) // parts : (i + 1) * len(p) // parts]
        kl = part * (np.log(part) - np.log(part.mean(0, keepdims=True)))
        scores.append(math.exp(kl.sum(1).mean()))
    return [float(np.mean(scores)), float(np.std(scores))]


TEXTS = [
    ["Here is a photo of a dog on the beach .", "Here is a dog on the sunny beach ."],
    ["the the the the", "the cat sat on the mat"],
    ["Sure, have a look!", "Sure, have a look!"],
    ["", "nothing was said"],
    ["something was said", ""],
    ["one", "one"],
    ["a b c d e f", "f e d c b a"],
    ["tab\tand\nline  breaks\u00a0here \u001c too", "tab and line breaks here too"],
    ["I like horses and I like cows and I like pigs very much indeed", "I like horses"],
]


def texts(checkout):
    bleu_class, rouge_class = published(checkout)
    out = []
    for pairs in [[t] for t in TEXTS] + [TEXTS, TEXTS[:3], TEXTS[3:5], []]:
        # weights of zero: the class also exponentiates the weighted sum, which would overflow and is not used
        bleu, rouge = bleu_class((0.0, 0.0)), rouge_class(2)
        bleu([p for p, _ in pairs], [r for _, r in pairs])
        rouge([p for p, _ in pairs], [r for _, r in pairs])
        scores = bleu.get_metric()
        out.append({"turns": pairs, "bleu1": scores["BLEU-1"], "bleu2": scores["BLEU-2"], "rougeL": rouge.get_metric()["ROUGE-L"]})
    return out


def main():
    checkout, out = Path(sys.argv[1]), Path(sys.argv[2])
    pictures = []
    for n, m, width in ((40, 50, 6), (12, 9, 30), (2, 3, 1), (100, 80, 64)):
        a, b = features(n, width, 1.0), features(m, width, 2.5)
        pictures.append({"n": n, "m": m, "width": width, "frechet": frechet(a, b), "kernel": kernel(a, b)})
        if min(n, m) > width + 1:
            root = frechet_root(a, b)
            assert abs(root - pictures[-1]["frechet"]) < 1e-6 * root, (root, pictures[-1])
    scores = []
    for n, classes, parts in ((30, 5, 1), (33, 12, 10), (10, 2, 3)):
        mean, deviation = inception(probabilities(n, classes, 1.0), parts)
        scores.append({"n": n, "classes": classes, "parts": parts, "mean": mean, "deviation": deviation})
    value = {"pictures": pictures, "inception": scores, "texts": texts(checkout)}
    out.write_text(json.dumps(value, indent=1) + "\n")


main()
