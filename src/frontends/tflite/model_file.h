// From the bytes of a file to a TFLite model whose structure is sound: every table, vector and string that is read
// later lies within the file, every index refers to something.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "schema_generated.h"

namespace convoy {
class MappedFile;
}

namespace convoy::tflite_frontend {

/// Whether the bytes begin like a TFLite file: "TFL3" stands at byte 4.
bool is_tflite(const void* data, size_t bytes);

class ModelFile {
 public:
  /// Throws Error that says what is wrong with the bytes. `owner` keeps them, 16-byte aligned.
  ModelFile(const void* data, size_t bytes, std::shared_ptr<const void> owner);
  explicit ModelFile(const std::shared_ptr<const MappedFile>& file);
  /// The same from memory: the bytes are copied.
  static ModelFile copy(const void* data, size_t bytes);

  const tflite::Model& model() const { return *model_; }
  /// The only one.
  const tflite::SubGraph& graph() const { return *model_->subgraphs()->Get(0); }
  const unsigned char* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  const std::shared_ptr<const void>& owner() const { return owner_; }

  const tflite::Tensor& tensor(int index) const { return *graph().tensors()->Get(static_cast<unsigned>(index)); }
  /// Its name, cut where it is too long to be one; "tensor_7" when it has none.
  std::string tensor_name(int index) const;
  int operator_count() const;
  const tflite::Operator& operator_at(int index) const;
  tflite::BuiltinOperator code_of(const tflite::Operator& op) const;
  /// "CONV_2D", "CUSTOM 'Foo'", "operator 203".
  std::string type_name(const tflite::Operator& op) const;
  /// The name of its first output.
  std::string operator_name(const tflite::Operator& op) const;

 private:
  const tflite::OperatorCode& operator_code(const tflite::Operator& op) const;

  const unsigned char* data_;
  size_t bytes_;
  std::shared_ptr<const void> owner_;
  const tflite::Model* model_ = nullptr;
};

}  // namespace convoy::tflite_frontend
