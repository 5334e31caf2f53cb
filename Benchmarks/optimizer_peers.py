"""PyTorch's AdamW and SGD and transformers' Adafactor over as many parameters as
FLEDGE_BENCHMARK=124 swift test -c release --filter OptimizerSpeedTests: optimizer_peers.py MILLIONS THREADS"""

import sys
import time

import torch
from transformers.optimization import Adafactor

millions, threads = float(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
shapes, rest = [], int(millions * 1e6)
total = rest
while rest > 0:
    for shape in [(768, 3072), (3072,), (768, 768), (768,)]:
        if rest > 0:
            count = torch.Size(shape).numel()
            shapes.append(shape if count <= rest else (rest,))
            rest -= min(count, rest)
parameters = [torch.nn.Parameter(torch.zeros(shape)) for shape in shapes]
for parameter in parameters:
    parameter.grad = torch.full_like(parameter, 0.01)


def report(name, bytes_, step):
    for _ in range(2):
        step()
    times = []
    for _ in range(21):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    times.sort()
    rate = total * bytes_ / times[10] / 1e9
    print(f"{name}: {times[10] * 1e6:.0f} µs (least {times[0] * 1e6:.0f}), {bytes_} bytes a parameter, {rate:.1f} GB/s")


def clip():
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)


def clip_and_step(optimizer):
    clip()
    optimizer.step()


print(f"{total} parameters, {threads} threads, torch {torch.__version__}")
report("clip_grad_norm_", 4, clip)
fused = torch.optim.AdamW(parameters, lr=1e-5, weight_decay=0.01, fused=True)
report("AdamW, fused", 28, fused.step)
report("clip_grad_norm_ and AdamW, fused", 32, lambda: clip_and_step(fused))
del fused
report("AdamW, foreach", 28, torch.optim.AdamW(parameters, lr=1e-5, weight_decay=0.01, foreach=True).step)
report("SGD, fused", 20, torch.optim.SGD(parameters, lr=1e-5, momentum=0.9, fused=True).step)
report("Adafactor", 24, Adafactor(parameters, lr=1e-5, relative_step=False).step)
