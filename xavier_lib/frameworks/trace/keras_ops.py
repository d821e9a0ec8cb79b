"""What TensorFlow's own functions, as they reach the hardware under Keras, do with a signal."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

#: Where weights stand among the inputs, and where the signal does.
WEIGHTED = {
    **dict.fromkeys(("Conv2D", "Conv3D", "DepthwiseConv2dNative"), (1, 0)),
    **dict.fromkeys(("Conv2DBackpropInput", "Conv3DBackpropInput", "Conv3DBackpropInputV2"), (1, 2)),
}
TURNED = {"Conv2DBackpropInput", "Conv3DBackpropInput", "Conv3DBackpropInputV2"}
PRODUCTS = {"MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3", "Einsum"}
LOOKUPS = {"GatherV2", "Gather", "ResourceGather", "ResourceGatherNd", "GatherNd"}
READS = {"ReadVariableOp"}
WRITES = {
    *("AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp", "ResourceScatterUpdate", "ResourceScatterAdd"),
    *("ResourceScatterSub", "ResourceScatterNdUpdate", "ResourceScatterNdAdd", "ResourceStridedSliceAssign"),
    *("RngReadAndSkip", "RngSkip"),
}

#: Made like a signal, but not of its numbers.
LIKE = {"ZerosLike", "OnesLike", "Shape", "ShapeN", "Size", "Rank", "BroadcastGradientArgs", "TensorListReserve"}
#: Hand the same numbers on in the same order.
SAME = {
    *("Identity", "IdentityN", "Reshape", "ExpandDims", "Squeeze", "StopGradient", "PreventGradient", "Snapshot"),
    *("Cast", "EnsureShape", "CheckNumerics", "CheckNumericsV2", "Copy", "BroadcastTo"),
}
#: Hand numbers on, but others of them, elsewhere, or mixed by place.
MOVED = {
    *("Transpose", "Slice", "StridedSlice", "Split", "SplitV", "Unpack", "GatherV2", "Gather", "GatherNd", "Tile"),
    *("Pad", "PadV2", "MirrorPad", "MaxPool", "MaxPoolV2", "MaxPool3D", "MaxPoolWithArgmax", "AvgPool", "AvgPool3D"),
    *("SpaceToBatchND", "BatchToSpaceND", "SpaceToDepth", "DepthToSpace", "SpaceToBatch", "BatchToSpace", "Roll"),
    *("ResizeBilinear", "ResizeNearestNeighbor", "ResizeBicubic", "ResizeArea", "ScaleAndTranslate", "CropAndResize"),
    *("ReverseV2", "ReverseSequence", "Cumsum", "ExtractImagePatches", "ExtractVolumePatches", "TopKV2", "InTopKV2"),
    *("ScatterNd", "TensorScatterUpdate", "TensorScatterAdd", "MatrixBandPart", "MatrixDiagPartV3", "DynamicStitch"),
    *("DynamicPartition", "UnsortedSegmentSum", "SegmentSum", "SegmentMean", "ImageProjectiveTransformV3", "RFFT"),
    *("RFFT2D", "IRFFT", "IRFFT2D", "FFT", "FFT2D", "IFFT", "IFFT2D", "Real", "Imag", "Complex", "Where", "Bincount"),
    *("TensorListStack", "TensorListFromTensor", "TensorListGetItem", "TensorListSetItem", "FractionalAvgPool"),
    *("ResizeBilinearGrad", "AvgPoolGrad", "Dilation2D", "LRN"),
}
JOINS = {"ConcatV2", "Concat", "Pack", "ParallelConcat"}
NORMS = {"FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3", "L2Normalize"}
STATISTICS = {"Mean", "Sum", "Max", "Min", "Prod", "EuclideanNorm", "L2Loss"}
SOFTMAXES = {"Softmax", "LogSoftmax"}
SUMS, FACTORS = {"AddV2", "Add", "Sub", "AddN", "BiasAdd"}, {"Mul", "RealDiv", "Div", "DivNoNan", "MulNoNan", "Xdivy"}
QUOTIENTS = {"RealDiv", "Div", "DivNoNan", "Xdivy"}
STRAIGHT = {*SUMS, *FACTORS, "Neg", "SelectV2", "Select"}
#: How a power of the signal comes out of a function of each number.
POWERS = {"Sqrt": 0.5, "Rsqrt": -0.5, "Reciprocal": -1.0, "Inv": -1.0, "Abs": 1.0, "Square": 2.0, "Neg": 1.0}
#: What keeps a power, within the small number that holds a division off zero.
BOUNDED = {"Maximum", "ClipByValue"}
ACTIVATIONS: Mapping[str, str] = {
    **{"Relu": "relu", "Relu6": "relu6", "Elu": "elu", "Selu": "selu", "LeakyRelu": "leaky_relu"},
    **{"Softplus": "softplus", "Softsign": "softsign", "Tanh": "tanh", "Sigmoid": "sigmoid"},
}
#: Functions of each number by itself, beyond those above.
EACH_ALONE = {
    *("Exp", "Expm1", "Log", "Log1p", "Erf", "Erfc", "Sin", "Cos", "Tan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh"),
    *("Atan", "Asin", "Acos", "Atan2", "Sign", "Floor", "Ceil", "Round", "Rint", "Pow", "Minimum", "Maximum", "Mod"),
    *("ClipByValue", "FloorDiv", "FloorMod", "SquaredDifference", "Lgamma", "Digamma", "Erfinv", "Ndtri", "Xlogy"),
    *("Xlog1py", "IsNan", "IsFinite", "Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual", "Angle"),
}
POINTWISE = {*STRAIGHT, *POWERS, *BOUNDED, *ACTIVATIONS, *EACH_ALONE}
#: What may give exactly zero where it is flat.
CUTTING = {"Relu", "Relu6", "Maximum", "Minimum", "ClipByValue", "SelectV2", "Select", "Mul"}

#: Layers of Keras that are one function to those who follow a signal, whatever they are made of.
NORMALIZING = {
    *("BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization", "UnitNormalization"),
    *("SyncBatchNormalization", "RMSNorm", "InstanceNormalization"),
}
DROPPING = {"Dropout", "BaseSpatialDropout", "GaussianDropout", "GaussianNoise", "AlphaDropout"}


def name_of(op: Any) -> str:
    """Return the name of a function, which TensorFlow hands over as text or as bytes."""
    return op.decode() if isinstance(op, bytes) else str(op)


def compiled(op: str) -> bool:
    """Say whether a function is one that was compiled as a whole, so that those in it are not seen."""
    return op.startswith("__") or op in ("PartitionedCall", "StatefulPartitionedCall")


def settings_of(attributes: Sequence[Any] | None) -> dict[str, Any]:
    """Return the settings of a function from names and values in turn, in whatever kind of text."""
    flat = list(attributes or ())
    return {name_of(key): value for key, value in zip(flat[::2], flat[1::2], strict=False)}


def activation_name(op: str, settings: Mapping[str, Any], constants: Callable[[], list[float]]) -> str | None:
    """Return the name of an activation by its function and settings, or None if it is none by itself.

    >>> activation_name("LeakyRelu", {"alpha": 0.25}, list), activation_name("Maximum", {}, lambda: [0.0])
    ('leaky_relu(0.25)', 'relu')
    """
    if op == "LeakyRelu":
        return f"leaky_relu({float(settings.get('alpha', 0.2)):.9g})"
    if op == "Maximum":
        return "relu" if constants() == [0.0] else None
    if op == "ClipByValue":
        bounds = {(0.0, 6.0): "relu6", (-1.0, 1.0): "hardtanh"}
        return bounds.get(tuple(constants()))  # type: ignore[arg-type]  # two numbers
    return ACTIVATIONS.get(op)
