"""What pytorch-fid's InceptionV3 says with weights made from sines, for InceptionV3Test.

Needs torch 2.7.1, torchvision 0.22.1 and pytorch-fid 0.3.0. Widths are divided by 16. With --weights FILE, the published weights (.pth) are written as
safetensors for 'tandem evaluate --inception':

    python make_inception.py
    python make_inception.py --weights pt_inception-2015-12-05-6726825d.pth --out inception.safetensors
"""
import argparse
import math
import zlib

import torch
import torchvision.models.inception as tv

DIVISOR = 16


def small():
    """fid_inception_v3 without its download, with small widths."""
    whole = tv.BasicConv2d

    class Small(whole):
        def __init__(self, inputs, outputs, **kwargs):
            super().__init__(inputs if inputs == 3 else inputs // DIVISOR, outputs // DIVISOR, **kwargs)

    tv.BasicConv2d = Small
    import pytorch_fid.inception as fid

    net = tv.Inception3(
        num_classes=1008, aux_logits=False, init_weights=False,
        inception_blocks=[Small, tv.InceptionA, tv.InceptionB, tv.InceptionC, tv.InceptionD, tv.InceptionE, tv.InceptionAux])
    net.Mixed_5b = fid.FIDInceptionA(192, pool_features=32)
    net.Mixed_5c = fid.FIDInceptionA(256, pool_features=64)
    net.Mixed_5d = fid.FIDInceptionA(288, pool_features=64)
    net.Mixed_6b = fid.FIDInceptionC(768, channels_7x7=128)
    net.Mixed_6c = fid.FIDInceptionC(768, channels_7x7=160)
    net.Mixed_6d = fid.FIDInceptionC(768, channels_7x7=160)
    net.Mixed_6e = fid.FIDInceptionC(768, channels_7x7=192)
    net.Mixed_7b = fid.FIDInceptionE_1(1280)
    net.Mixed_7c = fid.FIDInceptionE_2(2048)
    net.fc = torch.nn.Linear(2048 // DIVISOR, 1008)
    return net.eval()


def sines(key, count):
    start = zlib.crc32(key.encode()) % 1000
    return torch.tensor([math.sin(start + i) for i in range(count)], dtype=torch.float64)


def fill(net):
    state = net.state_dict()
    for key, value in state.items():
        if key.endswith("num_batches_tracked"):
            continue
        wave = sines(key, value.numel()).reshape(value.shape)
        if value.dim() > 1:
            wave = wave * math.sqrt(6 / value[0].numel())
        elif key.endswith("running_var"):
            wave = 1 + 0.5 * wave
        elif key.endswith("bn.weight"):
            wave = 1 + 0.1 * wave
        else:
            wave = 0.1 * wave
        state[key] = wave.float()
    net.load_state_dict(state)


def look(net, picture):
    x = torch.nn.functional.interpolate(picture, size=(299, 299), mode="bilinear", align_corners=False)
    x = 2 * x - 1
    for name, layer in net.named_children():
        if name == "avgpool":
            break
        x = layer(x)
    features = x.mean(dim=(2, 3))
    return features, features @ net.fc.weight.T


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weights")
    parser.add_argument("--out")
    args = parser.parse_args()
    if args.weights:
        from safetensors.torch import save_file
        state = torch.load(args.weights, weights_only=True)
        save_file({k: v.contiguous().float() for k, v in state.items() if v.is_floating_point()}, args.out)
        return
    net = small()
    fill(net)
    net.double()  # in float32 the reference itself is off by 0.008 of values up to 135
    w, h = 40, 30
    picture = torch.tensor([[[[(x * 7 + y * 5 + c * 60) % 256 / 255 for x in range(w)] for y in range(h)] for c in range(3)]])
    with torch.no_grad():
        features, logits = look(net, picture.float().double())
    print("features", [round(float(v), 6) for v in features[0, :8]], "sum", float(features.sum()))
    print("logits", [round(float(v), 6) for v in logits[0, :8]], "sum of squares", float(logits.square().sum()))


if __name__ == "__main__":
    main()
