"""Tiny tokenizers in the older layouts, trained with fixed seeds, and what transformers' fast tokenizers make of tricky texts.
usage: make_tokenizers.py OUT   (OUT/KIND/..., OUT/KIND/expected.json, OUT/texts.json)"""

import base64, io, json, os, random, shutil, sys, warnings

warnings.filterwarnings("ignore")
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
import sentencepiece as spm
from tokenizers import Tokenizer, models, pre_tokenizers, trainers, normalizers, Regex
from transformers import AutoTokenizer

sys.path.insert(0, os.path.dirname(__file__))
from tricky_texts import texts, readable

OUT = sys.argv[1]
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 400
WORDS = "the a dog cat bird horse is on at beach in mountains snow city park runs sleeps jumps red blue little did you see it's don't I'm we've they'll 12 345 2024 café naïve straße 北京 大学 日本 語 한국 hello world please show me photo of and with http www com".split()


def corpus(lines=3000, seed=7):
    rng = random.Random(seed)
    return [" ".join(rng.choice(WORDS) + rng.choice(["", "", "", ",", ".", "!"]) for _ in range(rng.randint(3, 14))) for _ in range(lines)]


def put(kind, name, value):
    os.makedirs(f"{OUT}/{kind}", exist_ok=True)
    path = f"{OUT}/{kind}/{name}"
    if isinstance(value, (dict, list)):
        json.dump(value, open(path, "w", encoding="utf-8"), ensure_ascii=False)
    else:
        open(path, "wb").write(value)


def bytes_bpe(kind, size, pattern=None):
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = (
        pre_tokenizers.ByteLevel(add_prefix_space=False)
        if pattern is None
        else pre_tokenizers.Sequence(
            [pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
        )
    )
    tok.train_from_iterator(
        corpus(), trainers.BpeTrainer(vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    )
    model = json.loads(tok.to_str())["model"]
    return model["vocab"], [" ".join(m) if isinstance(m, list) else m for m in model["merges"]]


def merges_file(merges):
    return ("#version: 0.2\n" + "\n".join(merges) + "\n").encode()


def token(content, **flags):
    return {"content": content, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True, **flags}


def sp(model_type, size, **more):
    out = io.BytesIO()
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus()),
        model_writer=out,
        vocab_size=size,
        model_type=model_type,
        num_threads=1,
        minloglevel=2,
        hard_vocab_limit=False,
        **more,
    )
    return out.getvalue()


