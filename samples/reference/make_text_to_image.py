"""Makes agent-diffusion/src/test/resources/text-to-image: tiny random Stable Diffusion folders as they are published (file names, dtypes,
tokenizers, schedulers) and what diffusers draws with them.

    python make_text_to_image.py OUT_FOLDER

Each FOLDER has model/ (a diffusers folder), runs.json (arguments of each run) and io.safetensors (N.latents in, N.out latents out,
N.image [B, H, W, 3] for run N). References compute in float32 on the published weights, whatever their type.
"""

import importlib.util, json, shutil, sys
from pathlib import Path
import diffusers, torch, transformers as tf
from safetensors.torch import load_file, save_file

torch.set_num_threads(1)
spec = importlib.util.spec_from_file_location("mf", Path(__file__).with_name("make_fixtures.py"))
mf = importlib.util.module_from_spec(spec)
spec.loader.exec_module(mf)
OUT = Path(sys.argv[1])
D = diffusers
LONG = ("a photo of a golden puppy on the beach at sunset, " * 12).strip()
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000}
TEXT = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
VAE = {
    "block_out_channels": (4, 8),
    "norm_num_groups": 2,
    "layers_per_block": 1,
    "down_block_types": ["DownEncoderBlock2D"] * 2,
    "up_block_types": ["UpDecoderBlock2D"] * 2,
    "sample_size": 16,
}
UNET = {
    "sample_size": 8,
    "block_out_channels": (4, 8),
    "norm_num_groups": 2,
    "layers_per_block": 1,
    "cross_attention_dim": 16,
    "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"],
}
PIPE = mf.KINDS["pipeline.sd"]


def encoder(cls, tok, g, **c):
    return mf.randomize(cls(tf.CLIPTextConfig(vocab_size=len(tok), eos_token_id=2, bos_token_id=0, **(TEXT | c))), g)


