#include "frontends/tflite/model_file.h"

#include <algorithm>
#include <cstring>

#include "convoy/tensor.h"
#include "frontends/mapped_file.h"
#include "support/error.h"

namespace convoy::tflite_frontend {
namespace {

constexpr uint32_t kVersion = 3;
/// Tables may be shared, so that a small file can hold many; each is looked at once for every reference.
constexpr flatbuffers::uoffset_t kMaxTables = 1 << 20, kMaxDepth = 16;
/// Inputs and outputs of all operators together, of which vectors may be shared as well.
constexpr int64_t kMaxOperands = 1 << 20;
constexpr size_t kMaxNameBytes = 1024;

const tflite::Model& verified_model(const unsigned char* data, size_t bytes) {
  if (bytes == 0) invalid_input("the file is empty");
  if (!is_tflite(data, bytes)) invalid_input("is no TFLite model");
  // What lies beyond is the data of buffers.
  const size_t structure = std::min<size_t>(bytes, FLATBUFFERS_MAX_BUFFER_SIZE - 1);
  flatbuffers::Verifier verifier(data, structure, kMaxDepth, kMaxTables);
  if (!tflite::VerifyModelBuffer(verifier)) invalid_input("is damaged or truncated: its tables do not fit together");
  return *tflite::GetModel(data);
}

/// FlatBuffers leaves out what is empty.
template <class Vector>
int64_t size_of(const Vector* vector) {
  return vector ? vector->size() : 0;
}

void expect_tensors(const flatbuffers::Vector<int32_t>* indices, int64_t tensors, int64_t lowest,
                    const std::string& what) {
  for (int64_t i = 0; i < size_of(indices); ++i) {
    const int32_t index = indices->Get(static_cast<unsigned>(i));
    if (index < lowest || index >= tensors) {
      invalid_input("{} {} is tensor {}, the model has {} tensors", what, i, index, tensors);
    }
  }
}

void check_operators(const tflite::Model& model, const tflite::SubGraph& graph) {
  const int64_t tensors = size_of(graph.tensors()), codes = size_of(model.operator_codes());
  int64_t operands = 0;
  for (int64_t i = 0; i < size_of(graph.operators()); ++i) {
    const tflite::Operator& op = *graph.operators()->Get(static_cast<unsigned>(i));
    if (op.opcode_index() >= codes) invalid_input("operator {} is of type {}, of {}", i, op.opcode_index(), codes);
    operands += size_of(op.inputs()) + size_of(op.outputs());
    if (operands > kMaxOperands) invalid_input("its operators have more than {} inputs and outputs", kMaxOperands);
    expect_tensors(op.inputs(), tensors, -1, fmt::format("operator {}: input", i));
    expect_tensors(op.outputs(), tensors, 0, fmt::format("operator {}: output", i));
  }
}

void check_model(const tflite::Model& model) {
  if (model.version() != kVersion) {
    unsupported("its schema has version {}, only version {} is supported", model.version(), kVersion);
  }
  const int64_t subgraphs = size_of(model.subgraphs());
  if (subgraphs == 0) invalid_input("the model has no subgraph");
  if (subgraphs > 1) unsupported("the model has {} subgraphs, only one is supported", subgraphs);
  const tflite::SubGraph& graph = *model.subgraphs()->Get(0);
  expect_tensors(graph.inputs(), size_of(graph.tensors()), 0, "network input");
  expect_tensors(graph.outputs(), size_of(graph.tensors()), 0, "network output");
  check_operators(model, graph);
}

}  // namespace

bool is_tflite(const void* data, size_t bytes) {
  return bytes >= 8 && std::memcmp(static_cast<const char*>(data) + 4, tflite::ModelIdentifier(), 4) == 0;
}

ModelFile::ModelFile(const void* data, size_t bytes, std::shared_ptr<const void> owner)
    : data_(static_cast<const unsigned char*>(data)), bytes_(bytes), owner_(std::move(owner)) {
  model_ = &verified_model(data_, bytes_);
  check_model(*model_);
}

ModelFile::ModelFile(const std::shared_ptr<const MappedFile>& file) : ModelFile(file->data(), file->bytes(), file) {}

ModelFile ModelFile::copy(const void* data, size_t bytes) {
  const auto copy = std::make_shared<Tensor>(DType::u8, Shape{static_cast<int64_t>(bytes)});
  if (bytes > 0) std::memcpy(copy->data(), data, bytes);
  return {copy->data(), bytes, copy};
}

std::string ModelFile::tensor_name(int index) const {
  const flatbuffers::String* name = tensor(index).name();
  if (!name || name->size() == 0) return fmt::format("tensor_{}", index);
  return {name->c_str(), std::min<size_t>(name->size(), kMaxNameBytes)};
}

int ModelFile::operator_count() const {
  return static_cast<int>(size_of(graph().operators()));
}

const tflite::Operator& ModelFile::operator_at(int index) const {
  return *graph().operators()->Get(static_cast<unsigned>(index));
}

const tflite::OperatorCode& ModelFile::operator_code(const tflite::Operator& op) const {
  return *model_->operator_codes()->Get(op.opcode_index());
}

tflite::BuiltinOperator ModelFile::code_of(const tflite::Operator& op) const {
  const tflite::OperatorCode& code = operator_code(op);
  return std::max(code.builtin_code(), static_cast<tflite::BuiltinOperator>(code.deprecated_builtin_code()));
}

std::string ModelFile::type_name(const tflite::Operator& op) const {
  const tflite::BuiltinOperator code = code_of(op);
  const std::string name = tflite::EnumNameBuiltinOperator(code);
  if (name.empty()) return fmt::format("operator {}", static_cast<int>(code));
  if (code != tflite::BuiltinOperator::CUSTOM) return name;
  const flatbuffers::String* custom = operator_code(op).custom_code();
  const std::string custom_name = custom ? std::string(custom->c_str(), std::min<size_t>(custom->size(), 64)) : "";
  return fmt::format("{} '{}'", name, custom_name);
}

std::string ModelFile::operator_name(const tflite::Operator& op) const {
  return size_of(op.outputs()) > 0 ? tensor_name(op.outputs()->Get(0)) : "";
}

}  // namespace convoy::tflite_frontend
