"""Small safety checkers of Stable Diffusion with random weights, pictures, and what diffusers' StableDiffusionSafetyChecker says of them.

    python make_safety_checker.py PICTURES_OUT PARITY_OUT

PICTURES_OUT (agent-diffusion/src/test/resources/safety-checker) gets pictures/NAME.png and two checkers as they are published:
pipeline/ with safety_checker/ and feature_extractor/ in today's files, and alone/, a checker's own folder with the older files
(vision_config_dict, sizes that are one number, a position_ids buffer) in float16. expected.json has what the reference says;
pixels.safetensors what its processor makes of the pictures. PARITY_OUT (samples/src/test/resources/parity/safety-checker) gets a case of the
first checker.

Concepts are put near the vectors of some pictures and thresholds set so that each picture is a case of its own, see CASES.
"""

import importlib.util
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker, cosine_distance
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import CLIPConfig, CLIPImageProcessor

torch.set_num_threads(1)
spec = importlib.util.spec_from_file_location("mf", Path(__file__).with_name("make_fixtures.py"))
mf = importlib.util.module_from_spec(spec)
spec.loader.exec_module(mf)

OUT, PARITY = Path(sys.argv[1]), Path(sys.argv[2])
VISION = {
    "image_size": 32,
    "patch_size": 8,
    "hidden_size": 24,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
}
WIDTH = 12
# name: width and height, {special care or concept: how far its cosine lies above its threshold}; the others lie far below
CASES = {
    "clean": ((40, 32), {}),
    "flagged": ((57, 33), {"c3": 0.0503, "c16": 0.0022}),
    "careful-flagged": ((20, 28), {"s1": 0.0212, "c7": -0.0058}),  # 0.01 more makes it
    "careful-clean": ((32, 64), {"s1": 0.0212, "c0": -0.0113}),  # not even 0.01 more does
    "rounded-away": ((90, 41), {"c11": 0.0004}),  # 0 in three digits
    "careful-on": ((31, 29), {"s0": 0.0041, "s2": -0.0049, "c12": -0.0089}),  # the first one's 0.01 makes a second one fire
}
FLAGGED = ("flagged", "careful-flagged", "careful-on")


def picture(name, size):
    """Waves and some noise."""
    g = np.random.default_rng(sum(map(ord, name)))
    y, x, c = np.meshgrid(np.arange(size[1]), np.arange(size[0]), np.arange(3), indexing="ij")
    a, b, p = g.uniform(0.05, 0.5, 3), g.uniform(0.05, 0.5, 3), g.uniform(0, 6, 3)
    values = 128 + 100 * np.sin(a[c] * x + b[c] * y + p[c]) + g.normal(0, 12, x.shape)
    return Image.fromarray(values.clip(0, 255).astype("uint8"))


def checker(name, attempt, pixels, cases):
    g = mf.rng("safety", name, attempt)
    config = CLIPConfig(text_config=dict(num_hidden_layers=1), vision_config=VISION, projection_dim=WIDTH)
    model = mf.randomize(StableDiffusionSafetyChecker(config).eval(), g)
    with torch.no_grad():
        vectors = model.visual_projection(model.vision_model(pixels)[1])
        near = {}
        for i, fired in enumerate(cases.values()):
            for key in fired:
                near.setdefault(key, []).append(i)
        for letter, table, limits in (
            ("s", model.special_care_embeds, model.special_care_embeds_weights),
            ("c", model.concept_embeds, model.concept_embeds_weights),
        ):
            table.copy_(torch.randn(table.shape, generator=g))
            for k in range(len(table)):
                for i in near.get(f"{letter}{k}", []):
                    table[k] += 6 * torch.nn.functional.normalize(vectors[i], dim=0)
            limits.fill_(2.0)
            cosines = cosine_distance(vectors, table)
            for k in range(len(table)):
                ones = near.get(f"{letter}{k}", [])
                limit = cosines[:, k].max() + 0.1
                if ones:
                    limit = cosines[ones, k].min() - list(cases.values())[ones[0]][f"{letter}{k}"]
                limits[k] = limit
    return model


def facts(model, pixels):
    with torch.no_grad():
        vectors = model.visual_projection(model.vision_model(pixels)[1])
        special = cosine_distance(vectors, model.special_care_embeds)
        concepts = cosine_distance(vectors, model.concept_embeds)
    # the reference keeps its scores to itself, so they are taken from its frame as it ends
    kept = {}

    def trace(frame, event, arg):
        if frame.f_code is StableDiffusionSafetyChecker.forward.__wrapped__.__code__:
            def inside(frame, event, arg):
                if event == "return":
                    kept["result"] = frame.f_locals["result"]
                return inside
            return inside
        return None

    sys.settrace(trace)
    _, flagged = model(clip_input=pixels, images=np.zeros((len(pixels), 2, 2, 3)))
    sys.settrace(None)
    said = [
        {
            "special_scores": [round(float(v), 3) for v in r["special_scores"].values()],
            "concept_scores": [round(float(v), 3) for v in r["concept_scores"].values()],
            "flagged": f,
        }
        for r, f in zip(kept["result"], flagged)
    ]
    for limits, cosines in ((model.special_care_embeds_weights, special), (model.concept_embeds_weights, concepts)):
        thousandths = (cosines - limits) * 1000
        if ((thousandths - thousandths.floor()) - 0.5).abs().min().item() < 0.01:
            return None  # a score so near to where it would be rounded to another one compares nothing
    return special, concepts, said


