#!/usr/bin/env python3
"""Makes parity cases with other settings than make_fixtures.py's: every option that changes numbers, of every kind.

    python make_variants.py --out DIR                  # all of them, a few minutes on one core
    python make_variants.py --out DIR --only gpt2      # those whose name contains this
    python make_variants.py --out DIR --kept           # those that lie in src/test/resources/parity

A case is named after its kind and what is special about it.  What the reference itself refuses is printed and left out.
"""
import argparse
import copy
import json
import sys
from pathlib import Path

import joint_reference as joint
import make_fixtures as f
import torch
from make_fixtures import (CLIP_TEXT, GEN, LLAMA, LLAMA3_ROPE, MMDIT, PIPE, SD1_CLIP, SD1_UNET, SD2_CLIP, SD2_UNET, SD3_VAE,
                           SD_BETAS, SD_VAE, UNET, UVIT)

CASES = []


def add(name, kind, **more):
    CASES.append({"name": name, "kind": kind, "about": more.pop("about", name.replace("-", " ") + ".")} | more)


def public(name):
    """A copy of a public case's specification."""
    return copy.deepcopy(next(s for s in f.PUBLIC if s["name"] == name))


# ------------------------------------------------------------------------------- language models

def llama(name, config=None, inputs=None, kind="llama.forward", base=LLAMA, edit=None):
    add(name, kind, config=base | (config or {}), inputs=inputs or {"lengths": [17, 9, 4]}, edit=edit)


def holes(ins):
    """Every third token of a row is hidden, and one token in the middle of the first."""
    mask = ins["attention_mask"]
    mask[:, 1::3] = 0
    mask[0, 5] = 0
    return ins


def hidden_row(ins):
    ins["attention_mask"][0] = 0
    return ins


def hidden_start(ins):
    ins["attention_mask"][:, :2] = 0
    return ins


ROPES = {
    "linear": {"rope_type": "linear", "factor": 2.5},
    "linear-old-name": {"type": "linear", "factor": 3.0},
    "dynamic-within": {"rope_type": "dynamic", "factor": 2.0},
    "yarn-ramp": {"rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 16, "beta_fast": 8.0, "beta_slow": 0.5},
    "yarn-attention": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "attention_factor": 0.7},
    "yarn-mscale": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "mscale": 0.8, "mscale_all_dim": 1.2},
    "yarn-mscale-only": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "mscale": 0.8},
    "yarn-exact": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "truncate": False},
    "yarn-plain": {"rope_type": "yarn", "factor": 2.0},
    "llama3-other": {"rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 3.0,
                     "original_max_position_embeddings": 24},
    "default": {"rope_type": "default"},
}
LONG = {"rope_type": "longrope", "short_factor": [1.0, 1.1, 1.3, 1.7], "long_factor": [1.5, 2.0, 3.0, 5.0]}
ROPES |= {
    "longrope-factor": LONG | {"factor": 4.0},
    "longrope-attention": LONG | {"factor": 4.0, "attention_factor": 1.3},
}
ACTIVATIONS = ["silu", "swish", "gelu", "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_accurate", "gelu_python", "gelu_10",
               "quick_gelu", "relu", "relu2", "relu6", "leaky_relu", "tanh", "sigmoid", "mish", "linear", "laplace"]

for name, rope in ROPES.items():
    llama("llama-rope-" + name, {"rope_scaling": rope})
