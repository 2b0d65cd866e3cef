"""Values, gradients and second derivatives of tensor operations, by PyTorch in float64 -> engine_gradients.json.

Run: python test/reference/make_engine_gradients.py   (torch 2.13)

A case is a call of tfjs's namespace: its name, its arguments with {"input": i} in place of tensors, and what PyTorch
gives for the same. With y the results and w random weights, the loss is sum(w*y + y*y/2); `gradients` are its slopes,
`second` the slopes of sum(v * gradients) for random directions v. Tensors are flat lists in tfjs's layouts (NHWC images,
HWIO filters). Numbers have two decimals, so that ties are ties in float32 too. null stands where PyTorch has no number.
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(11)
torch.set_default_dtype(torch.float64)

cases = []


def leaf(*shape, low=-2.0, high=2.0):
    return (torch.rand(shape) * (high - low) + low).round(decimals=2).requires_grad_(True)


def given(values):
    return torch.tensor(values, dtype=torch.float64).requires_grad_(True)


def whole(values):
    return torch.tensor(values, dtype=torch.int32)


def truth(values):
    return torch.tensor(values, dtype=torch.bool)


def pack(t):
    data = [None if math.isnan(n) else float(f"{n:.7g}") for n in t.detach().double().flatten().tolist()]
    kind = {torch.int32: {"dtype": "int32"}, torch.bool: {"dtype": "bool"}}.get(t.dtype, {})
    return {"shape": list(t.shape), "data": data, **kind}


class Call:
    """A call inside the arguments of another."""

    def __init__(self, op, *args):
        self.op, self.args = op, args


def case(op, args, y):
    """`y`: a tensor, or a list of tensors where the operation gives several."""
    inputs = []

    def encode(arg):
        if isinstance(arg, torch.Tensor):
            place = next((i for i, known in enumerate(inputs) if known is arg), None)
            if place is None:
                place = len(inputs)
                inputs.append(arg)
            return {"input": place}
        if isinstance(arg, Call):
            return {"op": arg.op, "args": [encode(a) for a in arg.args]}
        if isinstance(arg, (list, tuple)):
            return [encode(a) for a in arg]
        if isinstance(arg, dict):
            return {"record": {name: encode(a) for name, a in arg.items()}}
        return arg

    encoded = [encode(arg) for arg in args]
    results = list(y) if isinstance(y, (list, tuple)) else [y]
    weights = [torch.rand(r.shape).mul(4).sub(2).round(decimals=2) for r in results]
    loss = sum(((w * r) + r * r / 2).sum() for w, r in zip(weights, results))
    leaves = [t for t in inputs if t.requires_grad]
    zero = lambda grads: [torch.zeros_like(x) if g is None else g for g, x in zip(grads, leaves)]
    slopes = lambda total: (
        zero(torch.autograd.grad(total, leaves, create_graph=True, allow_unused=True))
        if total.requires_grad
        else zero([None] * len(leaves))
    )
    gradients = slopes(loss)
    along = [torch.rand(x.shape).mul(4).sub(2).round(decimals=2) for x in leaves]
    second = slopes(sum((g * v).sum() for g, v in zip(gradients, along)))
    cases.append(
        {
            "op": op,
            "args": encoded,
            "inputs": [{**pack(t), **({"varies": True} if t.requires_grad else {})} for t in inputs],
            "y": [pack(t) for t in results],
            "w": [pack(t) for t in weights],
            "gradients": [pack(t) for t in gradients],
            "along": [pack(t) for t in along],
            "second": [pack(t) for t in second],
        }
    )


nchw = lambda x: x.permute(0, 3, 1, 2)
nhwc = lambda x: x.permute(0, 2, 3, 1)
ncdhw = lambda x: x.permute(0, 4, 1, 2, 3)
ndhwc = lambda x: x.permute(0, 2, 3, 4, 1)

# ---- elementwise, of one tensor; with zeros, corners and large values where the function has them
edge = [-2.5, -1.0, 0.0, 0.4, 1.0, 3.0]
far = [-60.0, -1.3, 0.0, 0.7, 60.0]
for op, f, values in [
    ("abs", torch.abs, edge),
    ("acos", torch.acos, [-0.9, 0.0, 0.3, 0.8]),
    ("acosh", torch.acosh, [1.1, 1.5, 4.0]),
    ("asin", torch.asin, [-0.9, 0.0, 0.3, 0.8]),
    ("asinh", torch.asinh, edge),
    ("atan", torch.atan, edge),
    ("atanh", torch.atanh, [-0.9, 0.0, 0.3, 0.8]),
    ("ceil", torch.ceil, [-2.5, -0.3, 0.4, 1.6]),
    ("clone", torch.clone, edge),
    ("cos", torch.cos, edge),
    ("cosh", torch.cosh, edge),
    ("elu", F.elu, [-2.5, -1.0, -0.2, 0.4, 3.0]),
    ("erf", torch.erf, edge),
    ("exp", torch.exp, edge),
    ("expm1", torch.expm1, edge),
    ("floor", torch.floor, [-2.5, -0.3, 0.4, 1.6]),
    ("log", torch.log, [0.2, 1.0, 5.0]),
    ("log1p", torch.log1p, [-0.5, 0.0, 5.0]),
    ("logSigmoid", F.logsigmoid, far),
    ("neg", torch.neg, edge),
    ("reciprocal", torch.reciprocal, [-2.0, 0.5, 3.0]),
    ("relu", torch.relu, edge),
    ("relu6", F.relu6, [-1.0, 0.0, 2.0, 6.0, 7.0]),
    ("round", torch.round, [-2.6, -0.3, 0.4, 1.6]),
    ("rsqrt", torch.rsqrt, [0.3, 1.0, 4.0]),
    ("selu", F.selu, [-2.5, -1.0, -0.2, 0.4, 3.0]),
    ("sigmoid", torch.sigmoid, far),
    ("sign", torch.sign, edge),
    ("sin", torch.sin, edge),
    ("sinh", torch.sinh, edge),
    ("softplus", lambda x: F.softplus(x, threshold=1e9), [-60.0, -1.3, 0.0, 0.7, 12.0]),
    ("sqrt", torch.sqrt, [0.3, 1.0, 4.0]),
    ("square", torch.square, edge),
    ("tan", torch.tan, [-1.2, 0.0, 0.4, 1.1]),
    ("tanh", torch.tanh, [-1.3, 0.0, 0.7, 12.0]),
]:
    x = given(values)
    case(op, [x], f(x))
x = leaf(2, 3)
case("mul", [x, Call("sigmoid", x)], x * torch.sigmoid(x))
x = given([-3.0, -1.0, 0.2, 2.0, 4.0])
case("clipByValue", [x, -1, 2], torch.clamp(x, -1, 2))
x = given(edge)
case("leakyRelu", [x, 0.3], F.leaky_relu(x, 0.3))
x = given([-2.0, -0.5, 0.5, 2.0])
case("step", [x, 0.3], torch.where(x > 0, 1.0, 0.3) + 0 * x)
case("onesLike", [x], torch.ones_like(x) + 0 * x)
case("zerosLike", [x], torch.zeros_like(x) + 0 * x)
case("ensureShape", [x, [4]], x.clone())
for shape, slope in [([2, 3, 2], [2]), ([2, 3, 2], [3, 1]), ([3, 2], [3, 2]), ([2, 3, 2], [1, 3, 2])]:
    x, a = leaf(*shape), leaf(*slope)
    case("prelu", [x, a], torch.where(x > 0, x, a * x))

# ---- dtypes: whole numbers and truth values carry no slope
x = given([-1.7, 0.2, 2.6])
case("add", [Call("cast", Call("cast", x, "int32"), "float32"), x], torch.trunc(x).detach() + x)
case("add", [Call("cast", Call("cast", x, "bool"), "float32"), x], torch.ones(3) + x)
case("cast", [x, "float32"], x.clone())
case("mul", [Call("cast", Call("greater", x, 0), "float32"), x], (x > 0).double() * x)
for op, f in [
    ("greater", torch.gt),
    ("greaterEqual", torch.ge),
    ("less", torch.lt),
    ("lessEqual", torch.le),
    ("equal", torch.eq),
    ("notEqual", torch.ne),
]:
    a, b = given([[1.0, 2.0, 3.0], [2.0, 2.0, 1.0]]), given([2.0, 2.0, 2.0])
    case("where", [Call(op, a, b), a, Call("square", b)], torch.where(f(a, b), a, b.square()))
    case("where", [Call("logicalNot", Call(op, a, b)), a, 0], torch.where(f(a, b), 0.0, a))
a, b = leaf(2, 3), leaf(2, 3)
both = Call("logicalAnd", Call("greater", a, 0), Call("less", b, 1))
case("where", [both, a, b], torch.where((a > 0) & (b < 1), a, b))
either = Call("logicalOr", Call("greater", a, 0), Call("less", b, 1))
case("where", [either, a, b], torch.where((a > 0) | (b < 1), a, b))
one = Call("logicalXor", Call("greater", a, 0), Call("less", b, 1))
case("where", [one, a, b], torch.where((a > 0) ^ (b < 1), a, b))
finite = lambda op: Call(op, a)
case("where", [finite("isFinite"), a, b], a + 0 * b)
case("where", [finite("isNaN"), a, b], b + 0 * a)
case("where", [finite("isInf"), a, b], b + 0 * a)

# ---- elementwise, of two; broadcasting on either side, on both, from scalars
pairs = [([2, 3], [2, 3]), ([2, 3], [3]), ([3], [2, 3]), ([2, 1], [1, 3]), ([2, 3], []), ([1, 3, 1], [2, 1, 4])]
for op, f, low in [
    ("add", torch.add, -2),
    ("sub", torch.sub, -2),
    ("mul", torch.mul, -2),
    ("div", torch.div, 0.5),
    ("divNoNan", torch.div, 0.5),
    ("maximum", torch.maximum, -2),
    ("minimum", torch.minimum, -2),
    ("squaredDifference", lambda a, b: (a - b) ** 2, -2),
    ("pow", torch.pow, 0.5),
    ("atan2", torch.atan2, -2),
    ("mod", torch.remainder, 0.5),
]:
    for left, right in pairs:
        a, b = leaf(*left, low=low), leaf(*right, low=low)
        case(op, [a, b], f(a, b))
a = given([-3.5, -1.0, 2.5, 7.0])
b = given([2.0, 2.0, -2.0, 3.5])
case("floorDiv", [a, b], torch.floor(a / b) + 0 * a)
a = given([-3.3, -1.0, 2.6, 7.0])
b = given([2.0, 2.0, -2.0, 3.0])
case("mod", [a, b], torch.remainder(a, b))
a, b = given([1.0, 2.0, 3.0]), given([[1.0, 3.0, 2.0], [1.0, 1.0, 3.0]])
case("maximum", [a, b], torch.maximum(a, b))
case("minimum", [a, b], torch.minimum(a, b))
a = given([-1.5, 0.0, 0.0, 2.0])
for power in [1, 2, 3, 0]:
    case("pow", [a, float(power)], a**power)
a, b = given([0.0, 0.0, 2.0]), given([2.0, 1.0, 3.0])
case("pow", [a, b], a**b)
a, b = given([1.0, 2.0, 3.0]), given([2.0, 0.0, 4.0])
case("divNoNan", [a, b], torch.where(b == 0, 0.0, a / torch.where(b == 0, 1.0, b)))
a, b, c = leaf(2, 3), leaf(2, 3), leaf(2, 3)
case("addN", [[a, b, c, a]], a + b + c + a)
case("where", [truth([[True, False, True], [False, False, True]]), a, b], torch.where(truth([[True, False, True], [False, False, True]]), a, b))
for condition, left, right in [([1, 3], [2, 3], [2, 3]), ([2, 1], [3], [2, 1]), ([2, 3], [], [2, 3]), ([2, 3], [3], [])]:
    n = math.prod(condition)
    mask = torch.tensor([i % 2 == 0 for i in range(n)]).reshape(condition)
    a, b = leaf(*left), leaf(*right)
    case("where", [mask, a, b], torch.where(mask, a, b))

# ---- sums along axes
def reduced(x, axis, keep, f):
    axes = list(range(x.dim())) if axis is None else [axis] if isinstance(axis, int) else axis
    return f(x, axes, keep)


def prod(x, axes, keep):
    for axis in sorted([a % x.dim() for a in axes], reverse=True):
        x = x.prod(axis, keepdim=keep)
    return x


reductions = [
    ("sum", lambda x, axes, keep: x.sum(axes, keepdim=keep)),
    ("mean", lambda x, axes, keep: x.mean(axes, keepdim=keep)),
    ("max", lambda x, axes, keep: x.amax(axes, keepdim=keep)),
    ("min", lambda x, axes, keep: x.amin(axes, keepdim=keep)),
    ("prod", prod),
    ("logSumExp", lambda x, axes, keep: x.logsumexp(axes, keepdim=keep)),
    ("euclideanNorm", lambda x, axes, keep: x.square().sum(axes, keepdim=keep).sqrt()),
]
for op, f in reductions:
    for axis, keep in [(None, False), (0, False), (1, True), (-1, False), ([0, 2], False), ([-1, 1], True), ([2, 0], True)]:
        x = leaf(2, 3, 4) if op != "prod" else leaf(2, 3, 3)
        args = [x, axis, keep] if op != "euclideanNorm" else [x, axis, keep]
        case(op, args, reduced(x, axis, keep, f))
for op, f in [("max", torch.amax), ("min", torch.amin)]:
    x = given([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
    case(op, [x, 1], f(x, 1))
    case(op, [x], f(x, [0, 1]))
    case(op, [x, 0, True], f(x, 0, keepdim=True))
x = given([[2.0, 0.0, 3.0], [0.0, 0.0, 4.0], [1.0, 2.0, 3.0]])
case("prod", [x, 1], x.prod(1))
case("prod", [x, 0, True], x.prod(0, keepdim=True))
x = leaf(2, 3, 4)
case("moments", [x, [0, 2]], [x.mean([0, 2]), x.var([0, 2], correction=0)])
x = leaf(2, 3, 4)
case("moments", [x, -1, True], [x.mean(-1, keepdim=True), x.var(-1, correction=0, keepdim=True)])
for axis in [0, 1, 2, -1, -2]:
    for exclusive, backward in [(False, False), (True, False), (False, True), (True, True)]:
        x = leaf(2, 3, 4)
        turn = (lambda t: t.flip(axis)) if backward else (lambda t: t)
        y = turn(x).cumsum(axis)
        case("cumsum", [x, axis, exclusive, backward], turn(y - turn(x) if exclusive else y))
        if axis not in (0, -1):
            continue
        x = given([[0.5, 2.0, 3.0], [1.5, 0.0, 2.0], [2.5, 0.0, 4.0]])
        y = turn(x)
        if exclusive:
            size = list(y.shape)
            size[axis] = 1
            y = torch.cat([torch.ones(size), y.narrow(axis, 0, y.shape[axis] - 1)], axis)
        case("cumprod", [x, axis, exclusive, backward], turn(y.cumprod(axis)))
for op, f in [("softmax", F.softmax), ("logSoftmax", F.log_softmax)]:
    x = leaf(2, 3, 4)
    case(op, [x], f(x, -1))
    x = given([[100.0, 0.0, -100.0], [0.0, 0.0, 0.0]])
    case(op, [x], f(x, -1))
x = leaf(2, 3, 4)
case("logSoftmax", [x, 2], F.log_softmax(x, 2))
for order, axis in [(1, None), (1, 1), (2, None), (2, 0), (2, -1), ("euclidean", None), (math.inf, 1), (-math.inf, 0), ("fro", [0, 1])]:
    x = leaf(3, 4)
    y = {
        1: lambda: x.abs().sum() if axis is None else x.abs().sum(axis),
        2: lambda: x.square().sum().sqrt() if axis is None else x.square().sum(axis).sqrt(),
        "euclidean": lambda: x.square().sum().sqrt(),
        math.inf: lambda: x.abs().amax(axis),
        -math.inf: lambda: x.abs().amin(axis),
        "fro": lambda: x.square().sum(axis).sqrt(),
    }[order]()
    case("norm", [x, {math.inf: "Infinity", -math.inf: "-Infinity"}.get(order, order), axis], y)
for axes, order, f in [
    ([-2, -1], 1, lambda x: x.abs().sum(-2).amax(-1)),
    ([2, 0], 1, lambda x: x.abs().sum(2).amax(0)),
    ([1, 2], math.inf, lambda x: x.abs().sum(2).amax(1)),
    ([0, 2], "fro", lambda x: x.square().sum([0, 2]).sqrt()),
]:
    x = leaf(2, 3, 4)
    case("norm", [x, "Infinity" if order == math.inf else order, axes], f(x))
x = given([[0.0, 0.0], [3.0, 4.0]])
case("norm", [x, 2, 1], torch.linalg.vector_norm(x, dim=1))
for k, ordered in [(1, True), (2, True), (3, True)]:
    x = given([[0.5, 3.0, -1.0, 2.0], [4.0, 1.0, 1.5, 0.0]])
    case("topk", [x, k, ordered], [torch.topk(x, k, dim=-1).values])
x = given([1.0, 5.0, 3.0])
case("topk", [x, 2], [torch.topk(x, 2).values])

# ---- matrix products
for ta, tb in [(False, False), (True, False), (False, True), (True, True)]:
    for left, right in [([], []), ([3], [3]), ([], [3]), ([3], []), ([2, 1], [3]), ([1], [2]), ([2, 3], [1, 3])]:
        a = leaf(*left, *([5, 2] if ta else [2, 5]))
        b = leaf(*right, *([4, 5] if tb else [5, 4]))
        turned = lambda t, turn: t.transpose(-1, -2) if turn else t
        case("matMul", [a, b, ta, tb], turned(a, ta) @ turned(b, tb))
for left, right in [([3], [3]), ([3], [3, 2]), ([2, 3], [3]), ([2, 3], [3, 4])]:
    a, b = leaf(*left), leaf(*right)
    case("dot", [a, b], a @ b)
a, b = leaf(3), leaf(2)
case("outerProduct", [a, b], torch.outer(a, b))
for equation, shapes in [("bij,bjk->bik", [[2, 3, 2], [2, 2, 3]]), ("ij->j", [[2, 3]]), ("i,j->ji", [[3], [2]])]:
    tensors = [leaf(*shape) for shape in shapes]
    case("einsum", [equation, *tensors], torch.einsum(equation, *tensors))
for activation, f in [(None, lambda t: t), ("relu", torch.relu), ("sigmoid", torch.sigmoid), ("elu", F.elu), ("relu6", F.relu6), ("leakyrelu", lambda t: F.leaky_relu(t, 0.2))]:
    a, b, bias = leaf(2, 3), leaf(3, 4), leaf(4)
    options = {"a": a, "b": b, "bias": bias, "transposeA": False, "transposeB": False}
    if activation:
        options["activation"] = activation
    if activation == "leakyrelu":
        options["leakyreluAlpha"] = 0.2
    case("fused.matMul", [options], f(a @ b + bias))
a, b = leaf(3, 2, 3), leaf(3, 4, 3)
case("fused.matMul", [{"a": a, "b": b, "transposeA": False, "transposeB": True}], a @ b.transpose(1, 2))

# ---- shapes
x = leaf(2, 3, 4)
case("reshape", [x, [4, -1]], x.reshape(4, -1))
case("transpose", [x, [2, 0, 1]], x.permute(2, 0, 1))
case("transpose", [x], x.permute(2, 1, 0))
case("expandDims", [x, 1], x.unsqueeze(1))
case("expandDims", [x, -1], x.unsqueeze(-1))
x = leaf(1, 3, 1)
case("squeeze", [x, [0]], x.squeeze(0))
case("squeeze", [x], x.squeeze())
for shape, target in [([3], [2, 3]), ([2, 1], [2, 3]), ([1, 3, 1], [2, 3, 4]), ([], [2, 2]), ([2, 1, 1], [3, 2, 1, 2])]:
    x = leaf(*shape)
    case("broadcastTo", [x, target], x.broadcast_to(target).clone())
for shape, reps in [([3], [2]), ([2, 3], [2, 1]), ([2, 1, 2], [1, 3, 2]), ([1, 2, 1, 2], [2, 1, 2, 1]), ([1, 2, 1, 1, 2], [2, 1, 1, 2, 2])]:
    x = leaf(*shape)
    case("tile", [x, reps], x.repeat(reps))
for axis in [0, 1, -1]:
    a, b = leaf(2, 3), leaf(2, 3)
    case("concat", [[a, b], axis], torch.cat([a, b], axis))
    case("stack", [[a, b, a], axis], torch.stack([a, b, a], axis))
a, b = leaf(2, 1), leaf(2, 4)
case("concat", [[a, b], 1], torch.cat([a, b], 1))
for suffix, shape in [("1d", [3]), ("2d", [2, 3]), ("3d", [2, 1, 3]), ("4d", [1, 2, 1, 3])]:
    a, b = leaf(*shape), leaf(*shape)
    args = [[a, b]] if suffix == "1d" else [[a, b], 0]
    case(f"concat{suffix}", args, torch.cat([a, b], 0))
    begin, size = [0] * (len(shape) - 1) + [1], [1] * (len(shape) - 1) + [2]
    flat = {"1d": lambda: [a, 1, 2]}.get(suffix, lambda: [a, begin, size])()
    case(f"slice{suffix}", flat, a[tuple(slice(s, s + n) for s, n in zip(begin, size))])
    case(f"reverse{suffix}", [a] if suffix == "1d" else [a, [-1]], a.flip(-1))
    around = [[1, 2]] + [[0, 1]] * (len(shape) - 1)
    padding = [n for pair in reversed(around) for n in pair]
    case(f"pad{suffix}", [a, around[0] if suffix == "1d" else around, 0.5], F.pad(a, padding, value=0.5))
for axis, parts in [(0, 2), (1, [1, 3, 2]), (-1, 3), (1, [2, -1])]:
    x = leaf(2, 6, 3)
    sizes = {2: 1, 3: 1}[parts] if isinstance(parts, int) else [n if n >= 0 else 4 for n in parts]
    case("split", [x, parts, axis], list(x.split(sizes, axis)))
for axis in [0, 1, -1]:
    x = leaf(2, 3, 2)
    case("unstack", [x, axis], list(x.unbind(axis)))
x = leaf(3, 4, 2)
case("slice", [x, [1, 0, 1], [2, -1, 1]], x[1:3, :, 1:2])
case("slice", [x, 1], x[1:])
for begin, end, strides, masks, y in [
    ([0, 1, 0], [3, 4, 2], [2, 2, 1], [], lambda x: x[0:3:2, 1:4:2, 0:2]),
    ([2, 3, 1], [0, 0, 0], [-1, -2, -1], [], lambda x: x.flip(0, 1, 2)[0:2, 0:3:2, 0:1]),
    ([0, 1, 0], [0, 3, 2], [1, 1, 1], [1, 1], lambda x: x[:, 1:3]),
    ([1, 0, 0], [2, 4, 2], [1, 1, 1], [0, 0, 0, 0, 1], lambda x: x[1]),
    ([-2, -3, 0], [3, -1, 2], [1, 1, 1], [], lambda x: x[-2:, -3:-1]),
]:
    x = leaf(3, 4, 2)
    case("stridedSlice", [x, begin, end, strides, *masks], y(x))
x = leaf(3, 4)
for axes in [0, [1], [0, 2], [-1]]:
    x = leaf(2, 3, 2)
    case("reverse", [x, axes], x.flip(axes))
x = leaf(2, 3)
case("reverse", [x], x.flip([0, 1]))
case("pad", [x, [[1, 0], [2, 1]], 3], F.pad(x, [2, 1, 1, 0], value=3))


def reflected(n, before, after, mode):
    period = lambda i: i
    places = []
    for i in range(-before, n + after):
        if mode == "reflect":
            j = -i if i < 0 else i
            j = 2 * (n - 1) - j if j >= n else j
        else:
            j = -i - 1 if i < 0 else i
            j = 2 * n - 1 - j if j >= n else j
        places.append(j)
    return places


for mode in ["reflect", "symmetric"]:
    for shape, around in [([4], [[2, 1]]), ([3, 4], [[1, 2], [2, 0]]), ([3, 3], [[0, 0], [2, 2]]), ([2, 3, 2], [[1, 1], [2, 2], [0, 1]]), ([1, 3, 4, 2], [[0, 0], [2, 1], [0, 3], [0, 0]])]:
        x = leaf(*shape)
        y = x
        for axis, (before, after) in enumerate(around):
            y = y.index_select(axis, torch.tensor(reflected(shape[axis], before, after, mode)))
        case("mirrorPad", [x, around, mode], y)
for block, crops in [([2, 2], [[0, 0], [0, 0]]), ([2, 2], [[0, 1], [1, 0]]), ([1, 2], [[1, 0], [0, 1]])]:
    n = math.prod(block)
    x = leaf(n * 2, 2, 3, 2)
    y = x.reshape(*block, 2, 2, 3, 2).permute(2, 3, 0, 4, 1, 5).reshape(2, 2 * block[0], 3 * block[1], 2)
    (t, b), (l, r) = crops
    y = y[:, t : y.shape[1] - b, l : y.shape[2] - r]
    case("batchToSpaceND", [x, block, crops], y)
    rows, columns = 4 - t - b, 4 - l - r
    x = leaf(1, rows, columns, 2)
    y = F.pad(x, [0, 0, l, r, t, b]).reshape(1, 4 // block[0], block[0], 4 // block[1], block[1], 2)
    case("spaceToBatchND", [x, block, crops], y.permute(2, 4, 0, 1, 3, 5).reshape(n, 4 // block[0], 4 // block[1], 2))
for block, channels in [(2, 4), (2, 8), (3, 9)]:
    x = leaf(2, 2, 3, channels)
    y = x.reshape(2, 2, 3, block, block, -1).permute(0, 1, 3, 2, 4, 5)
    case("depthToSpace", [x, block], y.reshape(2, 2 * block, 3 * block, -1))
a, b = leaf(3), leaf(2)
case("meshgrid", [a, b], list(torch.meshgrid(a, b, indexing="xy")))
case("meshgrid", [a, b, {"indexing": "ij"}], list(torch.meshgrid(a, b, indexing="ij")))
x = leaf(3)
case("diag", [x], torch.diag(x))
x = leaf(4, 5)
for low, high in [(1, 2), (-1, 0), (0, -1)]:
    keep = torch.ones(4, 5)
    keep = keep if low < 0 else keep.triu(-low)
    keep = keep if high < 0 else keep.tril(high)
    case("linalg.bandPart", [x, low, high], x * keep)

# ---- picking and placing
for axis, indices in [(0, [2, 0, 2]), (1, [1, 1, 0, 3]), (-1, [0, 1, 1]), (2, [1])]:
    x = leaf(3, 4, 2)
    case("gather", [x, whole(indices), axis], x.index_select(axis, torch.tensor(indices)))
x = leaf(4, 2)
indices = [[1, 3], [0, 1]]
case("gather", [x, whole(indices)], x[torch.tensor(indices)])
case("gather", [x, whole([[1, 0], [1, 1]]), 1], x[:, torch.tensor([[1, 0], [1, 1]])])
x, indices = leaf(2, 4), [[1, 3, 1], [0, 0, 2]]
case("gather", [x, whole(indices), 1, 1], x.gather(1, torch.tensor(indices)))
x = leaf(2, 4, 3)
case("gather", [x, whole(indices), 1, 1], torch.stack([x[i][torch.tensor(indices[i])] for i in range(2)]))
x = leaf(2, 2, 3)
case("gather", [x, whole([[1, 0], [2, 2]]), 2, 1], torch.stack([x[i][:, torch.tensor(row)] for i, row in enumerate([[1, 0], [2, 2]])]))
indices = [[[1, 0], [2, 2]], [[0, 0], [1, 2]]]
x = leaf(2, 2, 3)
case("gather", [x, whole(indices), 2, 2], x.gather(2, torch.tensor(indices)))
x = leaf(3, 4, 2)
for indices in [[[0, 1], [2, 3], [0, 1]], [[1], [1], [0]], [[[0, 0, 1]], [[2, 1, 0]]]]:
    place = torch.tensor(indices)
    case("gatherND", [x, whole(indices)], x[tuple(place.unbind(-1))])
x = leaf(3, 2)
for indices, shape in [([[1], [0], [1]], [4, 2])]:
    y = torch.zeros(shape).index_add(0, torch.tensor(indices)[:, 0], x)
    case("scatterND", [whole(indices), x, shape], y)
x = leaf(3)
case("scatterND", [whole([[0, 1], [1, 2], [0, 1]]), x, [2, 3]], torch.zeros(2, 3).index_put((torch.tensor([0, 1, 0]), torch.tensor([1, 2, 1])), x, accumulate=True))
x, u = leaf(4, 2), leaf(2, 2)
case("tensorScatterUpdate", [x, whole([[1], [3]]), u], x.index_copy(0, torch.tensor([1, 3]), u))
v, d = leaf(2), leaf()
case("sparseToDense", [whole([1, 3]), v, [5], d], d.expand(5).index_copy(0, torch.tensor([1, 3]), v))
x = leaf(4, 2)
case("unsortedSegmentSum", [x, whole([2, 0, 2, 1]), 3], torch.zeros(3, 2).index_add(0, torch.tensor([2, 0, 2, 1]), x))

# ---- convolutions
def padding_of(size, filter, stride, dilation, pad):
    """TensorFlow's padding before and after one axis."""
    reach = (filter - 1) * dilation + 1
    if pad == "valid":
        return 0, 0
    if pad == "same":
        total = max((math.ceil(size / stride) - 1) * stride + reach - size, 0)
        return total // 2, total - total // 2
    return pad if isinstance(pad, tuple) else (pad, pad)


