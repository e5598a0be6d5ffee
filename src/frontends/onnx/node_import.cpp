#include "frontends/onnx/node_import.h"

#include "support/arithmetic.h"
#include "support/dtypes.h"

namespace convoy::onnx_frontend {
namespace {

template <class To>
std::vector<To> values_of(const Tensor& tensor) {
  return visit_dtype(tensor.dtype(), [&]<class T>() {
    std::vector<To> values;
    values.reserve(static_cast<size_t>(tensor.elems()));
    for (int64_t i = 0; i < tensor.elems(); ++i) values.push_back(static_cast<To>(tensor.as<T>()[i]));
    return values;
  });
}

template <class To, class Repeated>
std::vector<To> list_of(const Repeated& values) {
  return {values.begin(), values.end()};
}

}  // namespace

ValueId NodeImport::optional_input(int index) const {
  return index < input_count() ? inputs_[index] : kAbsent;
}

ValueId NodeImport::input(int index) const {
  const ValueId id = optional_input(index);
  if (id == kAbsent) invalid_input("input {} is missing", index);
  return id;
}

std::string NodeImport::output_name(int index) const {
  return index < proto_.output_size() ? proto_.output(index) : std::string();
}

const Tensor& NodeImport::constant_input(int index) const {
  const ValueId id = input(index);
  const Tensor* constant = builder_.constant_of(id);
  if (!constant) {
    unsupported("input {} ('{}') must be a constant, it is computed when the network runs", index,
                builder_.graph().value(id).name);
  }
  return *constant;
}

std::vector<int64_t> NodeImport::constant_ints(int index) const {
  const Tensor& tensor = constant_input(index);
  if (!is_integer(tensor.dtype())) {
    invalid_input("input {} is {}, expected integers", index, tensor.type().str());
  }
  return values_of<int64_t>(tensor);
}

std::vector<double> NodeImport::constant_floats(int index) const {
  return values_of<double>(constant_input(index));
}

double NodeImport::constant_scalar(int index) const {
  const std::vector<double> values = constant_floats(index);
  if (values.size() != 1) invalid_input("input {} is {}, expected one element", index, type(index).str());
  return values[0];
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

int64_t NodeImport::normalize_axis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank) invalid_input("axis {} is out of range for rank {}", axis, rank);
  return axis < 0 ? axis + rank : axis;
}

ValueId NodeImport::scalar(DType dtype, double value, const char* suffix) {
  Tensor tensor(dtype, Shape{});
  visit_dtype(dtype, [&]<class T>() { *tensor.as<T>() = convert_to<T>(value); });
  return constant(std::move(tensor), suffix);
}

}  // namespace convoy::onnx_frontend