llama("llama-rope-dynamic-beyond", {"rope_scaling": {"rope_type": "dynamic", "factor": 2.0}, "max_position_embeddings": 10})
llama("llama-rope-longrope-original", {"rope_scaling": LONG, "original_max_position_embeddings": 12, "max_position_embeddings": 48})
llama("llama-rope-longrope-within", {"rope_scaling": LONG, "original_max_position_embeddings": 64})
llama("llama-rope-dynamic-odd", {"rope_scaling": {"type": "dynamic", "factor": 3.5}, "max_position_embeddings": 7, "head_dim": 6})
llama("llama-rope-yarn-theta", {"rope_scaling": ROPES["yarn-ramp"], "rope_theta": 500.0, "head_dim": 20})
llama("llama-forward-yarn", {"head_dim": 16, "max_position_embeddings": 128, "rope_scaling": {
    "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32}}, {"lengths": [60, 41]})
llama("llama-longer-than-positions", {"max_position_embeddings": 8})
for act in ACTIVATIONS:
    llama("llama-act-" + act, {"hidden_act": act}, {"lengths": [6, 3]})
for name, config in {
    "theta-small": {"rope_theta": 77.0}, "theta-large": {"rope_theta": 1e6}, "head-dim-10": {"head_dim": 10}, "head-dim-2": {"head_dim": 2},
    "multi-query": {"num_key_value_heads": 1}, "all-heads": {"num_key_value_heads": 4}, "three-heads": {
        "hidden_size": 36, "num_attention_heads": 3, "num_key_value_heads": 3}, "six-by-three": {
        "hidden_size": 36, "num_attention_heads": 6, "num_key_value_heads": 3, "vocab_size": 131, "intermediate_size": 7},
    "attention-bias": {"attention_bias": True}, "mlp-bias": {"mlp_bias": True}, "both-bias": {"attention_bias": True, "mlp_bias": True},
    "eps": {"rms_norm_eps": 0.01}, "one-layer": {"num_hidden_layers": 1}, "pretraining-tp": {"pretraining_tp": 2},
    "tied-bias": {"tie_word_embeddings": True, "attention_bias": True}, "ends": {"eos_token_id": [2, 5]}, "no-pad": {"pad_token_id": None},
}.items():
    llama("llama-" + name, config)
llama("llama-one-token", inputs={"lengths": [1]})
llama("llama-one-token-rows", inputs={"lengths": [1, 3, 1]})
llama("llama-right", inputs={"lengths": [11, 4, 7], "side": "right"})
llama("llama-holes", edit=holes)
llama("llama-holes-right", inputs={"lengths": [11, 4, 7], "side": "right"}, edit=holes)
llama("llama-hidden-row", edit=hidden_row)
llama("llama-hidden-start", inputs={"lengths": [9]}, edit=hidden_start)

QWEN2 = LLAMA | {"rope_theta": 1e6, "rms_norm_eps": 1e-6, "use_sliding_window": False}
for name, config in {
    "untied": {}, "tied-multi-query": {"tie_word_embeddings": True, "num_key_value_heads": 1}, "gelu": {"hidden_act": "gelu"},
    "yarn": {"rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32}}, "head-dim": {"head_dim": 12},
    "window": {"use_sliding_window": True, "sliding_window": 4, "max_window_layers": 1},
    "window-everywhere": {"use_sliding_window": True, "sliding_window": 3, "max_window_layers": 0, "num_hidden_layers": 3},
    "window-unused": {"use_sliding_window": True, "sliding_window": 4, "max_window_layers": 28},
    "window-wide": {"use_sliding_window": True, "sliding_window": 64, "max_window_layers": 0},
    "window-one": {"use_sliding_window": True, "sliding_window": 1, "max_window_layers": 1},
    "window-off": {"use_sliding_window": False, "sliding_window": 4, "max_window_layers": 0},
    "window-layers": {"use_sliding_window": True, "sliding_window": 5, "num_hidden_layers": 3,
                      "layer_types": ["sliding_attention", "full_attention", "sliding_attention"]},
}.items():
    llama("qwen2-" + name, config, kind="qwen2.forward", base=QWEN2)
llama("qwen2-window-holes", {"use_sliding_window": True, "sliding_window": 4, "max_window_layers": 1}, kind="qwen2.forward", base=QWEN2,
      edit=holes)
llama("qwen2-window-right", {"use_sliding_window": True, "sliding_window": 4, "max_window_layers": 1},
      {"lengths": [4, 13, 9], "side": "right"}, kind="qwen2.forward", base=QWEN2)
llama("qwen2-right", {}, {"lengths": [4, 13, 9], "side": "right"}, kind="qwen2.forward", base=QWEN2)

GPT2 = public("gpt2-forward")["config"]
for name, config in {
    "inner": {"n_layer": 3, "n_head": 2, "n_inner": 50}, "unscaled": {"scale_attn_weights": False},
    "inverse-layer": {"scale_attn_by_inverse_layer_idx": True}, "upcast": {"reorder_and_upcast_attn": True},
    "all-scaling": {"scale_attn_weights": False, "scale_attn_by_inverse_layer_idx": True, "reorder_and_upcast_attn": True},
    "untied": {"tie_word_embeddings": False}, "one-head": {"n_head": 1}, "eps": {"layer_norm_epsilon": 0.01}, "odd": {
        "vocab_size": 97, "n_embd": 30, "n_head": 5, "n_positions": 17}, "one-layer": {"n_layer": 1},
}.items():
    llama("gpt2-" + name, config, {"lengths": [16, 9], "side": "right"}, "gpt2.forward", GPT2)
for act in ACTIVATIONS:
    llama("gpt2-act-" + act, {"activation_function": act}, {"lengths": [6, 3]}, "gpt2.forward", GPT2)
llama("gpt2-positions", {}, {"lengths": [16, 9, 1], "position_ids": True}, "gpt2.forward", GPT2)
llama("gpt2-left", {}, {"lengths": [16, 9, 1]}, "gpt2.forward", GPT2)
llama("gpt2-holes", {}, {"lengths": [16, 9]}, "gpt2.forward", GPT2, edit=holes)
llama("gpt2-full", {"n_positions": 16}, {"lengths": [16, 9]}, "gpt2.forward", GPT2)
llama("gpt2-one-token", {}, {"lengths": [1]}, "gpt2.forward", GPT2)


# ------------------------------------------------------------------------------------ generation

def generate(name, args=None, lengths=(6, 4, 3), config=None, about=None):
    add("generate-" + name, "llama.generate", about=about or f"generate: {name}.", config=GEN | (config or {}),
        inputs={"lengths": list(lengths)}, args={"max_new_tokens": 12} | (args or {}))


for beams in (1, 2, 3, 5, 6):
    b = {"num_beams": beams}
    generate(f"beams{beams}", b)
    generate(f"beams{beams}-repetition", b | {"repetition_penalty": 1.4})
    generate(f"beams{beams}-encouraged", b | {"repetition_penalty": 0.8})
    generate(f"beams{beams}-bigrams", b | {"no_repeat_ngram_size": 2})
    generate(f"beams{beams}-unigrams", b | {"no_repeat_ngram_size": 1})
    generate(f"beams{beams}-min-new", b | {"min_new_tokens": 7})
    generate(f"beams{beams}-min-length", b | {"min_length": 12})
    generate(f"beams{beams}-ends", b | {"eos_token_id": [2, 9, 31]})
    generate(f"beams{beams}-bad", b | {"bad_words_ids": [[7], [11, 12], [20, 21, 22], [33]]})
    generate(f"beams{beams}-suppress", b | {"suppress_tokens": [5, 6, 40], "begin_suppress_tokens": [2, 17, 18]})
    generate(f"beams{beams}-forced-end", b | {"forced_eos_token_id": 2})
    generate(f"beams{beams}-forced-ends", b | {"forced_eos_token_id": [2, 9], "eos_token_id": [2, 9]})
    generate(f"beams{beams}-forced-begin", b | {"forced_bos_token_id": 9}, (1, 1))
    generate(f"beams{beams}-forced-begin-unused", b | {"forced_bos_token_id": 9})
    generate(f"beams{beams}-bias", b | {"sequence_bias": [[[10], 1.5], [[14, 15], 4.0], [[21], -3.0]]})
    generate(f"beams{beams}-renormalized", b | {"renormalize_logits": True, "repetition_penalty": 1.3})
    generate(f"beams{beams}-max-length", b | {"max_length": 14, "max_new_tokens": None})
    generate(f"beams{beams}-many", b | {"repetition_penalty": 1.2, "no_repeat_ngram_size": 3, "min_new_tokens": 4,
                                        "bad_words_ids": [[8], [9, 10]], "suppress_tokens": [30]})
    generate(f"beams{beams}-encoder-penalty", b | {"encoder_repetition_penalty": 1.3})
    generate(f"beams{beams}-encoder-bigrams", b | {"encoder_no_repeat_ngram_size": 2})
    generate(f"beams{beams}-decay", b | {"exponential_decay_length_penalty": [3, 1.2]})
    generate(f"beams{beams}-no-cache", b | {"use_cache": False})
    generate(f"beams{beams}-pad-end", b | {"pad_token_id": 2})
    generate(f"beams{beams}-pad-zero", b | {"pad_token_id": 0})
    generate(f"beams{beams}-pad-zero-ends", b | {"pad_token_id": 0, "eos_token_id": [9, 2]})
    generate(f"beams{beams}-one-new", b | {"max_new_tokens": 1})
    generate(f"beams{beams}-invalid", b | {"remove_invalid_values": True})
    if beams > 1:
        for early in (True, False, "never"):
            for penalty in (-1.0, 0.0, 0.5, 2.0):
                generate(f"beams{beams}-early-{early}-penalty-{penalty}".lower(), b | {"early_stopping": early, "length_penalty": penalty})
        generate(f"beams{beams}-two-results", b | {"num_return_sequences": 2})
        generate(f"beams{beams}-all-results", b | {"num_return_sequences": beams, "early_stopping": True, "length_penalty": 0.3})
generate("beams4-groups", {"num_beams": 4, "num_beam_groups": 2, "diversity_penalty": 0.5})
generate("long-dynamic-rope", {"max_new_tokens": 24}, config={"rope_scaling": {"rope_type": "dynamic", "factor": 2.0}, "max_position_embeddings": 12})
LONG_GEN = {"rope_scaling": LONG, "original_max_position_embeddings": 12}
generate("long-longrope", {"max_new_tokens": 20}, config=LONG_GEN)
generate("beam-longrope", {"max_new_tokens": 20, "num_beams": 3}, config=LONG_GEN)
generate("one-prompt", {}, (5,))
generate("one-prompt-beams", {"num_beams": 3}, (5,))
add("llama-generate-beam3-dynamic-rope", "llama.generate",
    about="Beam search with dynamic rotary scaling, banned words, a shortest length and a forced end.",
    config=GEN | {"num_key_value_heads": 1, "rope_scaling": {"rope_type": "dynamic", "factor": 2.0}, "max_position_embeddings": 12},
    inputs={"lengths": [8, 5]}, args={"max_new_tokens": 20, "num_beams": 3, "length_penalty": 0.0, "early_stopping": True, "min_length": 10,
                                      "bad_words_ids": [[5], [7, 8], [9]], "forced_eos_token_id": 2})


# ------------------------------------------------------------------------------------------- LoRA

def lora(name, settings, config=None):
    base = public("llama-lora")
    add("lora-" + name, "llama.lora", config=base["config"] | (config or {}), inputs=base["inputs"], lora=settings)


QV = {"r": 4, "lora_alpha": 6, "target_modules": ["q_proj", "v_proj"]}
ALL = {"r": 3, "lora_alpha": 5, "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]}
for name, settings in {
    "all": ALL, "all-linear": ALL | {"target_modules": "all-linear"}, "rank1": QV | {"r": 1}, "stabilised": QV | {"use_rslora": True},
    "patterns": QV | {"rank_pattern": {"layers.1.self_attn.q_proj": 2, "v_proj": 5}, "alpha_pattern": {"v_proj": 3}},
    "patterns-overlap": QV | {"rank_pattern": {"layers.0.self_attn.q_proj": 2, "q_proj": 3, "self_attn.q_proj": 6},
                              "alpha_pattern": {"layers.\\d.self_attn.v_proj": 1, "v_proj": 9}},
    "stabilised-patterns": QV | {"use_rslora": True, "rank_pattern": {"q_proj": 7}, "alpha_pattern": {"q_proj": 11}},
    "layers": ALL | {"layers_to_transform": [1]}, "layers-pattern": ALL | {"layers_to_transform": [0], "layers_pattern": "layers"},
    "head": QV | {"target_modules": ["lm_head", "q_proj"]}, "save-head": QV | {"modules_to_save": ["lm_head"]},
    "save-norms": QV | {"modules_to_save": ["input_layernorm", "norm"]}, "save-norm": QV | {"modules_to_save": ["norm"]},
    "save-layer": QV | {"modules_to_save": ["o_proj", "mlp"]}, "embedding": QV | {"target_modules": ["embed_tokens", "q_proj"]},
    "embedding-only": QV | {"target_modules": ["embed_tokens"]}, "dora": QV | {"use_dora": True}, "exclude": ALL | {"exclude_modules": ["q_proj"]},
    "full-names": QV | {"target_modules": ["model.layers.0.self_attn.q_proj", "layers.1.mlp.up_proj"]}, "gaussian": QV | {"init_lora_weights": "gaussian"},
}.items():
    lora(name, settings)
BIASED = {"attention_bias": True, "mlp_bias": True}
lora("bias-none", ALL, BIASED)
lora("bias-all", QV | {"bias": "all"}, BIASED)
lora("bias-only", QV | {"bias": "lora_only"}, BIASED)
lora("lora-bias", QV | {"lora_bias": True}, BIASED)
TIED = {"tie_word_embeddings": True}
lora("dora-all", ALL | {"use_dora": True}, BIASED)
lora("dora-stabilised", QV | {"use_dora": True, "use_rslora": True, "rank_pattern": {"q_proj": 7}})
lora("tied", QV, TIED)
lora("tied-save-embedding", QV | {"modules_to_save": ["embed_tokens"]}, TIED)
lora("tied-save-head", QV | {"modules_to_save": ["lm_head"]}, TIED)
lora("tied-save-both", QV | {"modules_to_save": ["embed_tokens", "lm_head"]}, TIED)
lora("tied-embedding", QV | {"target_modules": ["embed_tokens", "q_proj"]}, TIED)
lora("tied-head", QV | {"target_modules": ["lm_head"]}, TIED)


# ----------------------------------------------------------------------------------------- Mllama

def mllama(name, text=None, vision=None, **inputs):
    c = public("mllama-forward")
    c["config"]["text"] |= text or {}
    c["config"]["vision"] |= vision or {}
    add("mllama-" + name, "mllama.forward", config=c["config"], inputs=c["inputs"] | inputs)


mllama("larger", vision={"image_size": 35, "num_hidden_layers": 4, "intermediate_layers_indices": [1, 2, 3], "vision_output_dim": 64})
mllama("layers", {"cross_attention_layers": [0, 2], "num_hidden_layers": 5, "num_key_value_heads": 4}, {"hidden_act": "quick_gelu", "num_global_layers": 1})
mllama("last-layer", {"cross_attention_layers": [3]})
mllama("all-layers", {"cross_attention_layers": [0, 1, 2, 3]})
mllama("tiles", lengths=[9, 14, 5], images=[[[[2, 2], 4]], [[[1, 3], 3]], [[[4, 1], 4]]])
mllama("two-pictures", lengths=[16, 9], images=[[[[1, 2], 2], [[2, 2], 8]], [[[1, 1], 0]]])
mllama("three-pictures", lengths=[16, 9], images=[[[[1, 2], 2], [[2, 2], 8], [[3, 1], 11]], [[[1, 1], 0], [[1, 4], 5]]])
mllama("row-without", lengths=[10, 7], images=[[[[1, 2], 2]], []])
mllama("first-token", lengths=[10, 7], images=[[[[1, 1], 0]], [[[2, 1], 0]]])
mllama("last-token", lengths=[10, 7], images=[[[[1, 1], 9]], [[[2, 1], 6]]])
mllama("one-row", lengths=[10], images=[[[[2, 2], 3]]])
mllama("tied", {"tie_word_embeddings": True})
mllama("multi-query", {"num_key_value_heads": 1, "hidden_act": "gelu", "rms_norm_eps": 1e-3, "rope_theta": 1000.0})
mllama("no-rope-scaling", {"rope_scaling": None, "rope_theta": 10000.0})
mllama("one-index", vision={"image_size": 20, "patch_size": 4, "intermediate_layers_indices": [0], "vision_output_dim": 32})
mllama("no-index", vision={"intermediate_layers_indices": [], "vision_output_dim": 16})
mllama("order-of-indices", vision={"intermediate_layers_indices": [2, 0], "vision_output_dim": 48})
mllama("few-tiles", vision={"max_num_tiles": 2, "supported_aspect_ratios": [[1, 1], [1, 2], [2, 1]]}, images=[[[[1, 2], 2]], [[[2, 1], 1]]])
mllama("eps", vision={"norm_eps": 0.01, "attention_heads": 4, "num_attention_heads": 4})
mllama("relu", vision={"hidden_act": "relu"})
mllama("odd-patches", vision={"image_size": 22, "patch_size": 5})


# ------------------------------------------------------------------------------- CLIP, T5 and BLIP

def clip(name, config=None, cls="CLIPTextModel", base=SD1_CLIP, edit=None, **inputs):
    add("clip-text-" + name, "clip_text.forward", config=base | (config or {}), args={"class": cls},
        inputs={"lengths": [9, 5, 12], "pad": 127, "width": 14} | inputs, edit=edit)


def end_inside(ins):
    ins["input_ids"][:, 3] = 127
    return ins


def no_end(ins):
    """Neither the end's id nor a single largest id."""
    ins["input_ids"] = ins["input_ids"].clamp(max=100)
    return ins


PROJECTED = "CLIPTextModelWithProjection"
add("clip-text-mask-embeds", "clip_text.forward", about="One layer, an attention mask, token vectors instead of ids, a projection.",
    config=SD2_CLIP | {"num_hidden_layers": 1}, args={"class": PROJECTED},
    inputs={"lengths": [9, 5], "pad": 0, "width": 12, "attention_mask": True, "embeds": True})
for act in ("gelu", "quick_gelu", "relu", "gelu_pytorch_tanh", "silu", "gelu_new"):
    clip("act-" + act, {"hidden_act": act})
clip("one-layer", {"num_hidden_layers": 1})
clip("mask", attention_mask=True)
clip("mask-legacy-pad0", attention_mask=True, pad=0)
clip("mask-holes", attention_mask=True, edit=holes)
clip("no-end", {"eos_token_id": 127}, edit=no_end)
clip("no-end-legacy", edit=no_end)
clip("eos-real", {"eos_token_id": 127})
clip("eos-real-pad0", {"eos_token_id": 127}, pad=0)
clip("eos-inside", {"eos_token_id": 127}, edit=end_inside)
clip("eps", {"layer_norm_eps": 0.01})
clip("heads", {"num_attention_heads": 1, "hidden_size": 30, "intermediate_size": 17})
clip("short", {"max_position_embeddings": 14})
clip("projection-wide", {"projection_dim": 50}, PROJECTED)
clip("projection-eos", {"projection_dim": 7, "eos_token_id": 127}, PROJECTED, pad=0, attention_mask=True)
clip("projection-embeds", {}, PROJECTED, embeds=True)
clip("plain-projection-dim", {"projection_dim": 9})
clip("one-word", lengths=[2, 3], width=3)


def similarity(name, text=None, vision=None, dim=16, **inputs):
    c = public("clip-similarity")
    add("clip-similarity-" + name, "clip.similarity", config={"text": c["config"]["text"] | (text or {}), "vision": c["config"]["vision"] | (
        vision or {}), "projection_dim": dim}, inputs=c["inputs"] | inputs)


similarity("gelu", {"hidden_act": "gelu", "eos_token_id": 2, "num_hidden_layers": 3}, {"hidden_act": "gelu", "image_size": 30, "patch_size": 10}, 12,
           images=3, pad=0)
similarity("odd", {}, {"num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 35, "layer_norm_eps": 1e-3}, 30, lengths=[10], images=1)
similarity("one-patch", {}, {"image_size": 8}, 5, images=1)
similarity("eps", {"layer_norm_eps": 0.01}, {"layer_norm_eps": 0.02, "hidden_act": "relu"}, 8)

T5 = public("t5-encoder")["config"]
for name, config in {
    "relu": {"feed_forward_proj": "relu"}, "gelu": {"feed_forward_proj": "gelu"}, "gated-silu": {"feed_forward_proj": "gated-silu", "num_heads": 5, "d_kv": 8},
    "gated-relu": {"feed_forward_proj": "gated-relu"}, "silu": {"feed_forward_proj": "silu"}, "gated-gelu-new": {"feed_forward_proj": "gated-gelu_new"},
    "buckets32": {"relative_attention_num_buckets": 32, "relative_attention_max_distance": 128}, "buckets6": {
        "relative_attention_num_buckets": 6, "relative_attention_max_distance": 11}, "buckets7": {"relative_attention_num_buckets": 7,
        "relative_attention_max_distance": 15}, "eps": {"layer_norm_epsilon": 0.01}, "wide-heads": {"d_kv": 17, "num_heads": 1}, "one-layer": {"num_layers": 1},
    "tanh": {"feed_forward_proj": "tanh"}, "quick": {"feed_forward_proj": "gated-quick_gelu"},
}.items():
    add("t5-" + name, "t5_encoder.forward", config=T5 | config, inputs={"lengths": [70, 18, 3]})
add("t5-very-long", "t5_encoder.forward", config=T5, inputs={"lengths": [300]})
add("t5-one-token", "t5_encoder.forward", config=T5, inputs={"lengths": [1, 1]})


def blip(name, text=None, vision=None, args=None, **inputs):
    c = public("blip-caption")
    add("blip-" + name, "blip.caption", config={"text": c["config"]["text"] | (text or {}), "vision": c["config"]["vision"] | (vision or {})},
        inputs=c["inputs"] | inputs, args=c["args"] | (args or {}))


blip("heads", {"num_hidden_layers": 3, "num_attention_heads": 2}, {"image_size": 32, "num_attention_heads": 2})
blip("relu", {"hidden_act": "relu", "layer_norm_eps": 1e-5}, {"patch_size": 6, "hidden_act": "quick_gelu"})
blip("wide-text", {"hidden_size": 40, "num_attention_heads": 5, "encoder_hidden_size": 20}, {"hidden_size": 20, "num_attention_heads": 5})
blip("long", {}, {}, {"max_new_tokens": 30}, lengths=[20, 3, 8])
blip("short", {}, {}, {"max_new_tokens": 6}, lengths=[4, 3, 8])
blip("tokens", {"bos_token_id": 50, "sep_token_id": 7, "pad_token_id": 1, "vocab_size": 70})
blip("eps", {"layer_norm_eps": 0.001}, {"layer_norm_eps": 0.01, "hidden_act": "gelu_new"})
blip("untied", {"tie_word_embeddings": False})
blip("one-layer", {"num_hidden_layers": 1}, {"num_hidden_layers": 1})
blip("odd-picture", {}, {"image_size": 27, "patch_size": 8})


# ------------------------------------------------------------------------------- diffusion networks

def unet(name, config=None, base=SD1_UNET, gradient=False, **inputs):
    more = {"args": {"gradient": True}} if gradient else {}
    add("unet-" + name, "unet.forward", config=base | (config or {}), inputs={"batch": 2, "size": (8, 8), "tokens": 7} | inputs, **more)


CROSS_DOWN, CROSS_UP, DOWN, UP = "CrossAttnDownBlock2D", "CrossAttnUpBlock2D", "DownBlock2D", "UpBlock2D"
for name, config in {
    "attention-last": {"down_block_types": (DOWN, DOWN, CROSS_DOWN), "up_block_types": (CROSS_UP, UP, UP)},
    "attention-middle": {"down_block_types": (DOWN, CROSS_DOWN, DOWN), "up_block_types": (UP, CROSS_UP, UP)},
    "attention-nowhere": {"down_block_types": (DOWN,) * 3, "up_block_types": (UP,) * 3},
    "attention-everywhere": {"down_block_types": (CROSS_DOWN,) * 3, "up_block_types": (CROSS_UP,) * 3},
    "attention-one-way": {"down_block_types": (DOWN,) * 3, "up_block_types": (CROSS_UP,) * 3},
    "layers-list": {"layers_per_block": (1, 3, 2)}, "layers3": {"layers_per_block": 3}, "heads-list": {"attention_head_dim": (1, 2, 4)},
    "context-list": {"cross_attention_dim": (20, 12, 8)}, "depths": {"transformer_layers_per_block": (1, 2, 3), "down_block_types": (CROSS_DOWN,) * 3,
                                                                     "up_block_types": (CROSS_UP,) * 3}, "depth2": {"transformer_layers_per_block": 2},
    "depths-reversed": {"transformer_layers_per_block": (1, 2, 3), "reverse_transformer_layers_per_block": (1, 1, 2), "down_block_types": (
        CROSS_DOWN,) * 3, "up_block_types": (CROSS_UP,) * 3},
    "depths-lists": {"transformer_layers_per_block": ((1,), (2,), (1,)), "reverse_transformer_layers_per_block": ((1, 1), (2, 1), (1, 1))},
    "linear": {"use_linear_projection": True}, "only-cross": {"only_cross_attention": True}, "only-cross-list": {"only_cross_attention": (True, False, True)},
    "only-cross-mid": {"only_cross_attention": (True, True, False), "mid_block_only_cross_attention": True}, "upcast": {"upcast_attention": True},
    "groups2": {"norm_num_groups": 2}, "groups8": {"norm_num_groups": 8}, "eps": {"norm_eps": 0.01}, "relu": {"act_fn": "relu"}, "gelu": {"act_fn": "gelu"},
    "mish": {"act_fn": "mish"}, "swish": {"act_fn": "swish"}, "no-mid": {"mid_block_type": None}, "mid-without-attention": {"mid_block_type": "UNetMidBlock2D"},
    "no-flip": {"flip_sin_to_cos": False, "freq_shift": 1}, "shift": {"freq_shift": 1}, "kernels": {"conv_in_kernel": 5, "conv_out_kernel": 1},
    "kernel1": {"conv_in_kernel": 1, "conv_out_kernel": 5}, "time-dim": {"time_embedding_dim": 24}, "time-act": {"time_embedding_act_fn": "gelu"},
    "time-post-act": {"timestep_post_act": "silu"}, "time-cond": {"time_cond_proj_dim": 12}, "fourier": {"time_embedding_type": "fourier", "time_embedding_dim": 16},
    "center": {"center_input_sample": True}, "scale-shift": {"resnet_time_scale_shift": "scale_shift"}, "padding0": {"downsample_padding": 0},
    "dropout": {"dropout": 0.3}, "mid-scale": {"mid_block_scale_factor": 1.7}, "channels": {"in_channels": 9, "out_channels": 3},
    "out-scale": {"resnet_out_scale_factor": 1.4}, "skip-act": {"resnet_skip_time_act": True}, "cross-norm": {"cross_attention_norm": "layer_norm"},
    "concat-classes": {"class_embeddings_concat": True}, "dual": {"dual_cross_attention": True}, "attn-blocks": {
        "down_block_types": ("AttnDownBlock2D", DOWN, DOWN), "up_block_types": (UP, UP, "AttnUpBlock2D")},
    "one-level": {"block_out_channels": (8,), "down_block_types": (CROSS_DOWN,), "up_block_types": (CROSS_UP,)},
    "two-levels": {"block_out_channels": (8, 16), "down_block_types": (CROSS_DOWN, DOWN), "up_block_types": (UP, CROSS_UP)},
    "text-projection": {"encoder_hid_dim": 14}, "class-timestep": {"class_embed_type": "timestep"}, "classes": {"num_class_embeds": 5},
    "added-text": {"addition_embed_type": "text"}, "gated": {"attention_type": "gated"}, "sd2-heads": {"num_attention_heads": 2},
}.items():
    unet(name, config)
for size in ((9, 8), (7, 13), (5, 5), (18, 11), (4, 16)):
    unet(f"size-{size[0]}x{size[1]}", size=size, batch=1)
unet("sd2-size", base=SD2_UNET, size=(7, 9), batch=3, tokens=1)
unet("size-padding0", {"downsample_padding": 0}, size=(7, 10))
for name, config in {"plain": {}, "linear": {"use_linear_projection": True}, "scale-shift": {"resnet_time_scale_shift": "scale_shift"},
                     "only-cross": {"only_cross_attention": True}, "mish": {"act_fn": "mish"}, "no-mid": {"mid_block_type": None},
                     "relu": {"act_fn": "relu", "downsample_padding": 0}}.items():
    unet("gradient-" + name, config, gradient=True)
unet("gradient-odd", SD2_UNET, size=(7, 9), gradient=True)
add("unet-depth-gradient", "unet.forward", about="Several transformer layers, gelu, centred samples: gradient of the text conditioning.",
    config=SD1_UNET | {"act_fn": "gelu", "center_input_sample": True, "transformer_layers_per_block": (2, 1, 3)}, args={"gradient": True},
    inputs={"batch": 2, "size": (8, 8), "tokens": 7})
add("unet-odd-sizes", "unet.forward", about="Four levels on a picture whose sides do not divide by eight.",
    config=UNET | {"block_out_channels": (6, 12, 12, 18), "cross_attention_dim": 10, "attention_head_dim": (1, 2, 3, 6), "layers_per_block": 2,
                   "norm_num_groups": 6, "use_linear_projection": True, "down_block_types": (CROSS_DOWN,) * 3 + (DOWN,),
                   "up_block_types": (UP,) + (CROSS_UP,) * 3}, inputs={"batch": 1, "size": (18, 11), "tokens": 77})

D2, U2 = ("DownEncoderBlock2D",) * 2, ("UpDecoderBlock2D",) * 2
for name, config in {
    "three-levels": {"block_out_channels": (4, 8, 8), "down_block_types": D2 + D2[:1], "up_block_types": U2 + U2[:1]}, "layers2": {"layers_per_block": 2},
    "groups2": {"norm_num_groups": 2}, "no-attention": {"mid_block_add_attention": False}, "no-quant": {"use_quant_conv": False, "use_post_quant_conv": False},
    "half-quant": {"use_quant_conv": False}, "shift": {"shift_factor": 0.3, "scaling_factor": 2.0}, "latents1": {"latent_channels": 1}, "latents16": SD3_VAE,
    "one-level": {"block_out_channels": (8,), "down_block_types": D2[:1], "up_block_types": U2[:1]}, "relu": {"act_fn": "relu"}, "gelu": {"act_fn": "gelu"},
    "mish": {"act_fn": "mish"}, "means": {"latents_mean": [0.1, 0.2, 0.3, 0.4], "latents_std": [1.0, 2.0, 3.0, 4.0]}, "upcast": {"force_upcast": True},
    "attention-blocks": {"down_block_types": ("DownEncoderBlock2D", "AttnDownEncoderBlock2D"), "up_block_types": ("AttnUpDecoderBlock2D", "UpDecoderBlock2D")},
    "gray": {"out_channels": 1},
}.items():
    add("vae-encode-" + name, "vae.encode", config=SD_VAE | config, inputs={"batch": 2, "size": (16, 12)})
    add("vae-decode-" + name, "vae.decode", config=SD_VAE | config, inputs={"batch": 2, "size": (5, 7)})
for size in ((15, 17), (9, 8), (7, 5)):
    add(f"vae-encode-size-{size[0]}x{size[1]}", "vae.encode", config=SD_VAE, inputs={"batch": 1, "size": size})
add("vae-decode-one-pixel", "vae.decode", config=SD_VAE, inputs={"batch": 1, "size": (1, 1)})

for name, config in {
    "dims": {"num_layers": 3, "num_attention_heads": 2, "attention_head_dim": 16, "caption_projection_dim": 32}, "patch1": {"patch_size": 1},
    "dual2": {"qk_norm": "rms_norm", "dual_attention_layers": (0, 1), "num_layers": 3}, "dual-last": {"qk_norm": "rms_norm", "dual_attention_layers": (1,)},
    "dual-plain": {"dual_attention_layers": (0,)}, "positions9": {"pos_embed_max_size": 9}, "channels": {"in_channels": 4, "out_channels": 8},
    "one-layer": {"num_layers": 1}, "one-dual-layer": {"num_layers": 1, "dual_attention_layers": (0,), "qk_norm": "rms_norm"},
    "sample-size": {"sample_size": 6, "pos_embed_max_size": 20}, "layer-norm": {"qk_norm": "layer_norm"}, "fp32-layer-norm": {"qk_norm": "fp32_layer_norm"},
    "no-out-channels": {"out_channels": None}, "text-dims": {"joint_attention_dim": 9, "pooled_projection_dim": 5},
}.items():
    add("mmdit-" + name, "mmdit.forward", config=MMDIT | config, inputs={"batch": 3, "size": (6, 8) if name != "patch1" else (4, 6), "tokens": 4})
add("mmdit-patch3", "mmdit.forward", config=MMDIT | {"patch_size": 3}, inputs={"batch": 1, "size": (6, 9), "tokens": 1})
for size in ((2, 24), (24, 2), (10, 14), (2, 2)):
    add(f"mmdit-size-{size[0]}x{size[1]}", "mmdit.forward", config=MMDIT, inputs={"batch": 1, "size": size, "tokens": 9})

for name, config in {
    "layers2": {"num_layers": 2}, "layers6-bias": {"num_layers": 6, "attention_bias": True}, "layers5": {"num_layers": 5}, "geglu": {"activation_fn": "geglu"},
    "geglu-approximate": {"activation_fn": "geglu-approximate"}, "gelu-approximate": {"activation_fn": "gelu-approximate"}, "pre": {"pre_layer_norm": True},
    "time": {"use_timestep_embedding": True}, "torch-blocks": {"block_type": "none"}, "torch-blocks-pre": {
        "block_type": "none", "pre_layer_norm": True, "use_data_type_embedding": True}, "patch4": {"patch_size": 4}, "patch1": {"patch_size": 1, "sample_size": 4},
    "patch-positions": {"use_patch_pos_embed": True}, "dropout": {"dropout": 0.2}, "no-final-dropout": {"ff_final_dropout": False},
    "channels": {"in_channels": 3, "out_channels": 5}, "heads": {"num_attention_heads": 3, "attention_head_dim": 8}, "text": {"num_text_tokens": 1, "text_dim": 5},
    "upcast": {"upcast_attention": True}, "no-affine": {"norm_elementwise_affine": False}, "groups": {"norm_num_groups": 4}, "types-time": {
        "use_data_type_embedding": True, "use_timestep_embedding": True}, "time-pre": {"use_timestep_embedding": True, "pre_layer_norm": True},
    "swiglu": {"activation_fn": "swiglu"}, "linear-silu": {"activation_fn": "linear-silu"}, "only-cross": {"only_cross_attention": True},
    "square16": {"sample_size": 16},
}.items():
    add("uvit-" + name, "uvit.forward", config=UVIT | config, inputs={"batch": 3})


# -------------------------------------------------------------------------------------- schedulers

CLASSES = {"ddpm": ("scheduler.ddpm", "DDPMScheduler"), "ddim": ("scheduler.ddim", "DDIMScheduler"),
           "dpm": ("scheduler.dpmsolver_multistep", "DPMSolverMultistepScheduler"), "euler": ("scheduler.euler_discrete", "EulerDiscreteScheduler"),
           "flow": ("scheduler.flow_match_euler", "FlowMatchEulerDiscreteScheduler"), "pndm": ("scheduler.pndm", "PNDMScheduler")}
f.KINDS["scheduler.pndm"] = f.KINDS["scheduler.ddim"]


def scheduler(short, name, config=None, **more):
    kind, cls = CLASSES[short]
    base = {} if short == "flow" else SD_BETAS
    args = {"args": more.pop("args")} if "args" in more else {}
    add(f"{short}-{name}", kind, **{"class": cls}, config=base | (config or {}), **args, **more)


SPACINGS, PREDICTIONS = ("linspace", "leading", "trailing"), ("epsilon", "v_prediction", "sample")
for short in ("ddpm", "ddim", "dpm", "euler"):
    for spacing in SPACINGS:
        offset = {"timestep_spacing": spacing, "steps_offset": 1 if spacing == "leading" else 0}
        for prediction in PREDICTIONS:
            c = offset | {"prediction_type": prediction}
            scheduler(short, f"{spacing}-{prediction}", c)
            if short in ("dpm", "euler"):
                scheduler(short, f"{spacing}-{prediction}-karras", c | {"use_karras_sigmas": True})
                scheduler(short, f"{spacing}-{prediction}-exponential", c | {"use_exponential_sigmas": True})
                scheduler(short, f"{spacing}-{prediction}-beta", c | {"use_beta_sigmas": True})
            if short == "dpm":
                scheduler(short, f"{spacing}-{prediction}-lu", c | {"use_lu_lambdas": True})
        for steps in (1, 2, 3, 7, 17, 30, 61):
            scheduler(short, f"{spacing}-steps{steps}", offset, args={"num_inference_steps": steps})
        for steps in (1, 2, 7):
            if short in ("dpm", "euler"):
                scheduler(short, f"{spacing}-karras-steps{steps}", offset | {"use_karras_sigmas": True}, args={"num_inference_steps": steps})
    for name, c in {
        "linear": {"beta_schedule": "linear", "beta_start": 0.0001, "beta_end": 0.02}, "cosine": {"beta_schedule": "squaredcos_cap_v2"},
        "trained": {"trained_betas": [0.001 + 0.0001 * i for i in range(100)], "num_train_timesteps": 100},
        "zero-snr": {"rescale_betas_zero_snr": True, "prediction_type": "v_prediction", "timestep_spacing": "trailing"},
        "zero-snr-epsilon": {"rescale_betas_zero_snr": True}, "zero-snr-leading": {"rescale_betas_zero_snr": True, "timestep_spacing": "leading"},
        "train500": {"num_train_timesteps": 500}, "train30": {"num_train_timesteps": 30}, "offset3": {"timestep_spacing": "leading", "steps_offset": 3},
        "sigmoid": {"beta_schedule": "sigmoid"}, "laplace": {"beta_schedule": "laplace"},
    }.items():
        scheduler(short, name, c)
    scheduler(short, "odd-shape", {}, shape=(3, 3, 5, 7))
    scheduler(short, "given-times", {}, args={"num_inference_steps": None, "set_timesteps": {"timesteps": [900, 701, 500, 333, 2]}})
for short in ("ddpm", "ddim"):
    for name, c in {
        "clip": {"clip_sample": True}, "clip-range": {"clip_sample": True, "clip_sample_range": 0.4}, "no-clip": {"clip_sample": False},
        "threshold": {"thresholding": True, "sample_max_value": 1.5}, "threshold-ratio": {"thresholding": True, "dynamic_thresholding_ratio": 0.8,
                                                                                          "sample_max_value": 3.0},
        "threshold-v": {"thresholding": True, "prediction_type": "v_prediction"}, "clip-v": {"clip_sample": True, "prediction_type": "v_prediction"},
        "clip-sample": {"clip_sample": True, "prediction_type": "sample"},
    }.items():
        scheduler(short, name, c)
for skip in (True, False):
    for spacing in SPACINGS:
        for prediction in ("epsilon", "v_prediction"):
            c = {"timestep_spacing": spacing, "steps_offset": 1 if spacing == "leading" else 0, "prediction_type": prediction, "skip_prk_steps": skip}
            for steps in (1, 2, 4, 5, 10, 17, 50):
                scheduler("pndm", f"{'plms' if skip else 'prk'}-{spacing}-{prediction}-steps{steps}", c, args={"num_inference_steps": steps})
scheduler("pndm", "alpha-one", {"set_alpha_to_one": True, "skip_prk_steps": True})
for variance in ("fixed_small", "fixed_small_log", "fixed_large", "fixed_large_log"):
    scheduler("ddpm", "variance-" + variance, {"variance_type": variance})
for eta in (0.3, 1.0):
    scheduler("ddim", f"eta-{eta}", {}, args={"step": {"eta": eta}})
    scheduler("ddim", f"eta-{eta}-v", {"prediction_type": "v_prediction", "clip_sample": False}, args={"step": {"eta": eta}})
    scheduler("ddim", f"eta-{eta}-zero-snr", {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"},
              args={"step": {"eta": eta}})
scheduler("ddim", "alpha-not-one", {"set_alpha_to_one": False})
scheduler("ddim", "alpha-not-one-trailing", {"set_alpha_to_one": False, "timestep_spacing": "trailing"})
scheduler("ddim", "reuse-clipped", {"clip_sample": True, "clip_sample_range": 0.3}, args={"step": {"use_clipped_model_output": True}})
add("scheduler-ddim-eta-clipped", "scheduler.ddim", about="DDIM with fresh noise, clipped samples and the noise derived from them.",
    **{"class": "DDIMScheduler"}, config={"beta_schedule": "linear", "clip_sample_range": 0.5},
    args={"step": {"eta": 0.5, "use_clipped_model_output": True}, "num_inference_steps": 20})
add("scheduler-ddim-thresholding", "scheduler.ddim", about="DDIM with dynamic thresholding of pictures that are no squares.",
    **{"class": "DDIMScheduler"}, config=SD_BETAS | {"thresholding": True, "sample_max_value": 1.5}, shape=(3, 3, 6, 5), args={"num_inference_steps": 6})
V1 = {"algorithm_type": "dpmsolver", "final_sigmas_type": "sigma_min"}
for name, c in {
    "order1": {"solver_order": 1}, "order3": {"solver_order": 3}, "order3-full": {"solver_order": 3, "lower_order_final": False}, "heun": {"solver_type": "heun"},
    "heun3": {"solver_type": "heun", "solver_order": 3}, "euler-final": {"euler_at_final": True}, "sigma-min": {"final_sigmas_type": "sigma_min"},
    "sigma-min-order3-full": {"final_sigmas_type": "sigma_min", "lower_order_final": False, "solver_order": 3}, "v1": V1, "v1-order3": V1 | {"solver_order": 3},
    "v1-heun": V1 | {"solver_type": "heun"}, "v1-sample": V1 | {"prediction_type": "sample"}, "v1-v": V1 | {"prediction_type": "v_prediction"},
    "v1-threshold": V1 | {"thresholding": True}, "threshold": {"thresholding": True, "sample_max_value": 1.5}, "bh1": {"solver_type": "bh1"},
    "logrho": {"solver_type": "logrho"}, "flow": {"use_flow_sigmas": True, "prediction_type": "flow_prediction", "flow_shift": 3.0},
    "flow-shift1": {"use_flow_sigmas": True, "prediction_type": "flow_prediction"}, "flow-order3": {
        "use_flow_sigmas": True, "prediction_type": "flow_prediction", "solver_order": 3, "flow_shift": 5.0},
    "flow-sigma-min": {"use_flow_sigmas": True, "prediction_type": "flow_prediction", "final_sigmas_type": "sigma_min"},
    "clipped": {"lambda_min_clipped": -5.1, "beta_schedule": "squaredcos_cap_v2"}, "clipped-leading": {
        "lambda_min_clipped": -2.0, "timestep_spacing": "leading", "steps_offset": 1}, "clipped-trailing": {"lambda_min_clipped": -2.0, "timestep_spacing": "trailing"},
    "cosine-karras": {"beta_schedule": "squaredcos_cap_v2", "use_karras_sigmas": True}, "cosine-lu": {"beta_schedule": "squaredcos_cap_v2", "use_lu_lambdas": True},
    "order2-full": {"lower_order_final": False}, "learned": {"variance_type": "learned_range"},
}.items():
    scheduler("dpm", name, c)
    scheduler("dpm", name + "-20", c, args={"num_inference_steps": 20})
for name, c in {
    "log-linear": {"interpolation_type": "log_linear"}, "sigma-min": {"final_sigmas_type": "sigma_min"}, "range": {"use_karras_sigmas": True, "sigma_min": 0.05, "sigma_max": 12.0},
    "range-exponential": {"use_exponential_sigmas": True, "sigma_min": 0.05, "sigma_max": 12.0}, "range-unused": {"sigma_min": 0.05, "sigma_max": 12.0},
    "continuous": {"timestep_type": "continuous", "prediction_type": "v_prediction"}, "continuous-epsilon": {"timestep_type": "continuous"},
    "continuous-edm": {"timestep_type": "continuous", "prediction_type": "v_prediction", "use_karras_sigmas": True, "sigma_min": 0.002, "sigma_max": 700.0},
    "log-linear-leading": {"interpolation_type": "log_linear", "timestep_spacing": "leading"}, "cosine-karras": {"beta_schedule": "squaredcos_cap_v2", "use_karras_sigmas": True},
}.items():
    scheduler("euler", name, c)
scheduler("euler", "given-sigmas", {}, args={"num_inference_steps": None, "set_timesteps": {"sigmas": [14.0, 7.5, 3.0, 1.0, 0.2, 0.0]}})
scheduler("euler", "given-sigmas-karras", {"use_karras_sigmas": True}, args={"num_inference_steps": None, "set_timesteps": {"sigmas": [14.0, 3.0, 0.2, 0.0]}})
scheduler("dpm", "given-times-karras", {"use_karras_sigmas": True}, args={"num_inference_steps": None, "set_timesteps": {"timesteps": [900, 500, 2]}})
for name, c in {
    "shift2": {"shift": 2.0}, "shift-half": {"shift": 0.5}, "terminal": {"shift_terminal": 0.1}, "karras": {"use_karras_sigmas": True}, "terminal-karras": {
        "shift_terminal": 0.1, "use_karras_sigmas": True}, "exponential": {"use_exponential_sigmas": True, "shift": 3.0}, "beta": {"use_beta_sigmas": True},
    "inverted": {"invert_sigmas": True}, "inverted-shift": {"invert_sigmas": True, "shift": 3.0}, "train100": {"num_train_timesteps": 100, "shift": 3.0},
}.items():
    scheduler("flow", name, c)
for steps in (1, 2, 3, 7, 17, 28):
    scheduler("flow", f"steps{steps}", {"shift": 3.0}, args={"num_inference_steps": steps})
DYNAMIC = {"use_dynamic_shifting": True, "base_shift": 0.5, "max_shift": 1.15}
for name, c in {"dynamic": {}, "dynamic-linear": {"time_shift_type": "linear"}, "dynamic-terminal": {"shift_terminal": 0.02}, "dynamic-shift3": {"shift": 3.0},
                "dynamic-karras": {"use_karras_sigmas": True}}.items():
    scheduler("flow", name, DYNAMIC | c, args={"set_timesteps": {"mu": 0.8}})
scheduler("flow", "given-sigmas", {"shift": 3.0}, args={"num_inference_steps": 4, "set_timesteps": {"sigmas": [1.0, 0.6, 0.3, 0.1]}})
scheduler("flow", "given-sigmas-only", {"shift": 3.0}, args={"num_inference_steps": None, "set_timesteps": {"sigmas": [1.0, 0.6, 0.3, 0.1]}})
scheduler("flow", "given-sigmas-dynamic", DYNAMIC, args={"num_inference_steps": 4, "set_timesteps": {"sigmas": [1.0, 0.6, 0.3, 0.1], "mu": 0.6}})
scheduler("flow", "given-times", {"shift": 3.0}, args={"num_inference_steps": 3, "set_timesteps": {"timesteps": [1000.0, 600.0, 200.0]}})
scheduler("flow", "given-both", {"shift": 3.0}, args={"num_inference_steps": 3, "set_timesteps": {"timesteps": [1000.0, 600.0, 200.0], "sigmas": [1.0, 0.6, 0.2]}})
scheduler("flow", "odd-shape", {"shift": 3.0}, shape=(1, 16, 3, 5))


# -------------------------------------------------------------------------------------- tokenizers

MARKERS = ["[IMG]", "[/IMG]", "[IMG][/IMG]", "[IMG] [/IMG]", "a[IMG]b[/IMG]c", "  [IMG]  x", "[IMG", "[img] lower [/img]", "<s>", "</s> x", "<unk>", "<0x41>", "▁x▁",
           "<|endoftext|> a", "<|startoftext|>", "<|begin_of_text|>x", "<|eot_id|>", "<pad> <extra_id_0> x<extra_id_99>", "</w>"]
STRANGE = ["\u00a0nbsp\u2009thin\u200bzero", "a\u0000b", "\ufeffbom", "e\u0301e\u0301", "ﬃ ﬂ", "①②③", "한국어 조합", "ไทย", "مرحبا", "हिन्दी", "𝔘𝔫𝔦", "\u202eabc", "🏳️‍🌈🧑🏽‍🚀",
           "İstanbul ẞ ǅ", "K Å Ω", "x" * 300, " " * 20, "\n\n\n", "\t", "\r", "'s 't 're 'S 'T", "12345678901234", "a1b2c3", "¼ ½ ²", "_under__score_", "é" * 40,
           "ａ　ｂ", "…—–“”‘’", "\u2028line\u2029par", "\x1b[0m", "a  b   c    d", " lead", "trail ", "I'VE I'll I’LL"]
KINDS_OF_TOKENIZERS = {"llama2-normalizer": ("tokenizer.llama2", {"vocab": 500, "style": "normalizer"}), "llama2-metaspace": (
    "tokenizer.llama2", {"vocab": 520, "style": "metaspace"}), "llama3": ("tokenizer.llama3", {"vocab": 500}), "clip": ("tokenizer.clip", {"vocab": 700}),
    "clip-pad": ("tokenizer.clip", {"vocab": 620, "pad_token": "!"}), "t5": ("tokenizer.t5", {"vocab": 350, "style": "t5"}),
    "t5-sd3": ("tokenizer.t5", {"vocab": 300, "style": "sd3", "extra_ids": 10})}
for name, (kind, config) in KINDS_OF_TOKENIZERS.items():
    add(f"tokenizer-{name}-markers", kind, config=config, texts=MARKERS)
    add(f"tokenizer-{name}-strange", kind, config=config, texts=STRANGE)
    add(f"tokenizer-{name}-plain", kind, config=config, args={"add_special_tokens": False})
    for length in (1, 2, 3, 5):
        add(f"tokenizer-{name}-cut{length}", kind, config=config, args={"truncation": True, "max_length": length})
        add(f"tokenizer-{name}-cut{length}-plain", kind, config=config, args={"truncation": True, "max_length": length, "add_special_tokens": False})
    if name.startswith("clip") or name.startswith("t5"):
        for padding in (True, "longest", "max_length"):
            for side in ("left", "right"):
                add(f"tokenizer-{name}-pad-{padding}-{side}".lower(), kind, config=config, args={
                    "padding": padding, "truncation": True, "max_length": 12, "padding_side": side})
        add(f"tokenizer-{name}-pad-multiple", kind, config=config, args={"padding": True, "pad_to_multiple_of": 8})
        add(f"tokenizer-{name}-pad-model", kind, config=config, args={"padding": "max_length", "truncation": True})
        add(f"tokenizer-{name}-only-first", kind, config=config, args={"truncation": "only_first", "max_length": 6})
    add(f"tokenizer-{name}-pairs", kind, config=config, texts=[["a dog", "the beach"], ["It's here", "[IMG] x"]])
    add(f"tokenizer-{name}-empty-string", kind, config=config, texts=["", " ", "  "])


# --------------------------------------------------------------------------------------- pipelines

def pipeline(name, config=None, args=None, base="pipeline-sd"):
    p = public(base)
    c = p["config"]
    for part, change in (config or {}).items():
        c[part] = change if part == "scheduler" else c[part] | change
    add(base.replace("pipeline-", "pipe-") + "-" + name, p["kind"], config=c, args=p["args"] | (args or {}))


def sampler(cls, **config):
    return {"scheduler": {"class": cls, "config": SD_BETAS | config}}


for name, config in {
    "ddim-trailing": sampler("DDIMScheduler", timestep_spacing="trailing", clip_sample=False), "ddim-clipped": sampler("DDIMScheduler", steps_offset=1),
    "dpm": sampler("DPMSolverMultistepScheduler"), "dpm-karras": sampler("DPMSolverMultistepScheduler", use_karras_sigmas=True, timestep_spacing="leading", steps_offset=1),
    "euler": sampler("EulerDiscreteScheduler", timestep_spacing="leading", steps_offset=1), "euler-trailing": sampler(
        "EulerDiscreteScheduler", timestep_spacing="trailing"), "pndm": sampler("PNDMScheduler", skip_prk_steps=True, steps_offset=1),
    "v": sampler("DDIMScheduler", prediction_type="v_prediction", clip_sample=False, steps_offset=1),
    "zero-snr": sampler("DDIMScheduler", prediction_type="v_prediction", clip_sample=False, rescale_betas_zero_snr=True, timestep_spacing="trailing"),
    "dpm-v": sampler("DPMSolverMultistepScheduler", prediction_type="v_prediction", solver_order=2), "gelu-text": {"text_encoder": {"hidden_act": "gelu"}},
    "deep-vae": {"vae": {"block_out_channels": (4, 4, 8), "down_block_types": D2 + D2[:1], "up_block_types": U2 + U2[:1]}},
    "shift-vae": {"vae": {"shift_factor": 0.1, "use_quant_conv": False, "use_post_quant_conv": False}}, "linear-unet": {"unet": {"use_linear_projection": True}},
}.items():
    pipeline(name, config)
ONE = {"prompt": ["a red bicycle"], "negative_prompt": [""]}
pipeline("guidance1", args={"guidance_scale": 1.0})
pipeline("guidance0", args={"guidance_scale": 0.0})
pipeline("guidance-small", args={"guidance_scale": 1.5})
pipeline("one-prompt", args=ONE)
pipeline("three-prompts", args={"prompt": ["a", "", "x " * 100], "negative_prompt": ["", "blurry", "y " * 90]})
pipeline("wide", args=ONE | {"height": 8, "width": 32})
pipeline("one-step", args=ONE | {"num_inference_steps": 1})
pipeline("seven-steps", args=ONE | {"num_inference_steps": 7})
SD3 = {"base": "pipeline-sd3"}
pipeline("guidance1", args={"guidance_scale": 1.0}, **SD3)
pipeline("guidance0", args={"guidance_scale": 0.0}, **SD3)
pipeline("two-prompts", args={"prompt": ["a sleepy cat", "the old bridge at night " * 20], "negative_prompt": ["", "dark"]}, **SD3)
pipeline("long-text", args={"prompt": ["a sleepy cat in the garden " * 12], "max_sequence_length": 77}, **SD3)
pipeline("short-text", args={"max_sequence_length": 4}, **SD3)
pipeline("wide", args={"height": 8, "width": 32, "num_inference_steps": 3}, **SD3)
pipeline("shift1", {"scheduler": {"config": {"shift": 1.0}}}, **SD3)
pipeline("dynamic", {"scheduler": {"config": DYNAMIC | {"base_image_seq_len": 16, "max_image_seq_len": 64}}}, **SD3)
pipeline("dynamic-linear", {"scheduler": {"config": DYNAMIC | {"time_shift_type": "linear"}}}, **SD3)
pipeline("karras", {"scheduler": {"config": {"shift": 3.0, "use_karras_sigmas": True}}}, **SD3)
pipeline("qknorm", {"transformer": {"qk_norm": "rms_norm", "dual_attention_layers": (0,)}}, **SD3)
pipeline("gated-silu", {"text_encoder_3": {"feed_forward_proj": "gated-silu"}}, **SD3)
pipeline("plain-latents", {"vae": {"shift_factor": None, "scaling_factor": 0.5}}, **SD3)

JOINT = [joint.BASE | {"name": "joint-" + n, "about": n.replace("-", " ") + ".", "seed": 20 + i} | c for i, (n, c) in enumerate({
    "left": {"side": "left"}, "one-dialogue": {"lengths": [22], "captions": [6]}, "three-dialogues": {"lengths": [24, 19, 21], "captions": [5, 4, 6]},
    "tau2": {"tau": 2.0, "matrix": "word"}, "alpha0": {"alpha": 0.0}, "alpha10": {"alpha": 10.0, "matrix": "lexical"}, "word-plain": {"matrix": "word", "gumbel": False},
    "lexical-plain": {"matrix": "lexical", "gumbel": False}, "sentence-special": {"special": True}, "lexical-special": {"matrix": "lexical", "special": True},
    "sum": {"pool": "sum", "tau": 0.7}, "grouped": {"llm": joint.LLM | {"num_key_value_heads": 2, "tie_word_embeddings": True}, "matrix": "word"},
    "biased": {"llm": joint.LLM | {"attention_bias": True, "mlp_bias": True, "rope_scaling": LLAMA3_ROPE}},
    "v": {"scheduler": joint.SCHEDULER | {"prediction_type": "v_prediction"}}, "trailing": {"scheduler": joint.SCHEDULER | {"rescale_betas_zero_snr": True}},
    "short-text": {"clip": joint.CLIP | {"max_position_embeddings": 8}}, "gelu-text": {"clip": joint.CLIP | {"hidden_act": "gelu", "num_hidden_layers": 1}},
    "other-sizes": {"llm": joint.LLM | {"vocab_size": 280, "hidden_size": 24}, "clip": joint.CLIP | {"vocab_size": 300, "bos_token_id": 298, "eos_token_id": 299,
                                                                                                   "pad_token_id": 299}},
    "other-pad": {"clip": joint.CLIP | {"pad_token_id": 0}}, "legacy-end": {"clip": joint.CLIP | {"eos_token_id": 2}},
    "larger-picture": {"image": 24, "vae": joint.VAE | {"shift_factor": 0.1}}, "scaling": {"vae": joint.VAE | {"scaling_factor": 0.5, "use_quant_conv": False}},
    "sd2-unet": {"unet": joint.UNET | {"use_linear_projection": True, "attention_head_dim": (1, 2)}}, "linear-betas": {
        "scheduler": joint.SCHEDULER | {"beta_schedule": "linear", "num_train_timesteps": 100}},
}.items())]
OPTIMIZERS = {"joint-step-decay": {"lr": 1e-3, "weight_decay": 0.3, "steps": 3, "betas": [0.8, 0.99], "eps": 1e-6},
              "joint-step-no-decay": {"weight_decay": 0.0, "steps": 1}}
JOINT += [joint.BASE | {"name": n, "about": n.replace("-", " ") + ".", "seed": 60 + i} for i, n in enumerate(OPTIMIZERS)]


# ------------------------------------------------------------ those that the tests run, small ones

SMALL_UNET = SD2_UNET | {"block_out_channels": (4, 8), "cross_attention_dim": 8, "norm_num_groups": 2}
unet("small-middle", {"mid_block_type": "UNetMidBlock2D", "timestep_post_act": "silu", "time_embedding_act_fn": "gelu", "act_fn": "mish"}, SMALL_UNET)
unet("small-no-middle", {"mid_block_type": None}, SMALL_UNET)
unet("small-padding0", {"downsample_padding": 0}, SMALL_UNET, size=(7, 10), batch=1)
add("vae-encode-small-odd", "vae.encode", config=SD_VAE | {"block_out_channels": (4, 4), "norm_num_groups": 2}, inputs={"batch": 1, "size": (15, 17)})
add("uvit-small-swiglu", "uvit.forward", config=UVIT | {"num_layers": 2, "num_attention_heads": 1, "activation_fn": "swiglu"}, inputs={"batch": 2})
lora("tied-save-small", QV | {"modules_to_save": ["embed_tokens", "lm_head"]}, TIED | {"vocab_size": 64})
blip("small-untied", {"tie_word_embeddings": False, "hidden_size": 16, "num_attention_heads": 2, "intermediate_size": 24, "num_hidden_layers": 1,
                      "encoder_hidden_size": 16}, {"hidden_size": 16, "num_attention_heads": 2, "intermediate_size": 24, "num_hidden_layers": 1})
mllama("small-tied", {"tie_word_embeddings": True, "hidden_size": 16, "num_attention_heads": 2, "intermediate_size": 24, "num_hidden_layers": 2,
                      "cross_attention_layers": [1], "vocab_size": 48}, {
    "hidden_size": 8, "num_hidden_layers": 1, "num_global_layers": 1, "intermediate_size": 16, "image_size": 10, "intermediate_layers_indices": [0],
    "vision_output_dim": 16})

KEPT = {
    "clip-text-mask-embeds", "llama-forward-yarn", "llama-generate-beam3-dynamic-rope", "scheduler-ddim-eta-clipped", "scheduler-ddim-thresholding",
    "unet-depth-gradient", "unet-odd-sizes", "gpt2-all-scaling", "llama-rope-longrope-original", "qwen2-window-holes", "lora-bias-all", "lora-embedding",
    "lora-save-norm", "lora-tied-save-small", "lora-dora", "lora-patterns-overlap", "euler-linspace-epsilon-exponential", "euler-given-sigmas", "flow-dynamic",
    "ddpm-given-times", "dpm-linspace-epsilon-beta", "generate-beams2-bias", "generate-beams2-decay", "unet-small-middle", "unet-small-no-middle",
    "unet-small-padding0", "vae-encode-small-odd", "pndm-plms-leading-epsilon-steps10", "pndm-prk-leading-v_prediction-steps5", "uvit-small-swiglu", "blip-small-untied", "mllama-small-tied"}


# ------------------------------------------------------------------------------------------ writing

class Edited:
    """A kind of make_fixtures.py whose inputs a specification may change, and whose generations need only be stable."""

    def __init__(self, case):
        self.case = case

    def __getattr__(self, name):
        return getattr(self.case, name)

    def inputs(self, spec, g, obj):
        args, ins = self.case.inputs(spec, g, obj)
        args = {k: v for k, v in args.items() if v is not None or k == "num_inference_steps"}
        return args, spec["edit"](ins) if spec.get("edit") else ins

    def make(self, spec, g):
        """DoRA has vectors, which LlamaLora.make does not expect: they start as PEFT makes them and are changed a little."""
        if not spec.get("lora", {}).get("use_dora"):
            return self.case.make(spec, g)
        model = f.get_peft_model(f.CausalLM.make(self.case, spec, g), f.LoraConfig(task_type="CAUSAL_LM", **spec["lora"]))
        for name, p in model.named_parameters():
            if "lora_magnitude" in name:
                p.mul_(1 + 0.2 * torch.randn(p.shape, generator=g))
            elif "lora_" in name:
                p.copy_(torch.randn(p.shape, generator=g) * 0.5 / p.shape[1] ** 0.5)
        return model.eval()

    def run(self, obj, args, ins):
        """Vectors are named as in adapter_model.safetensors."""
        outs = self.case.run(obj, args, ins)
        return {k.replace("lora_magnitude_vector.weight", "lora_magnitude_vector"): v for k, v in outs.items()}

    def accept(self, spec, obj, args, ins, outs):
        if "sequences" not in outs:
            return self.case.accept(spec, obj, args, ins, outs)
        exact = f.run_double(self.case, obj, args, ins)
        if exact is not None and not torch.equal(exact["sequences"], outs["sequences"]):
            return False
        for n in range(2):
            g, noisy = f.rng("noise", n), copy.deepcopy(obj)
            for p in noisy.parameters():
                p.mul_(1 + 3e-4 * torch.randn(p.shape, generator=g))
            if not torch.equal(self.case.run(noisy, args, ins)["sequences"], outs["sequences"]):
                return False
        return True


def run_double(case, obj, args, ins, original=f.run_double):
    """As in make_fixtures.py; None for models that cannot be run in float64."""
    try:
        return original(case, obj, args, ins)
    except RuntimeError as e:
        print(f"no float64 run: {e}", file=sys.stderr)
        return None


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--only", default="")
    p.add_argument("--kept", action="store_true", help="only those in src/test/resources/parity")
    a = p.parse_args()
    for noisy in (f.tf.logging, f.diffusers.utils.logging):
        noisy.set_verbosity_error()
        noisy.disable_progress_bar()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    wanted = lambda s: a.only in s["name"] and (not a.kept or s["name"] in KEPT)
    f.run_double = run_double
    f.KINDS.update({name: Edited(case) for name, case in list(f.KINDS.items())})
    refused = []
    with torch.no_grad():
        for s in filter(wanted, CASES):
            try:
                f.write_case(s, 1, a.out)
                if share := f.check_case(a.out / s["name"]):
                    raise AssertionError(f"a reloaded case differs: {share:.3g} of the tolerance")
            except (Exception, SystemExit) as e:
                refused.append(f"{s['name']}: {type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}")
                f.shutil.rmtree(a.out / s["name"], ignore_errors=True)
    usual = joint.OPTIMIZER
    for s in filter(wanted, JOINT):
        joint.OPTIMIZER = usual | OPTIMIZERS.get(s["name"], {})
        joint.write_case(s, a.out)
    print("\n".join(refused), file=sys.stderr)
    print(f"{len(list(a.out.glob('*/case.json')))} cases, {len(refused)} that the reference refuses")


if __name__ == "__main__":
    main()
