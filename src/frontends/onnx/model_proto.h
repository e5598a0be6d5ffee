// From the bytes of a model file to a ModelProto that is known to be an ONNX model of a version that Convoy
// reads.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace convoy {
class MappedFile;
}

namespace convoy::onnx_frontend {

/// The oldest opset that is read. Of what opset 7 changed, broadcasting is imported by its old rule too.
constexpr int64_t kOldestOpset = 6;

/// Throws Error that says what the bytes are instead: nothing, text, a truncated model, a model without a
/// graph or of a version that Convoy does not read.
std::shared_ptr<onnx::ModelProto> parse_model(const void* data, size_t bytes);
/// The same for a file, of which little is in memory at any time.
std::shared_ptr<onnx::ModelProto> parse_model(const MappedFile& file);

/// Version of the operator set of `domain` that the model uses ("" and "ai.onnx" are the same domain).
/// Throws Error when the model does not say.
int64_t opset_of(const onnx::ModelProto& model, const std::string& domain);

/// Whether `domain` is the one of ONNX's own operators.
inline bool is_standard_domain(const std::string& domain) {
  return domain.empty() || domain == "ai.onnx";
}

}  // namespace convoy::onnx_frontend