def around(sizes, filters, strides, dilations, pads):
    per = [padding_of(*each) for each in zip(sizes, filters, strides, dilations, pads)]
    return [n for before, after in reversed(per) for n in (before, after)]


def conv(x, w, strides, dilations, pads, groups=1):
    """x [N, C, …], w [O, I, …]."""
    f = {3: F.conv1d, 4: F.conv2d, 5: F.conv3d}[x.dim()]
    padded = F.pad(x, around(x.shape[2:], w.shape[2:], strides, dilations, pads))
    return f(padded, w, stride=strides, dilation=dilations, groups=groups)


options2d = [
    ([1, 1], [1, 1], "same"),
    ([1, 1], [1, 1], "valid"),
    ([2, 2], [1, 1], "same"),
    ([2, 2], [1, 1], "valid"),
    ([2, 1], [1, 1], 1),
    ([1, 1], [2, 2], "same"),
    ([1, 1], [2, 2], "valid"),
    ([1, 1], [1, 2], "same"),
    ([1, 1], [2, 1], 1),
    ([1, 1], [1, 1], [(0, 0), (1, 0), (0, 1), (0, 0)]),
    ([2, 1], [1, 1], [(0, 0), (1, 2), (2, 0), (0, 0)]),
]
oihw = lambda w: w.permute(3, 2, 0, 1)
for strides, dilations, pad in options2d:
    pads = [pad[1], pad[2]] if isinstance(pad, list) else [pad, pad]
    for size in [[3, 3], [2, 1]] if strides == [2, 2] or dilations == [2, 2] else [[3, 2]]:
        x, w = leaf(2, 5, 6, 2), leaf(*size, 2, 3)
        case("conv2d", [x, w, strides, pad, "NHWC", dilations], nhwc(conv(nchw(x), oihw(w), strides, dilations, pads)))
        x, w = leaf(1, 5, 6, 2), leaf(*size, 2, 2)
        if isinstance(pad, list):
            continue
        y = conv(nchw(x), w.permute(2, 3, 0, 1).reshape(4, 1, *size), strides, dilations, pads, groups=2)
        case("depthwiseConv2d", [x, w, strides, pad, "NHWC", dilations], nhwc(y))