def main():
    vocab, merges = bytes_bpe("gpt2", 480)
    vocab["<|endoftext|>"] = len(vocab)
    # as DialoGPT: no tokenizer_config at all
    put("gpt2", "vocab.json", vocab)
    put("gpt2", "merges.txt", merges_file(merges))
    put("gpt2", "config.json", {"model_type": "gpt2"})
    # with added_tokens.json and special_tokens_map.json, the way before transformers 4.34
    put("gpt2-added", "vocab.json", vocab)
    put("gpt2-added", "merges.txt", merges_file(merges))
    put("gpt2-added", "tokenizer_config.json", {"tokenizer_class": "GPT2Tokenizer", "model_max_length": 1024, "add_prefix_space": False})
    put(
        "gpt2-added",
        "special_tokens_map.json",
        {
            "bos_token": "<|endoftext|>",
            "eos_token": "<|endoftext|>",
            "unk_token": "<|endoftext|>",
            "pad_token": "[PAD]",
            "additional_special_tokens": ["[IMG]", "[/IMG]"],
        },
    )
    put(
        "gpt2-added",
        "added_tokens.json",
        {"[PAD]": len(vocab), "[IMG]": len(vocab) + 1, "[/IMG]": len(vocab) + 2, "dog beach": len(vocab) + 3},
    )
    # a blank before the first word, a begin token, stripping added tokens
    put("gpt2-prefix", "vocab.json", vocab)
    put("gpt2-prefix", "merges.txt", merges_file(merges))
    put(
        "gpt2-prefix",
        "tokenizer_config.json",
        {
            "tokenizer_class": "GPT2Tokenizer",
            "add_prefix_space": True,
            "add_bos_token": True,
            "added_tokens_decoder": {
                str(len(vocab) - 1): token("<|endoftext|>", normalized=True),
                str(len(vocab)): token("[IMG]", lstrip=True),
                str(len(vocab) + 1): token("[/IMG]", rstrip=True),
                str(len(vocab) + 2): token("ing", special=False, normalized=True, single_word=True),
            },
            "bos_token": "<|endoftext|>",
            "eos_token": "<|endoftext|>",
        },
    )
    qwen = r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""
    vocab, merges = bytes_bpe("qwen2", 480, qwen)
    n = len(vocab)
    for kind, config in (
        (
            "qwen2",
            {
                "tokenizer_class": "Qwen2Tokenizer",
                "bos_token": None,
                "eos_token": "<|im_end|>",
                "pad_token": "<|endoftext|>",
                "unk_token": None,
                "add_prefix_space": False,
                "additional_special_tokens": ["<|im_start|>", "<|im_end|>"],
                "added_tokens_decoder": {
                    str(n): token("<|endoftext|>"),
                    str(n + 1): token("<|im_start|>"),
                    str(n + 2): token("<|im_end|>"),
                    str(n + 3): token("[IMG]"),
                    str(n + 4): token("[/IMG]", special=False),
                },
            },
        ),
        ("qwen2-bare", None),
    ):
        put(kind, "vocab.json", vocab)
        put(kind, "merges.txt", merges_file(merges))
        if config:
            put(kind, "tokenizer_config.json", config)
        else:
            put(kind, "config.json", {"model_type": "qwen2"})
    llama = sp(
        "bpe",
        420,
        byte_fallback=True,
        character_coverage=0.99,
        normalization_rule_name="identity",
        split_digits=True,
        allow_whitespace_only_pieces=True,
        remove_extra_whitespaces=False,
        unk_surface=" \u2047 ",
        user_defined_symbols=["[/IMG]"],
    )
    roles = {"bos_token": token("<s>"), "eos_token": token("</s>"), "unk_token": token("<unk>")}
    for kind, config, special in (
        (
            "llama",
            {
                "tokenizer_class": "LlamaTokenizer",
                "bos_token": dict(roles["bos_token"], __type="AddedToken"),
                "eos_token": dict(roles["eos_token"], __type="AddedToken"),
                "unk_token": dict(roles["unk_token"], __type="AddedToken"),
                "legacy": True,
                "pad_token": None,
            },
            None,
        ),
        (
            "llama-new",
            {
                "tokenizer_class": "LlamaTokenizer",
                "legacy": False,
                "add_bos_token": True,
                "add_eos_token": True,
                "add_prefix_space": True,
                "pad_token": "<unk>",
                "added_tokens_decoder": {"0": token("<unk>"), "1": token("<s>"), "2": token("</s>"), "420": token("[IMG]")},
            },
            None,
        ),
        (
            "llama-map",
            {"tokenizer_class": "LlamaTokenizer", "legacy": None, "add_bos_token": False},
            {k: dict(v, normalized=True) for k, v in roles.items()} | {"pad_token": "[PAD]"},
        ),
        ("llama-noblank", {"tokenizer_class": "LlamaTokenizerFast", "legacy": False, "add_prefix_space": False}, None),
    ):
        put(kind, "tokenizer.model", llama)
        put(kind, "tokenizer_config.json", config)
        if special:
            put(kind, "special_tokens_map.json", special)
    rules = "".join(
        "%s\t%s\n" % (" ".join("%X" % ord(c) for c in a), " ".join("%X" % ord(c) for c in b))
        for a, b in [
            ("Ａ", "A"),
            ("Ｂ", "B"),
            ("Ｗ", "W"),
            ("１", "1"),
            ("　", " "),
            ("\u00a0", " "),
            ("ﬁ", "fi"),
            ("ﬂ", "fl"),
            ("e\u0301", "é"),
            ("a\u0300", "à"),
            ("\u200b", " "),
            ("\u0001", ""),
            ("…", "..."),
            ("½", "1/2"),
            ("²", "2"),
            ("ß", "ss"),
        ]
    )
    rules_file = os.path.join(OUT, "rules.tsv")
    open(rules_file, "w").write(rules)
    t5 = sp("unigram", 400, normalization_rule_tsv=rules_file, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, character_coverage=0.999)
    for kind, config in (
        (
            "t5",
            {
                "tokenizer_class": "T5Tokenizer",
                "extra_ids": 100,
                "legacy": True,
                "additional_special_tokens": [f"<extra_id_{i}>" for i in range(100)],
                "model_max_length": 512,
            },
        ),
        ("t5-new", {"tokenizer_class": "T5Tokenizer", "extra_ids": 5, "legacy": False}),
        ("t5-bare", None),
    ):
        put(kind, "spiece.model", t5)
        if config:
            put(kind, "tokenizer_config.json", config)
        else:
            put(kind, "config.json", {"model_type": "t5"})
    wp = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    wp.normalizer = normalizers.BertNormalizer()
    wp.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    wp.train_from_iterator(
        corpus(),
        trainers.WordPieceTrainer(vocab_size=330, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False),
    )
    lines = [t for t, _ in sorted(wp.get_vocab().items(), key=lambda e: e[1])]
    for kind, config in (
        ("bert", None),
        (
            "bert-cased",
            {
                "tokenizer_class": "BertTokenizer",
                "do_lower_case": False,
                "strip_accents": True,
                "tokenize_chinese_chars": False,
                "additional_special_tokens": ["[IMG]", "[/IMG]"],
            },
        ),
        (
            "blip",
            {
                "tokenizer_class": "BertTokenizer",
                "do_lower_case": True,
                "do_basic_tokenize": True,
                "never_split": None,
                "added_tokens_decoder": {
                    "0": token("[PAD]"),
                    "1": token("[UNK]"),
                    "2": token("[CLS]"),
                    "3": token("[SEP]"),
                    "4": token("[MASK]"),
                    "330": token("[DEC]"),
                },
                "bos_token": "[DEC]",
            },
        ),
    ):
        put(kind, "vocab.txt", ("\n".join(lines) + "\n").encode())
        if config:
            put(kind, "tokenizer_config.json", config)
        else:
            put(kind, "config.json", {"model_type": "blip"})
    ranks = {}
    back = {c: b for b, c in enumerate(byte_signs())}
    vocab, merges = bytes_bpe("tiktoken", 480, qwen.replace(r"\p{N}|", r"\p{N}{1,3}|"))
    rows = sorted(vocab.items(), key=lambda e: e[1])
    put("tiktoken", "tokenizer.model", "".join(f"{base64.b64encode(bytes(back[c] for c in t)).decode()} {i}\n" for t, i in rows).encode())
    put(
        "tiktoken",
        "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<|begin_of_text|>",
            "eos_token": "<|eot_id|>",
            "added_tokens_decoder": {
                str(len(rows) + i): token(t) for i, t in enumerate(["<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "[IMG]"])
            },
        },
    )
    reference(OUT, COUNT)


def byte_signs():
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    m = bytes_to_unicode()
    return [m[b] for b in range(256)]


def reference(out, count, seed=11, kinds=None, skip=False):
    all_texts = texts(count, seed)
    json.dump(all_texts, open(f"{out}/texts.json", "w"), separators=(",", ":"))
    for kind in sorted(kinds or os.listdir(out)):
        if not os.path.isdir(f"{out}/{kind}") or (skip and os.path.exists(f"{out}/{kind}/expected.json")):
            continue
        tok = AutoTokenizer.from_pretrained(f"{out}/{kind}")
        rows = []
        for t in all_texts:
            row = []
            for special in (True, False):
                e = tok(readable(t), add_special_tokens=special, return_offsets_mapping=True)
                row += [e["input_ids"], [list(o) if o[0] != o[1] else [0, 0] for o in e["offset_mapping"]]]
            rows.append(
                row + [tok._tokenizer.decode(row[0], skip_special_tokens=False), tok._tokenizer.decode(row[0], skip_special_tokens=True)]
            )
        json.dump(rows, open(f"{out}/{kind}/expected.json", "w"), separators=(",", ":"))
        print(kind, type(tok).__name__, len(tok), "unknown" if tok.unk_token is None else tok.unk_token)


if __name__ == "__main__":
    main()