def attempts(name, pixels, cases, written):
    """Draws checkers until one does what the cases say."""
    for attempt in range(10_000):
        model = written(checker(name, attempt, pixels, cases))
        found = facts(model, pixels)
        if found and all(
            all((score > 0) == (f"s{i}" in cases[case]) for i, score in enumerate(one["special_scores"]))
            and all((score > 0) == (case in FLAGGED and f"c{i}" in cases[case]) for i, score in enumerate(one["concept_scores"]))
            for case, one in zip(cases, found[2])
        ):
            print(name, "took", attempt + 1, "attempts")
            return found
    raise AssertionError("no such checker")


def main():
    for folder in (OUT, PARITY):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    (OUT / "pictures").mkdir()
    pictures = []
    for name, (size, _) in CASES.items():
        picture(name, size).save(OUT / "pictures" / f"{name}.png")
        pictures.append(Image.open(OUT / "pictures" / f"{name}.png"))
    processor = CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    pixels = processor(images=pictures, return_tensors="pt")["pixel_values"]
    save_file({"pixels": pixels}, OUT / "pixels.safetensors")
    expected = {}

    pipeline = OUT / "pipeline"
    processor.save_pretrained(pipeline / "feature_extractor")

    def published(model):
        model.save_pretrained(pipeline / "safety_checker")
        return StableDiffusionSafetyChecker.from_pretrained(pipeline / "safety_checker")

    special, concepts, said = attempts("pipeline", pixels, {name: fired for name, (_, fired) in CASES.items()}, published)
    expected["pipeline"] = {"special": special.tolist(), "concepts": concepts.tolist(), "said": said}
    for name, one in zip(CASES, said):
        print(name, "special", one["special_scores"], "concepts", max(one["concept_scores"]), one["flagged"])

    shutil.copytree(pipeline / "safety_checker", PARITY / "model")
    save_file(
        {"in.pixel_values": pixels, "out.special_care": special.contiguous(), "out.concepts": concepts.contiguous()}, PARITY / "io.safetensors"
    )
    case = {
        "kind": "safety.checker",
        "about": "Cosines of pictures to the concepts of a safety checker; its rounded scores and verdicts are compared exactly.",
        "model": "model",
        "args": {"said": said},
        "outputs": {f"out.{o}": {"atol": 1e-5, "rtol": 1e-5} for o in ("special_care", "concepts")},
    }
    (PARITY / "case.json").write_text(json.dumps(case, indent=1) + "\n")

    alone = OUT / "alone"

    def old(model):
        model.to(torch.float16).save_pretrained(alone)
        weights = load_file(alone / "model.safetensors")
        weights["vision_model.vision_model.embeddings.position_ids"] = torch.arange(17)[None]
        save_file(weights, alone / "model.safetensors", {"format": "pt"})
        config = json.loads((alone / "config.json").read_text())
        config |= {"vision_config_dict": VISION, "vision_config": {"model_type": "clip_vision_model"}, "text_config_dict": None}
        (alone / "config.json").write_text(json.dumps(config, indent=2) + "\n")
        return StableDiffusionSafetyChecker.from_pretrained(alone, torch_dtype=torch.float32)

    special, concepts, said = attempts("alone", pixels, {name: {"c5": 0.05} if name == "flagged" else {} for name in CASES}, old)
    (alone / "preprocessor_config.json").write_text(
        json.dumps(
            {
                "crop_size": 32,
                "do_center_crop": True,
                "do_convert_rgb": True,
                "do_normalize": True,
                "do_resize": True,
                "feature_extractor_type": "CLIPFeatureExtractor",
                "image_mean": processor.image_mean,
                "image_std": processor.image_std,
                "resample": 3,
                "size": 32,
            },
            indent=2,
        )
        + "\n"
    )
    again = CLIPImageProcessor.from_pretrained(alone)(images=pictures, return_tensors="pt")["pixel_values"]
    assert torch.equal(again, pixels)
    expected["alone"] = {"special": special.tolist(), "concepts": concepts.tolist(), "said": said}
    print("alone", [one["flagged"] for one in said])
    (OUT / "expected.json").write_text(json.dumps({"pictures": list(CASES), **expected}, indent=1) + "\n")


main()
