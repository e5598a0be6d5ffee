// The network that is to be quantised, as the file has it, brought into a form that the steps behind can rely on.
#pragma once

#include <convoy/tensor.h>
#include <onnx/onnx_pb.h>

#include <memory>
#include <string>

namespace convoy::quantizer {

/// Reads a float ONNX network. Afterwards every node has a name (the one that `convoy explain` shows), each value is
/// computed before it is read, all tensors are in the message, and the operator set is 13 or later, which is the first
/// that quantises along an axis. Throws Error, without the path: TFLite, a network that is quantised already, operators
/// that cannot be lifted.
std::shared_ptr<onnx::ModelProto> read_source_model(const std::string& path);

/// A tensor of a message that `owner` keeps alive.
Tensor tensor_of(const onnx::TensorProto& proto, std::shared_ptr<const void> owner);
onnx::TensorProto proto_of(const std::string& name, const Tensor& tensor);

}  // namespace convoy::quantizer