def sd(name, g, pad, unet, text, scheduler):
    tok = mf.train_clip({"vocab": 560} | ({"pad_token": pad} if pad else {}), mf.corpus(7), fast=False)
    return D.StableDiffusionPipeline(
        vae=PIPE.vae(VAE, g),
        text_encoder=encoder(tf.CLIPTextModel, tok, g, **text),
        tokenizer=tok,
        unet=mf.randomize(D.UNet2DConditionModel(**(UNET | unet)), g),
        scheduler=scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def sd3(name, g, t5, transformer, scheduler):
    tok1 = mf.train_clip({"vocab": 560}, mf.corpus(7), fast=False)
    tok2 = mf.train_clip({"vocab": 560, "pad_token": "!"}, mf.corpus(7), fast=False)
    proj = tf.CLIPTextModelWithProjection
    tok3 = mf.train_t5({"vocab": 300, "style": "sd3", "extra_ids": 10}, mf.corpus(7)) if t5 else None
    te3 = (
        mf.randomize(
            tf.T5EncoderModel(
                tf.T5Config(vocab_size=len(tok3), d_model=36, d_kv=6, d_ff=32, num_layers=1, num_heads=2, feed_forward_proj="gated-gelu")
            ),
            g,
        )
        if t5
        else None
    )
    return D.StableDiffusion3Pipeline(
        transformer=mf.randomize(
            D.SD3Transformer2DModel(
                **(
                    {
                        "sample_size": 8,
                        "patch_size": 2,
                        "in_channels": 4,
                        "num_layers": 2,
                        "attention_head_dim": 8,
                        "num_attention_heads": 2,
                        "caption_projection_dim": 16,
                        "joint_attention_dim": 36,
                        "pooled_projection_dim": 32,
                        "out_channels": 4,
                        "pos_embed_max_size": 12,
                    }
                    | transformer
                )
            ),
            g,
        ),
        scheduler=D.FlowMatchEulerDiscreteScheduler(**scheduler),
        vae=PIPE.vae(
            VAE
            | {
                "latent_channels": 4,
                "scaling_factor": 1.5305,
                "shift_factor": 0.0609,
                "use_quant_conv": False,
                "use_post_quant_conv": False,
            },
            g,
        ),
        text_encoder=encoder(proj, tok1, g, projection_dim=14),
        tokenizer=tok1,
        text_encoder_2=encoder(proj, tok2, g, projection_dim=18, hidden_act="gelu"),
        tokenizer_2=tok2,
        text_encoder_3=te3,
        tokenizer_3=tok3,
    )


def patch(file, **changes):
    j = json.loads(file.read_text())
    j.update(changes)
    for k in [k for k, v in j.items() if v == "DROP"]:
        del j[k]
    file.write_text(json.dumps(j, indent=2) + "\n")


SCHEDULERS = {"ddim": "DDIMScheduler", "ddpm": "DDPMScheduler", "dpm++": "DPMSolverMultistepScheduler", "euler": "EulerDiscreteScheduler"}


def record(name, folder, cls, runs, load, chosen):
    ios = {}
    for n, r in enumerate(runs):
        p = cls.from_pretrained(folder, torch_dtype=torch.float32, **load)
        p = chosen(p, folder, load, r.get("scheduler"))
        p.set_progress_bar_config(disable=True)
        net = p.unet if hasattr(p, "unet") else p.transformer
        g = mf.rng(name, n)
        x = torch.randn(
            len(r["prompt"]), net.config.in_channels, r["height"] // p.vae_scale_factor, r["width"] // p.vae_scale_factor, generator=g
        )
        kw = {k: r[k] for k in ("prompt", "negative_prompt", "guidance_scale", "num_inference_steps", "height", "width") if k in r}
        with torch.no_grad():
            out = p(**kw, latents=x.clone(), output_type="latent").images
            img = torch.from_numpy(p(**kw, latents=x.clone(), output_type="np").images)
        inside = ((img > 0) & (img < 1)).float().mean().item()
        print(name, n, tuple(out.shape), "std", round(out.std().item(), 3), "inside", round(inside, 3))
        assert inside > 0.8
        ios |= {f"{n}.latents": x, f"{n}.out": out.contiguous(), f"{n}.image": img.contiguous()}
    save_file(ios, folder.parent / "io.safetensors")
    (folder.parent / "runs.json").write_text(json.dumps(runs, indent=1) + "\n")


def replaced(p, folder, load, name):
    """The published way: pipe.scheduler = X.from_config(pipe.scheduler.config)."""
    if name:
        p.scheduler = getattr(D, SCHEDULERS[name]).from_config(p.scheduler.config)
    return p


def constructed(p, folder, load, name):
    if name is None:
        return p
    s = getattr(D, SCHEDULERS[name]).from_pretrained(folder, subfolder="scheduler")
    return type(p).from_pretrained(folder, torch_dtype=torch.float32, scheduler=s, **load)


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    # --- Stable Diffusion 1.5 as published: fp16 variant files, PNDM, a safety checker that is named, old names in the autoencoder
    f = OUT / "sd1" / "model"
    p = sd(
        "sd1",
        mf.rng("sd1"),
        None,
        {"attention_head_dim": 2},
        {"hidden_act": "quick_gelu"},
        D.PNDMScheduler(**BETAS, set_alpha_to_one=False, skip_prk_steps=True, steps_offset=1),
    )
    p.to(torch.float16).save_pretrained(f, variant="fp16")
    patch(
        f / "scheduler/scheduler_config.json",
        clip_sample=False,
        _diffusers_version="0.6.0",
        timestep_spacing="DROP",
        prediction_type="DROP",
    )
    vae = f / "vae/diffusion_pytorch_model.fp16.safetensors"
    old = {".to_q.": ".query.", ".to_k.": ".key.", ".to_v.": ".value.", ".to_out.0.": ".proj_attn."}

    def rename(k):
        for a, b in old.items():
            k = k.replace(a, b) if "mid_block.attentions" in k else k
        return k

    save_file({rename(k): v for k, v in load_file(vae).items()}, vae, {"format": "pt"})
    runs = [
        {
            "prompt": ["a photo of a golden puppy on the beach", "the old bridge, foggy morning"],
            "negative_prompt": ["blurry", "dark, low quality"],
            "guidance_scale": 7.5,
            "num_inference_steps": 4,
            "height": 16,
            "width": 24,
        },
        {
            "prompt": [LONG],
            "negative_prompt": [""],
            "guidance_scale": 4.0,
            "num_inference_steps": 4,
            "height": 16,
            "width": 16,
            "scheduler": "dpm++",
        },
        {"prompt": ["a sleepy cat"], "guidance_scale": 1.0, "num_inference_steps": 5, "height": 24, "width": 16, "scheduler": "euler"},
    ]
    record("sd1", f, D.StableDiffusionPipeline, runs, {"variant": "fp16", "safety_checker": None, "feature_extractor": None}, replaced)
    patch(
        f / "model_index.json",
        safety_checker=["stable_diffusion", "StableDiffusionSafetyChecker"],
        feature_extractor=["transformers", "CLIPImageProcessor"],
        requires_safety_checker=True,
    )
    # --- Stable Diffusion 2.1: bfloat16, the UNet in shards, velocity, linear projections, "!" as padding; steps_offset and clip_sample wrong
    f = OUT / "sd2" / "model"
    p = sd(
        "sd2",
        mf.rng("sd2"),
        "!",
        {"attention_head_dim": [2, 4], "use_linear_projection": True, "upcast_attention": True},
        {"hidden_act": "gelu", "num_hidden_layers": 1},
        D.DDIMScheduler(**BETAS, set_alpha_to_one=False, prediction_type="v_prediction", steps_offset=0, clip_sample=True),
    )
    p.to(torch.bfloat16).save_pretrained(f)
    (f / "unet/diffusion_pytorch_model.safetensors").unlink()
    p.unet.save_pretrained(f / "unet", max_shard_size="20KB")
    patch(f / "scheduler/scheduler_config.json", clip_sample="DROP", steps_offset=0, skip_prk_steps=True)
    base = {
        "prompt": ["a red bicycle near the river"],
        "negative_prompt": ["rainy street"],
        "guidance_scale": 6.0,
        "num_inference_steps": 5,
        "height": 16,
        "width": 24,
    }
    runs = [base, base | {"scheduler": "euler"}, base | {"scheduler": "dpm++"}, base | {"scheduler": "ddim", "guidance_scale": 1.0}]
    record("sd2", f, D.StableDiffusionPipeline, runs, {}, constructed)
    # --- Stable Diffusion 3 without T5
    f = OUT / "sd3" / "model"
    p = sd3("sd3", mf.rng("sd3"), False, {}, {"shift": 3.0})
    p.to(torch.float16).save_pretrained(f)
    runs = [
        {
            "prompt": ["a sleepy cat in the garden", "snowy mountain"],
            "negative_prompt": ["blurry", ""],
            "guidance_scale": 7.0,
            "num_inference_steps": 4,
            "height": 16,
            "width": 24,
        },
        {"prompt": ["a sleepy cat in the garden"], "guidance_scale": 1.0, "num_inference_steps": 3, "height": 16, "width": 16},
    ]
    record("sd3", f, D.StableDiffusion3Pipeline, runs, {"text_encoder_3": None, "tokenizer_3": None}, replaced)
    # --- Stable Diffusion 3.5 medium: T5, dual attention, normalised queries and keys; dynamic shifting
    f = OUT / "sd35" / "model"
    p = sd3(
        "sd35",
        mf.rng("sd35"),
        True,
        {"dual_attention_layers": (0,), "qk_norm": "rms_norm"},
        {
            "shift": 3.0,
            "use_dynamic_shifting": True,
            "base_shift": 0.5,
            "max_shift": 1.16,
            "base_image_seq_len": 16,
            "max_image_seq_len": 64,
        },
    )
    p.to(torch.float16).save_pretrained(f)
    runs = [
        {
            "prompt": ["a sleepy cat in the garden", LONG],
            "negative_prompt": ["blurry", "dark"],
            "guidance_scale": 4.5,
            "num_inference_steps": 4,
            "height": 24,
            "width": 16,
        },
        {"prompt": ["delicious pizza"], "guidance_scale": 1.0, "num_inference_steps": 3, "height": 20, "width": 20},
    ]
    record("sd35", f, D.StableDiffusion3Pipeline, runs, {}, replaced)


main()