for strides, dilations in [([2, 2], [1, 1]), ([1, 1], [2, 2])]:
    x, d, p = leaf(1, 5, 5, 2), leaf(3, 3, 2, 2), leaf(1, 1, 4, 3)
    y = conv(nchw(x), d.permute(2, 3, 0, 1).reshape(4, 1, 3, 3), strides, dilations, ["same", "same"], groups=2)
    case("separableConv2d", [x, d, p, strides, "same", dilations], nhwc(F.conv2d(y, oihw(p))))
x, w = leaf(5, 6, 2), leaf(3, 3, 2, 2)
case("conv2d", [x, w, 1, "same"], nhwc(conv(nchw(x.unsqueeze(0)), oihw(w), [1, 1], [1, 1], ["same", "same"])).squeeze(0))
x, w = leaf(1, 4, 4, 4), leaf(3, 2, 4, 2)
for strides, pad, dilations in [([1, 1], "same", [1, 1]), ([1, 2], 1, [1, 1]), ([2, 2], "valid", [1, 1]), ([1, 1], 1, [1, 2])]:
    case("conv2d", [x, w, strides, pad, "NCHW", dilations], conv(x, oihw(w), strides, dilations, [pad] * 2))


def rounded_up(n, size, stride, pad):
    """Padding with which the last window counts, although it lies partly outside."""
    steps = math.ceil((n + 2 * pad - size) / stride)
    return pad, steps * stride + size - n - pad


