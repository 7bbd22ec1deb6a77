#!/usr/bin/env python3
"""Runs `tandem bench` and a peer that does the same work in another framework in turn, and prints medians and ratios.

    python bench_in_turn.py --peer joint_bench.py --what bridge --rounds 3 --repeats 41
    python bench_in_turn.py --peer joint_bench.py --what train --sizes tiny,small --repeats 5
    python bench_in_turn.py --what memory

The peer is a Python program that takes --threads, --only, --sizes, --repeats and --small-repeats, and prints one JSON object:
under "bridge" a time for each "v_llm_V.FORM", under "train" for each size one with "gather_fused", "published" and "peak_extra_mb".
It runs with the Python that runs this script, or with --python. Only the standard library is needed here.

Every round runs both once, the one that goes first in one round goes second in the next. Each round gives a median on both sides, and
from these a ratio: the table has the median of the rounds' medians, and the median, the least and the largest of their ratios. Progress goes
to standard error, and with --json the whole result to a file.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def say(*args):
    print(*args, file=sys.stderr, flush=True)


def run(command, environment):
    say("$", " ".join(map(str, command)))
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with {done.returncode}")
    return json.loads(done.stdout)


def tandem(a, environment):
    command = [a.tandem, "bench", a.what]
    if a.what == "memory":
        return run(command + ["--steps", str(a.steps), "--threads", str(a.threads)], environment)
    if a.what == "train":
        command += ["--sizes", a.sizes]
    return run(command + ["--repeats", str(a.repeats), "--threads", str(a.threads)], environment)


def peer(a, environment):
    command = [a.python, a.peer, "--threads", str(a.threads), "--only", a.what, "--sizes", a.sizes, "--repeats", str(a.repeats),
               "--small-repeats", str(a.repeats)]
    return run(command, environment)


def bridge_pairs(ours, theirs):
    """Name, our milliseconds, the peer's, for everything that is compared."""
    for v in (32000, 128256):
        t, p = (lambda form: ours[f"v_llm_{v}.{form}"]["ms"]["median"]), (lambda form: theirs[f"v_llm_{v}.{form}"]["ms"]["median"])
        for form in ("softmax_alone", "gather_fused", "gather", "published"):
            yield f"{v} bridge / peer's {form}", t("tandem"), p(form)
        yield f"{v} bridge / our softmax_alone", t("tandem"), t("softmax_alone")
        yield f"{v} bridge beside the token loss / peer's softmax_alone", t("token_loss_and_tandem") - t("token_loss"), p("softmax_alone")


def train_pairs(ours, theirs):
    for size in ours:
        t = ours[size]["tandem"]["s_per_step"]["median"]
        for form in ("gather_fused", "published"):
            yield f"{size} step / peer's {form}", 1000 * t, 1000 * theirs[size][form]["s_per_step"]["median"]


def table(rounds):
    """Rows of name, medians of ours and of the peer's, and the ratio's median, least and largest."""
    rows = []
    for name in rounds[0]:
        ours, theirs = zip(*(r[name] for r in rounds))
        ratios = [o / t for o, t in zip(ours, theirs)]
        rows.append((name, statistics.median(ours), statistics.median(theirs), statistics.median(ratios), min(ratios), max(ratios)))
    return rows


def memory_rows(ours, theirs, what):
    """Extra megabytes, ours and the peer's; the most of all rounds."""
    def most(sides, get):
        values = [get(s[what]) for s in sides]
        return max(values) if all(v is not None for v in values) else float("nan")
    if what == "bridge":
        for v in (32000, 128256):
            yield (f"{v} bridge, beyond the gradient of the logits", most(ours, lambda s: s[f"v_llm_{v}.tandem"].get("extra_mb")),
                   most(theirs, lambda s: s[f"v_llm_{v}.gather_fused"]["extra_mb"]))
            yield (f"{v} bridge beside the token loss, beyond it", most(ours, lambda s: s[f"v_llm_{v}.token_loss_and_tandem"].get("peak_mb", float("nan"))
                   - s[f"v_llm_{v}.token_loss"].get("peak_mb", float("nan"))), float("nan"))
    else:
        for size in ours[0][what]:
            yield (f"{size} step, above weights and optimizer state", most(ours, lambda s: s[size].get("peak_extra_mb")),
                   most(theirs, lambda s: s[size]["peak_extra_mb"]))


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--peer", help="the Python program to compare with")
    p.add_argument("--python", default=sys.executable, help="the Python that runs it (this one)")
    p.add_argument("--what", choices=("bridge", "train", "memory"), default="bridge")
    p.add_argument("--sizes", default="tiny,small", help="of the joint step (tiny,small)")
    p.add_argument("--rounds", type=int, default=1)
    p.add_argument("--repeats", type=int, default=11, help="runs in a round, on each side (11)")
    p.add_argument("--steps", type=int, default=2000, help="of --what memory (2000)")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--tandem", default=str(ROOT / "tandem"), help="the command of the Java side")
    p.add_argument("--json", help="a file for the whole result")
    a = p.parse_args()
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": str(a.threads)}
    if a.what == "memory":
        points = tandem(a, environment)["memory"]["points"]
        print(f"{'step':>6} {'allocated MB':>13} {'resident MB':>12}")
        for point in points:
            print(f"{point['step']:6d} {point.get('allocated_mb', float('nan')):13.2f} {point.get('resident_mb', float('nan')):12.2f}")
        return
    if not a.peer:
        sys.exit("--peer is missing: the Python program to compare with")
    pairs = {"bridge": bridge_pairs, "train": train_pairs}[a.what]
    ours, theirs, rounds = [], [], []
    for r in range(a.rounds):
        for side, results in ((tandem, ours), (peer, theirs)) if r % 2 == 0 else ((peer, theirs), (tandem, ours)):
            results.append(side(a, environment))
        rounds.append({name: (o, t) for name, o, t in pairs(ours[-1][a.what], theirs[-1][a.what])})
        for name, (o, t) in rounds[-1].items():
            say(f"round {r + 1}: {name}: {o:.2f} ms, {t:.2f} ms, {o / t:.3f}")
    print(f"{'':58} {'ours, ms':>9} {'peer, ms':>9} {'ratio':>7} {'least':>7} {'largest':>8} {'faster':>7}")
    for name, o, t, ratio, least, largest in table(rounds):
        print(f"{name:58} {o:9.2f} {t:9.2f} {ratio:7.3f} {least:7.3f} {largest:8.3f} {1 / ratio:7.2f}")
    print(f"{'most memory, MB':58} {'ours':>9} {'peer':>9}")
    for name, o, t in memory_rows(ours, theirs, a.what):
        print(f"{name:58} {o:9.2f} {t:9.2f}")
    if a.json:
        pathlib.Path(a.json).write_text(json.dumps({"rounds": rounds, "tandem": ours, "peer": theirs}, indent=1))


if __name__ == "__main__":
    main()
