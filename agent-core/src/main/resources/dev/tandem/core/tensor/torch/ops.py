class Ops(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def forward(self: __torch__.Ops, x: Tensor) -> Tensor:
    return x
  def bfloat16(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.to(x, 15)
  def float16(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.to(x, 5)
  def float32(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.to(x, 6)
  def is_recorded(self: __torch__.Ops, x: Tensor) -> bool:
    return ops.prim.requires_grad(x)
  def silu(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.silu(x)
  def gelu_tanh(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.gelu(x, approximate="tanh")
  def quick_gelu(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.mul(x, torch.sigmoid(torch.mul(x, 1.702)))
  def attention(self: __torch__.Ops, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return torch.scaled_dot_product_attention(q, k, v)
  def attention_causal(self: __torch__.Ops, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return torch.scaled_dot_product_attention(q, k, v, None, 0., True)
  def attention_masked(self: __torch__.Ops, q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    return torch.scaled_dot_product_attention(q, k, v, mask)
  def repeat_heads(self: __torch__.Ops, x: Tensor, times: Tensor) -> Tensor:
    return torch.repeat_interleave(x, int(times), 1)
  def attention_one_query(self: __torch__.Ops, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    groups = torch.reshape(q, [torch.size(k, 0), torch.size(k, 1), -1, torch.size(q, 3)])
    return torch.reshape(torch.scaled_dot_product_attention(groups, k, v), torch.size(q))
  def attention_one_query_masked(self: __torch__.Ops, q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    groups = torch.reshape(q, [torch.size(k, 0), torch.size(k, 1), -1, torch.size(q, 3)])
    return torch.reshape(torch.scaled_dot_product_attention(groups, k, v, mask), torch.size(q))
  def rms_norm(self: __torch__.Ops, x: Tensor, w: Tensor, eps: Tensor) -> Tensor:
    return torch.rms_norm(x, [torch.size(x, -1)], w, float(eps))
  def layer_norm(self: __torch__.Ops, x: Tensor, w: Tensor, b: Tensor, eps: Tensor) -> Tensor:
    return torch.layer_norm(x, [torch.size(x, -1)], w, b, float(eps))
  def layer_norm_plain(self: __torch__.Ops, x: Tensor, eps: Tensor) -> Tensor:
    return torch.layer_norm(x, [torch.size(x, -1)], None, None, float(eps))
  def group_norm(self: __torch__.Ops, x: Tensor, groups: Tensor, w: Tensor, b: Tensor, eps: Tensor) -> Tensor:
    return torch.group_norm(x, int(groups), w, b, float(eps))
  def group_norm_plain(self: __torch__.Ops, x: Tensor, groups: Tensor, eps: Tensor) -> Tensor:
    return torch.group_norm(x, int(groups), None, None, float(eps))
  def group_norm_silu(self: __torch__.Ops, x: Tensor, groups: Tensor, w: Tensor, b: Tensor, eps: Tensor) -> Tensor:
    return torch.silu(torch.group_norm(x, int(groups), w, b, float(eps)))
  def upsample_nearest(self: __torch__.Ops, x: Tensor, scale: Tensor) -> Tensor:
    s = int(scale)
    return torch.upsample_nearest2d(x, [torch.mul(torch.size(x, 2), s), torch.mul(torch.size(x, 3), s)])
  def pad2d(self: __torch__.Ops, x: Tensor, left: Tensor, right: Tensor, top: Tensor, bottom: Tensor) -> Tensor:
    return torch.constant_pad_nd(x, [int(left), int(right), int(top), int(bottom)], 0)
  def clamp(self: __torch__.Ops, x: Tensor, low: Tensor, high: Tensor) -> Tensor:
    return torch.clamp(x, float(low), float(high))
  def avg_pool2d(self: __torch__.Ops, x: Tensor, kernel: Tensor) -> Tensor:
    k = int(kernel)
    return torch.avg_pool2d(x, [k, k])
  def rotary(self: __torch__.Ops, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    x1, x2, = torch.chunk(x, 2, -1)
    return torch.add(torch.mul(x, cos), torch.mul(torch.cat([torch.neg(x2), x1], -1), sin))
  def cross_entropy(self: __torch__.Ops, x: Tensor, targets: Tensor) -> Tensor:
    return torch.cross_entropy_loss(x, targets)
  def log_sum_exp(self: __torch__.Ops, x: Tensor) -> Tensor:
    out = torch.empty_like(torch.select(x, 1, 0))
    rows = ops.prim.max(1, torch.floordiv(262144, torch.size(x, 1)))
    parts = torch.floordiv(torch.sub(torch.add(torch.size(x, 0), rows), 1), rows)
    for i in range(parts):
      start = torch.mul(i, rows)
      end = torch.add(start, rows)
      _0 = torch.copy_(torch.slice(out, 0, start, end), torch.logsumexp(torch.slice(x, 0, start, end), [1]))
    return out
  def set_scaled_softmax(self: __torch__.Ops, x: Tensor, shift: Tensor, factors: Tensor) -> Tensor:
    rows = ops.prim.max(1, torch.floordiv(262144, torch.size(x, 1)))
    parts = torch.floordiv(torch.sub(torch.add(torch.size(x, 0), rows), 1), rows)
    for i in range(parts):
      start = torch.mul(i, rows)
      end = torch.add(start, rows)
      part = torch.slice(x, 0, start, end)
      _0 = torch.sub_(part, torch.unsqueeze(torch.slice(shift, 0, start, end), 1))
      _1 = torch.mul_(torch.exp_(part), torch.unsqueeze(torch.slice(factors, 0, start, end), 1))
    return x
  def scale_rows(self: __torch__.Ops, x: Tensor, factors: Tensor) -> Tensor:
    return torch.mul_(x, torch.unsqueeze(factors, 1))
  def norm_rows(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.linalg_vector_norm(x, 2, [-1])
  def argmax_rows(self: __torch__.Ops, x: Tensor) -> Tensor:
    n = torch.size(x, 0)
    blocks = torch.floordiv(torch.size(x, 1), 128)
    whole = torch.mul(blocks, 128)
    head = torch.reshape(torch.narrow(x, 1, 0, whole), [n, blocks, 128])
    block = torch.argmax(torch.amax(head, [-1]), 1)
    inside = torch.gather(head, 1, torch.expand(torch.unsqueeze(torch.unsqueeze(block, 1), 2), [n, 1, 128]))
    best = torch.add(torch.mul(block, 128), torch.argmax(torch.squeeze(inside, 1), 1))
    rest = torch.sub(torch.size(x, 1), whole)
    if torch.eq(rest, 0):
      result = best
    else:
      tail = torch.narrow(x, 1, whole, rest)
      last = torch.add(torch.argmax(tail, 1), whole)
      better = torch.gt(torch.amax(tail, [1]), torch.amax(torch.squeeze(inside, 1), [1]))
      result = torch.where(better, last, best)
    return result
  def add_at(self: __torch__.Ops, x: Tensor, indices: Tensor, values: Tensor) -> Tensor:
    return torch.index_add_(torch.view(x, [-1]), 0, indices, values)
  def add_rows_at(self: __torch__.Ops, x: Tensor, indices: Tensor, rows: Tensor) -> Tensor:
    return torch.index_add_(x, 0, indices, rows)
  def index_select(self: __torch__.Ops, x: Tensor, dim: Tensor, indices: Tensor) -> Tensor:
    return torch.index_select(x, int(dim), indices)
  def write_rows(self: __torch__.Ops, x: Tensor, dim: Tensor, start: Tensor, values: Tensor) -> Tensor:
    d = int(dim)
    n = torch.size(values, d)
    _0 = torch.copy_(torch.narrow(x, d, int(start), n), values)
    return torch.narrow(x, d, 0, torch.add(int(start), n))
  def copy_to(self: __torch__.Ops, x: Tensor, values: Tensor) -> Tensor:
    return torch.copy_(x, values)
  def contiguous(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.contiguous(x)
  def channels_last(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.contiguous(x, memory_format=2)
  def adamw(self: __torch__.Ops, p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], steps: List[Tensor], lr: float, beta1: float, beta2: float, weight_decay: float, eps: float) -> Tensor:
    _0 = torch._fused_adamw_(p, g, m, v, annotate(List[Tensor], []), steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=weight_decay, eps=eps, amsgrad=False, maximize=False)
    return steps[0]
  def norm(self: __torch__.Ops, x: List[Tensor]) -> Tensor:
    return torch.linalg_vector_norm(torch.stack(torch._foreach_norm(x, 2)))
  def scale(self: __torch__.Ops, x: List[Tensor], factor: float) -> Tensor:
    _0 = torch._foreach_mul_(x, factor)
    return x[0]
  def lerp(self: __torch__.Ops, x: List[Tensor], values: List[Tensor], weight: float) -> Tensor:
    _0 = torch._foreach_lerp_(x, values, weight)
    return x[0]
  def pack(self: __torch__.Ops, w: Tensor) -> __torch__.torch.classes.quantized.LinearPackedParamsBase:
    return ops.quantized.linear_prepack_fp16(w, None)
  def packed_linear(self: __torch__.Ops, x: Tensor, w: __torch__.torch.classes.quantized.LinearPackedParamsBase) -> Tensor:
    return ops.quantized.linear_dynamic_fp16(x, w)
