// TensorProto to Tensor. Data is not copied where its place in memory allows: the Tensor refers to the
// parsed model or to the mapped file of external data, and keeps it alive.
#pragma once

#include <convoy/tensor.h>
#include <onnx/onnx_pb.h>

#include <map>
#include <memory>
#include <string>

namespace convoy {
class MappedFile;
}

namespace convoy::onnx_frontend {

class TensorReader {
 public:
  /// `model` owns every proto that will be read; external data lies relative to the folder of `model_path`.
  TensorReader(std::shared_ptr<const void> model, const std::string& model_path);

  /// Throws Error naming the tensor: an element type that Convoy does not have, sizes that contradict each
  /// other, external data that is not there. Nothing is allocated that the model's data does not fill.
  Tensor read(const onnx::TensorProto& proto, const std::string& name) const;
  /// The same, named as the proto says. Data moves out of the proto, so that it is freed with the Tensor and not
  /// only with the whole model; the name stays.
  Tensor take(onnx::TensorProto& proto) const;

 private:
  using Owner = std::shared_ptr<const void>;

  Tensor read(const onnx::TensorProto& proto, const std::string& name, const Owner& owner) const;
  Tensor external_tensor(const onnx::TensorProto& proto, const TensorType& type) const;
  const std::shared_ptr<const MappedFile>& open_external(const std::string& location) const;

  std::shared_ptr<const void> model_;
  std::string folder_;
  mutable std::map<std::string, std::shared_ptr<const MappedFile>> external_files_;
};

}  // namespace convoy::onnx_frontend