for stride, pad in [(2, 0), (2, 1)]:
    x, w = leaf(1, 5, 6, 2), leaf(2, 3, 2, 2)
    ends = [rounded_up(5, 2, stride, pad), rounded_up(6, 3, stride, pad)]
    case("conv2d", [x, w, stride, pad, "NHWC", 1, "ceil"], nhwc(conv(nchw(x), oihw(w), [stride] * 2, [1, 1], ends)))
for stride, dilation, pad in [(1, 1, "same"), (2, 1, "valid"), (2, 1, "same"), (1, 2, "same"), (1, 3, "valid")]:
    x, w = leaf(2, 8, 2), leaf(3, 2, 3)
    y = conv(x.permute(0, 2, 1), w.permute(2, 1, 0), [stride], [dilation], [pad])
    case("conv1d", [x, w, stride, pad, "NWC", dilation], y.permute(0, 2, 1))
for strides, pad in [([1, 1, 1], "same"), ([1, 1, 1], "valid"), ([2, 1, 2], "same")]:
    x, w = leaf(1, 3, 4, 3, 2), leaf(2, 3, 2, 2, 2)
    y = conv(ncdhw(x), w.permute(4, 3, 0, 1, 2), strides, [1, 1, 1], [pad] * 3)
    case("conv3d", [x, w, strides, pad], ndhwc(y))


