// ONNX Runtime: loading this loads its native library, so whoever only asks for a model's metadata does not.

// ONNX Runtime reports its use to its maker unless it is told not to; what is predicted here is nobody's business.
process.env.ORT_DISABLE_TELEMETRY ??= "1";

export const { InferenceSession, Tensor } = require("onnxruntime-node") as typeof import("onnxruntime-node");
