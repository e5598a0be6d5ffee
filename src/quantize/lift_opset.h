// Old ONNX models, rewritten for operator set 13.
#pragma once

#include <onnx/onnx_pb.h>

namespace convoy::quantizer {

/// The first operator set that quantises along an axis.
constexpr int64_t kQuantizingOpset = 13;

/// Rewrites nodes of older operator sets where later ones say the same in another way: attributes that became inputs,
/// operators that got another name, Softmax over several axes. Does nothing when the model is of set 13 or later.
/// Throws Error naming the first node that it has no rule for.
void lift_opset(onnx::ModelProto& model);

}  // namespace convoy::quantizer
