"""GPT-2 small as its makers drew it, 124 million weights, and what its diagnosis takes: prints seconds and megabytes.

Run by itself, as the memory of one process is measured.
"""

import resource
import time

import torch
from torch import nn
from torch.nn import functional

from xavier_lib.frameworks import diagnose


class Block(nn.Module):
    """Attention and a perceptron, each on a branch behind a normalization."""

    def __init__(self, width, heads):
        super().__init__()
        self.ln_1, self.ln_2, self.heads = nn.LayerNorm(width), nn.LayerNorm(width), heads
        self.c_attn, self.c_proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.c_fc, self.c_out = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        packed = self.c_attn(self.ln_1(x)).unflatten(-1, (3, self.heads, -1))
        q, k, v = (packed[:, :, part].transpose(1, 2) for part in range(3))
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.c_proj(mixed.transpose(1, 2).flatten(2))
        return x + self.c_out(functional.gelu(self.c_fc(self.ln_2(x)), approximate="tanh"))


class GPT2(nn.Module):
    """Embeddings of 0.02 tied to the output, and branches whose last layers are scaled by their number, or not."""

    def __init__(self, tokens=50257, places=1024, width=768, heads=12, blocks=12, *, scaled=True):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(tokens, width), nn.Embedding(places, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(blocks))
        self.ln_f, self.head = nn.LayerNorm(width), nn.Linear(width, tokens, bias=False, device="meta")
        self.head.weight = self.wte.weight
        for name, parameter in self.named_parameters():
            if parameter.ndim > 1:
                last = scaled and name.endswith(("c_proj.weight", "c_out.weight"))
                nn.init.normal_(parameter, std=0.02 / (2 * blocks) ** 0.5 if last else 0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def forward(self, ids):
        x = self.wte(ids) + self.wpe(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.head(self.ln_f(x))


def kept_by_autograd(model, ids):
    """Return how many bytes PyTorch keeps for the pass backwards, besides the weights."""
    weights = {parameter.data_ptr() for parameter in model.parameters()}
    kept = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = 0 if storage.data_ptr() in weights else storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = functional.cross_entropy(model(ids).flatten(0, 1), ids.flatten())
    return sum(kept.values()) + 0 * loss.numel()


def peak():
    """Return the most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    torch.manual_seed(0)
    small = torch.arange(64).reshape(4, 16)
    diagnose(GPT2(64, 16, 32, 4, 2), small, small)  # what libraries take at their first use is not the model's
    model, ids = GPT2(), torch.randint(0, 50257, (4, 64))
    before, start, processor = peak(), time.perf_counter(), time.process_time()
    found = diagnose(model, ids, ids)
    seconds, work = time.perf_counter() - start, time.process_time() - processor
    extra = peak() - before
    print(seconds, work, extra / 1e6, kept_by_autograd(model, ids) / 1e6, len(found.findings))