def transposed(x, w, output, strides, pad, swap):
    """The adjoint of conv, by differentiating it."""
    rank = len(strides)
    zero = torch.zeros(x.shape[0], w.shape[1], *output, requires_grad=True)
    y = conv(zero, w, strides, [1] * rank, [pad] * rank)
    return torch.autograd.grad(y, zero, x, create_graph=True)[0]


for strides, pad, output in [([1, 1], "same", [4, 3]), ([2, 2], "same", [7, 6]), ([2, 1], "valid", [9, 5])]:
    x, w = leaf(2, 4, 3, 2), leaf(3, 3, 3, 2)
    y = nhwc(transposed(nchw(x), w.permute(3, 2, 0, 1), output, strides, pad, None))
    case("conv2dTranspose", [x, w, [2, *output, 3], strides, pad], y)
x, w = leaf(1, 2, 2, 2, 2), leaf(2, 2, 2, 1, 2)
y = transposed(ncdhw(x), w.permute(4, 3, 0, 1, 2), [4, 4, 4], [2, 2, 2], "same", None)
case("conv3dTranspose", [x, w, [1, 4, 4, 4, 1], [2, 2, 2], "same"], ndhwc(y))
for activation, f in [(None, lambda t: t), ("relu", torch.relu), ("sigmoid", torch.sigmoid)]:
    x, w, bias = leaf(1, 4, 5, 2), leaf(3, 3, 2, 3), leaf(3)
    options = {"x": x, "filter": w, "strides": 1, "pad": "same", "bias": bias}
    if activation:
        options["activation"] = activation
    y = nhwc(conv(nchw(x), oihw(w), [1, 1], [1, 1], ["same"] * 2))
    case("fused.conv2d", [options], f(y + bias))
    x, w, bias = leaf(1, 4, 5, 2), leaf(3, 3, 2, 2), leaf(4)
    options = {**options, "x": x, "filter": w, "bias": bias}
    y = nhwc(conv(nchw(x), w.permute(2, 3, 0, 1).reshape(4, 1, 3, 3), [1, 1], [1, 1], ["same"] * 2, groups=2))
    case("fused.depthwiseConv2d", [options], f(y + bias))

