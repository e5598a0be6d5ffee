#include "frontends/onnx/node_import.h"

namespace convoy::onnx_frontend {
namespace {

template <class To, class Repeated>
std::vector<To> list_of(const Repeated& values) {
  return {values.begin(), values.end()};
}

}  // namespace

std::string NodeImport::output_name(int index) const {
  return index < proto_.output_size() ? proto_.output(index) : std::string();
}

const onnx::AttributeProto* NodeImport::find(const char* name) const {
  for (const onnx::AttributeProto& attribute : proto_.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

const onnx::AttributeProto* NodeImport::find(const char* name, onnx::AttributeProto::AttributeType type) const {
  const onnx::AttributeProto* attribute = find(name);
  if (!attribute) return nullptr;
  if (!attribute->ref_attr_name().empty()) {
    invalid_input("attribute '{}' refers to an attribute of a function, outside of one", name);
  }
  if (attribute->type() != type) {
    invalid_input("attribute '{}' is of type {}, expected {}", name,
                  onnx::AttributeProto::AttributeType_Name(attribute->type()),
                  onnx::AttributeProto::AttributeType_Name(type));
  }
  return attribute;
}

bool NodeImport::has(const char* name) const {
  return find(name) != nullptr;
}

int64_t NodeImport::attr_int(const char* name, int64_t fallback) const {
  const onnx::AttributeProto* attribute = find(name, onnx::AttributeProto::INT);
  return attribute ? attribute->i() : fallback;
}

double NodeImport::attr_float(const char* name, double fallback) const {
  const onnx::AttributeProto* attribute = find(name, onnx::AttributeProto::FLOAT);
  return attribute ? attribute->f() : fallback;
}

std::string NodeImport::attr_string(const char* name, const std::string& fallback) const {
  const onnx::AttributeProto* attribute = find(name, onnx::AttributeProto::STRING);
  return attribute ? attribute->s() : fallback;
}

std::vector<int64_t> NodeImport::attr_ints(const char* name, const std::vector<int64_t>& fallback) const {
  const onnx::AttributeProto* attribute = find(name, onnx::AttributeProto::INTS);
  return attribute ? list_of<int64_t>(attribute->ints()) : fallback;
}

std::vector<double> NodeImport::attr_floats(const char* name, const std::vector<double>& fallback) const {
  const onnx::AttributeProto* attribute = find(name, onnx::AttributeProto::FLOATS);
  return attribute ? list_of<double>(attribute->floats()) : fallback;
}

Tensor NodeImport::attr_tensor(const char* name) const {
  const onnx::AttributeProto* attribute = find(name, onnx::AttributeProto::TENSOR);
  if (!attribute) invalid_input("attribute '{}' is missing", name);
  return tensors_.read(attribute->t(), name);
}

}  // namespace convoy::onnx_frontend