# ---- pooling: 'same' counts only what is inside
def pooled(x, size, strides, pad, kind, dilations=None):
    rank = len(size)
    dilations = dilations or [1] * rank
    pads = around(x.shape[2:], size, strides, dilations, [pad] * rank)
    offsets = torch.cartesian_prod(*[torch.arange(n) for n in size]).reshape(-1, rank).tolist()
    def patches(t, value):
        padded = F.pad(t, pads, value=value)
        counts = [(n - (s - 1) * d - 1) // st + 1 for n, s, d, st in zip(padded.shape[2:], size, dilations, strides)]
        cut = lambda o: padded[(..., *[slice(i * d, i * d + (c - 1) * st + 1, st) for i, d, c, st in zip(o, dilations, counts, strides)])]
        return torch.stack([cut(o) for o in offsets], -1)
    if kind == "max":
        taken = patches(x, -math.inf)
        return taken.gather(-1, taken.argmax(-1, keepdim=True)).squeeze(-1)
    return patches(x, 0).sum(-1) / patches(torch.ones_like(x), 0).sum(-1)


for size, strides, pad in [([2, 2], [2, 2], "valid"), ([2, 2], [1, 1], "same"), ([3, 3], [2, 2], "same"), ([3, 2], [1, 2], "valid"), ([3, 2], [2, 1], "same"), ([3, 3], [1, 1], "same"), ([2, 3], [3, 3], "same")]:
    for op, kind in [("maxPool", "max"), ("avgPool", "avg")]:
        x = torch.randperm(60).reshape(1, 5, 6, 2).div(10).sub(3).requires_grad_(True)
        case(op, [x, size, strides, pad], nhwc(pooled(nchw(x), size, strides, pad, kind)))
for pad in [1]:
    x = leaf(1, 5, 6, 2)
    case("maxPool", [x, [3, 3], [2, 2], pad], nhwc(pooled(nchw(x), [3, 3], [2, 2], pad, "max")))
    case("avgPool", [x, [3, 3], [2, 2], pad], nhwc(pooled(nchw(x), [3, 3], [2, 2], pad, "avg")))
for op, kind in [("maxPool", "max"), ("avgPool", "avg")]:
    x = torch.randperm(30).reshape(1, 5, 6, 1).div(10).sub(1).requires_grad_(True)
    f = F.max_pool2d if kind == "max" else lambda *a, **k: F.avg_pool2d(*a, count_include_pad=False, **k)
    case(op, [x, 3, 2, 1, "ceil"], nhwc(f(nchw(x), 3, 2, padding=1, ceil_mode=True)))
    case(op, [x, 2, 2, 0, "ceil"], nhwc(f(nchw(x), 2, 2, ceil_mode=True)))
x = given([[[[1.0], [1.0], [2.0]], [[1.0], [1.0], [2.0]], [[0.0], [2.0], [2.0]]]])
case("maxPool", [x, [2, 2], [1, 1], "valid"], nhwc(F.max_pool2d(nchw(x), 2, 1)))
for size, strides, pad in [([2, 2, 2], [2, 2, 2], "valid"), ([2, 2, 2], [1, 1, 1], "same"), ([2, 3, 2], [2, 1, 1], "same")]:
    for op, kind in [("maxPool3d", "max"), ("avgPool3d", "avg")]:
        x = torch.randperm(48).reshape(1, 3, 4, 2, 2).div(10).sub(2).requires_grad_(True)
        case(op, [x, size, strides, pad], ndhwc(pooled(ncdhw(x), size, strides, pad, kind)))
x = torch.randperm(60).reshape(1, 5, 6, 2).div(10).sub(3).requires_grad_(True)
for kind in ["max", "avg"]:
    case("pool", [x, [2, 2], kind, "valid", [2, 2], [1, 1]], nhwc(pooled(nchw(x), [2, 2], [1, 1], "valid", kind, [2, 2])))
    case("pool", [x, [3, 3], kind, "same", [1, 1], [2, 2]], nhwc(pooled(nchw(x), [3, 3], [2, 2], "same", kind)))
for strides, pad in [([1, 1], "same"), ([1, 1], "valid"), ([2, 2], "same")]:
    x, w = leaf(1, 4, 5, 2), leaf(2, 2, 2)
    pads = around([4, 5], [2, 2], strides, [1, 1], [pad, pad])
    padded = F.pad(nchw(x), pads, value=-math.inf)
    counts = [(n - 2) // s + 1 for n, s in zip(padded.shape[2:], strides)]
    taps = [padded[..., i : i + (counts[0] - 1) * strides[0] + 1 : strides[0], j : j + (counts[1] - 1) * strides[1] + 1 : strides[1]] + w[i, j][:, None, None] for i in range(2) for j in range(2)]
    case("dilation2d", [x, w, strides, pad], nhwc(torch.stack(taps).amax(0)))

# ---- normalization
for shape in [[3, 4, 5, 2], [4, 3]]:
    x = leaf(*shape)
    n = shape[-1]
    m, v, o, s = leaf(n), leaf(n, low=0.5), leaf(n), leaf(n)
    y = (x - m) / torch.sqrt(v + 1e-3) * s + o
    case("batchNorm", [x, m, v, o, s, 1e-3], y)
    case("batchNorm", [x, m, v, None, None, 1e-3], (x - m) / torch.sqrt(v + 1e-3))
for rank, shape in [(2, [4, 2]), (3, [2, 3, 2]), (4, [1, 2, 3, 2])]:
    x, m, v, o, s = leaf(*shape), leaf(2), leaf(2, low=0.5), leaf(2), leaf(2)
    case(f"batchNorm{rank}d", [x, m, v, o, s, 1e-3], (x - m) / torch.sqrt(v + 1e-3) * s + o)
x, m, v = leaf(2, 3), leaf(2, 3), leaf(2, 3, low=0.5)
case("batchNorm", [x, m, v, None, None, 1e-3], (x - m) / torch.sqrt(v + 1e-3))
for radius, bias, alpha, beta in [(1, 1.0, 0.5, 0.75), (2, 2.0, 0.3, 0.5)]:
    x = leaf(1, 2, 2, 5)
    near = torch.stack([F.pad(x.square(), [radius, radius])[..., i : i + 5] for i in range(2 * radius + 1)]).sum(0)
    case("localResponseNormalization", [x, radius, bias, alpha, beta], x / (bias + alpha * near) ** beta)

# ---- images
def axis_places(old, new, corners, centres):
    scale = (old - 1) / (new - 1) if corners and new > 1 else old / new
    at = torch.arange(new, dtype=torch.float64)
    return (at + 0.5) * scale - 0.5 if centres else at * scale


def bilinear(x, size, corners, centres):
    y = x
    for axis, new in [(1, size[0]), (2, size[1])]:
        old = y.shape[axis]
        at = axis_places(old, new, corners, centres)
        low = at.floor().long()
        part = at - low
        shape = [-1 if i == axis else 1 for i in range(y.dim())]
        a = y.index_select(axis, low.clamp(0, old - 1))
        b = y.index_select(axis, (low + 1).clamp(0, old - 1))
        y = a + (b - a) * part.reshape(shape)
    return y


def nearest(x, size, corners, centres):
    y = x
    for axis, new in [(1, size[0]), (2, size[1])]:
        old = y.shape[axis]
        scale = (old - 1) / (new - 1) if corners and new > 1 else old / new
        at = torch.arange(new, dtype=torch.float64)
        at = (at + 0.5) * scale if centres else at * scale
        place = (at + 0.5).floor() if corners else at.floor()
        y = y.index_select(axis, place.long().clamp(0, old - 1))
    return y


for old, new in [([3, 4], [6, 8]), ([3, 4], [5, 7]), ([6, 5], [3, 2]), ([5, 4], [3, 6]), ([2, 3], [2, 3]), ([1, 3], [4, 1])]:
    for corners, centres in [(False, False), (True, False), (False, True)]:
        x = leaf(2, *old, 2)
        case("image.resizeBilinear", [x, new, corners, centres], bilinear(x, new, corners, centres))
        x = leaf(1, *old, 2)
        case("image.resizeNearestNeighbor", [x, new, corners, centres], nearest(x, new, corners, centres))
x = leaf(3, 4, 2)
case("image.resizeBilinear", [x, [5, 6]], bilinear(x.unsqueeze(0), [5, 6], False, False).squeeze(0))


def cropped(image, boxes, owners, size, method, outside):
    """TensorFlow's crop_and_resize."""
    n, height, width, channels = image.shape
    crops = []
    for box, owner in zip(boxes, owners.tolist()):
        y1, x1, y2, x2 = box.unbind()
        rows, columns = size
        def places(low, high, old, new):
            if new > 1:
                return low * (old - 1) + torch.arange(new) * (high - low) * (old - 1) / (new - 1)
            return (0.5 * (low + high) * (old - 1)).reshape(1)
        ys, xs = places(y1, y2, height, rows), places(x1, x2, width, columns)
        inside = ((ys >= 0) & (ys <= height - 1))[:, None] & ((xs >= 0) & (xs <= width - 1))[None, :]
        if method == "nearest":
            picked = image[owner][ys.round().long().clamp(0, height - 1)][:, xs.round().long().clamp(0, width - 1)]
        else:
            t, l = ys.floor().long(), xs.floor().long()
            b, r = ys.ceil().long(), xs.ceil().long()
            fy, fx = (ys - t)[:, None, None], (xs - l)[None, :, None]
            at = lambda i, j: image[owner][i.clamp(0, height - 1)][:, j.clamp(0, width - 1)]
            top = at(t, l) + (at(t, r) - at(t, l)) * fx
            bottom = at(b, l) + (at(b, r) - at(b, l)) * fx
            picked = top + (bottom - top) * fy
        crops.append(torch.where(inside[..., None], picked, torch.tensor(float(outside))))
    return torch.stack(crops)


for size, method, outside in [([3, 2], "bilinear", 0), ([1, 4], "bilinear", 2), ([2, 3], "nearest", 0)]:
    image = leaf(2, 4, 5, 2)
    boxes = torch.tensor([[0.1, 0.2, 0.8, 0.7], [0.0, -0.3, 0.55, 0.95], [0.9, 0.1, 0.2, 0.6]])
    if method == "bilinear":
        boxes.requires_grad_(True)
    owners = whole([0, 1, 0])
    case("image.cropAndResize", [image, boxes, owners, size, method, outside], cropped(image, boxes, owners, size, method, outside))
x = leaf(2, 3, 4, 3)
case("image.flipLeftRight", [x], x.flip(2))
x = leaf(2, 3, 2, 1)
case("image.grayscaleToRGB", [x], x.expand(2, 3, 2, 3).clone())
x = leaf(2, 3, 2, 3)
case("image.rgbToGrayscale", [x], (x * torch.tensor([0.2989, 0.587, 0.114])).sum(-1, keepdim=True))

# ---- losses
NONE, MEAN, SUM, BY_COUNT = 0, 1, 2, 3
for name, f in [
    ("absoluteDifference", lambda t, p: (t - p).abs()),
    ("meanSquaredError", lambda t, p: (t - p) ** 2),
    ("huberLoss", lambda t, p: F.huber_loss(p, t, reduction="none")),
]:
    t, p = leaf(2, 3), leaf(2, 3)
    case(f"losses.{name}", [t, p], f(t, p).mean())
    w = leaf(2, 3, low=0.5)
    args = [t, p, w, *([1.0] if name == "huberLoss" else []), SUM]
    case(f"losses.{name}", args if name != "huberLoss" else [t, p, w, 1.0, MEAN], (f(t, p) * w).sum() if name != "huberLoss" else (f(t, p) * w).sum() / w.sum())
    w = leaf(1, 3, low=0.5)
    case(f"losses.{name}", [t, p, w, *([1.0] if name == "huberLoss" else []), NONE], f(t, p) * w)
t, p = given([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]).detach(), leaf(2, 3)
case("losses.hingeLoss", [t, p], torch.relu(1 - (2 * t - 1) * p).mean())
p = leaf(2, 3, low=0.1, high=0.9)
case("losses.logLoss", [t, p], (-t * torch.log(p + 1e-7) - (1 - t) * torch.log(1 - p + 1e-7)).mean())
t, p = leaf(2, 3), leaf(2, 3)
case("losses.cosineDistance", [t, p, 1], (1 - (t * p).sum(1, keepdim=True)).mean())
t, p = leaf(2, 3, low=0, high=1), leaf(2, 3)
case("losses.sigmoidCrossEntropy", [t, p], F.binary_cross_entropy_with_logits(p, t))
t, p = torch.tensor([[0.0, 1.0, 0.0], [0.5, 0.25, 0.25]]), leaf(2, 3)
case("losses.softmaxCrossEntropy", [t, p], -(t * F.log_softmax(p, -1)).sum(-1).mean())
t, p = leaf(2, 3, low=0, high=1), leaf(2, 3)
smooth = t * 0.8 + 0.2 / 3
case("losses.softmaxCrossEntropy", [t, p, 2.0, 0.2], -2 * (smooth * F.log_softmax(p, -1)).sum(-1).mean())
smooth = t * 0.8 + 0.1
case("losses.sigmoidCrossEntropy", [t, p, 2.0, 0.2], 2 * F.binary_cross_entropy_with_logits(p, smooth))
t, p = torch.tensor([[0.0, 1.0]]), given([[0.0, 0.0]])
case("losses.sigmoidCrossEntropy", [t, p], F.binary_cross_entropy_with_logits(p, t))
a, w = leaf(2, 3), leaf(2, 3, low=0.5)
case("losses.computeWeightedLoss", [a, w], (a * w).sum() / (w != 0).sum())

# ---- spectra, of real and complex numbers
parts = lambda z: [z.real.clone(), z.imag.clone()]
for shape in [[4], [2, 5], [2, 3, 4]]:
    a, b = leaf(*shape), leaf(*shape)
    for op, f in [("fft", torch.fft.fft), ("ifft", torch.fft.ifft)]:
        for part, take in [("real", torch.real), ("imag", torch.imag), ("abs", torch.abs)]:
            case(part, [Call(f"spectral.{op}" if part != "abs" else op, Call("complex", a, b))], take(f(torch.complex(a, b))).clone())
    z = torch.complex(a, b)
    case("real", [Call("mul", Call("complex", a, b), Call("complex", b, a))], (z * torch.complex(b, a)).real.clone())
    case("imag", [Call("add", Call("complex", a, b), Call("mul", Call("complex", b, a), Call("complex", a, a)))], (z + torch.complex(b, a) * torch.complex(a, a)).imag.clone())
for shape in [[4], [5], [2, 6], [3, 7]]:
    x = leaf(*shape)
    for part, take in [("real", torch.real), ("imag", torch.imag), ("abs", torch.abs)]:
        case(part, [Call("spectral.rfft" if part != "real" else "rfft", x)], take(torch.fft.rfft(x)).clone())
x = leaf(2, 6)
case("irfft", [Call("rfft", x)], x.clone())
x = leaf(2, 2, 4)
case("spectral.irfft", [Call("rfft", x)], x.clone())
case("real", [Call("rfft", x, 4)], torch.fft.rfft(x, 4).real.clone())
case("real", [Call("rfft", x, 8)], torch.fft.rfft(x, 8).real.clone())
a, b = given([0.0, 3.0]), given([0.0, 4.0])
case("abs", [Call("complex", a, b)], torch.complex(a, b).abs())
x = leaf(10)
case("signal.frame", [x, 4, 3], x.unfold(0, 4, 3))
window = torch.hann_window(4, periodic=True)
case("abs", [Call("signal.stft", x, 4, 2, 4)], torch.fft.rfft(x.unfold(0, 4, 2) * window).abs())

# ---- recurrent cells, and what is left
f, k, b, d, c, h = leaf(), leaf(4, 8), leaf(8), leaf(1, 2), leaf(1, 2), leaf(1, 2)
i, j, fo, o = (torch.cat([d, h], 1) @ k + b).split(2, 1)
new = c * torch.sigmoid(fo + f) + torch.sigmoid(i) * torch.tanh(j)
case("basicLSTMCell", [f, k, b, d, c, h], [new, torch.tanh(new) * torch.sigmoid(o)])
v, x = leaf(2, 2), leaf(2, 2)
case("movingAverage", [v, x, 0.9, 3], v + (x - v) * (1 - 0.9) / (1 - 0.9**3))
x = leaf(2, 3)

x = leaf(4, 2)
q, r = torch.linalg.qr(x)
case("linalg.qr", [x], [q, r])
x = leaf(2, 3)
first = x[0] / x[0].norm()
rest = x[1] - (x[1] @ first) * first
case("linalg.gramSchmidt", [x], torch.stack([first, rest / rest.norm()]))

# ---- nothing in it
x = torch.zeros(0, 3, requires_grad=True)
case("sum", [x, 0], x.sum(0))
case("relu", [x], torch.relu(x))
a, b = torch.zeros(2, 0, requires_grad=True), torch.zeros(0, 3, requires_grad=True)
case("matMul", [a, b], a @ b)
case("prod", [x, 0], x.prod(0))
y = leaf(2, 3)
case("concat", [[x, y], 0], torch.cat([x, y]))

path = pathlib.Path(__file__).with_name("engine_gradients.json")
path.write_text("[\n" + ",\n".join(json.dumps(each) for each in cases) + "\n]\n")
print(len(cases), "cases of", len({each["op"] for each in cases}), "operations")
