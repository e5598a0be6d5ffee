// Operators on quantised numbers against what LiteRT's reference kernels make of them, bit for bit. The cases are
// written by tests/data/litert_operators.py.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include "frontends/tflite/element_types.h"
#include "frontends/tflite/model_builder.h"
#include "support/dtypes.h"

namespace convoy::tflite_frontend {
namespace {

using Activation = tflite::ActivationFunctionType;

struct StoredTensor {
  Type type = Type::INT8;
  std::vector<int32_t> shape;
  float scale = 0;
  int64_t zero = 0;
  std::string bytes;

  Tensor tensor() const {
    Tensor result(element_type(type), Shape(std::vector<int64_t>(shape.begin(), shape.end())));
    const bool fits = static_cast<size_t>(result.bytes()) == bytes.size();
    EXPECT_TRUE(fits) << result.type().str() << " of " << bytes.size() << " bytes";
    if (fits) std::memcpy(result.data(), bytes.data(), bytes.size());
    return result;
  }
};

/// The value of an enumeration whose name is `word`.
template <class Enum, class NameFn>
Enum parse_enum(const std::string& word, Enum last, NameFn name) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    if (name(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  }
  ADD_FAILURE() << "unknown word '" << word << "'";
  return last;
}

std::vector<int32_t> read_integers(const std::string& text, char separator) {
  std::vector<int32_t> integers;
  std::istringstream in(text);
  for (std::string integer; std::getline(in, integer, separator);) integers.push_back(std::stoi(integer));
  return integers;
}

StoredTensor read_tensor(std::istream& in) {
  std::string type, shape, hex;
  StoredTensor tensor;
  in >> type >> shape >> tensor.scale >> tensor.zero >> hex;
  tensor.type = parse_enum(type, Type::MAX, tflite::EnumNameTensorType);
  tensor.shape = shape == "scalar" ? std::vector<int32_t>() : read_integers(shape, 'x');
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    tensor.bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return tensor;
}

/// The operator with its parameter, an activation or axes.
void add_operator(TestModel& model, Code code, std::vector<std::string> inputs, const std::string& parameter) {
  if (code == Code::REDUCE_PROD) {
    const std::vector<int32_t> axes = read_integers(parameter, ',');
    model.ints("axes", {static_cast<int32_t>(axes.size())}, axes);
    inputs.push_back("axes");
  }
  model.add(code, inputs, {"dst"});
  if (code == Code::REDUCE_PROD) model.options(tflite::ReducerOptionsT());
  if (code != Code::DIV) return;
  tflite::DivOptionsT options;
  options.fused_activation_function = parse_enum(parameter, Activation::MAX, tflite::EnumNameActivationFunctionType);
  model.options(options);
}

/// Reads and checks the next case; false at the end of the file.
bool check_next(std::istream& in) {
  std::string name, parameter;
  int tensors = 0;
  if (!(in >> name >> parameter >> tensors)) return false;
  const Code code = parse_enum(name, Code::MAX, tflite::EnumNameBuiltinOperator);
  TestModel model;
  std::vector<std::string> names;
  std::vector<Tensor> inputs;
  for (int i = 0; i + 1 < tensors; ++i) {
    const StoredTensor src = read_tensor(in);
    names.push_back("src" + std::to_string(i));
    model.input(names.back(), src.shape, src.type).quantise(names.back(), {src.scale}, {src.zero});
    inputs.push_back(src.tensor());
  }
  const StoredTensor dst = read_tensor(in);
  SCOPED_TRACE(name + " of " + inputs[0].type().str() + " to scale " + std::to_string(dst.scale));
  model.result("dst", dst.type).quantise("dst", {dst.scale}, {dst.zero}).output("dst");
  add_operator(model, code, names, parameter);
  const Tensor found = model.run(inputs), expected = dst.tensor();
  EXPECT_EQ(found.type().str(), expected.type().str());
  if (found.bytes() != expected.bytes()) return true;
  const auto size = static_cast<int64_t>(size_of(found.dtype()));
  for (int64_t i = 0; i < found.elems(); ++i) {
    const int64_t at = i * size;
    const auto *a = static_cast<const char*>(found.data()) + at, *b = static_cast<const char*>(expected.data()) + at;
    EXPECT_EQ(std::memcmp(a, b, static_cast<size_t>(size)), 0) << "element " << i;
  }
  return true;
}

TEST(TfliteLitert, OperatorsGiveTheBitsOfItsReferenceKernels) {
  std::ifstream in(std::string(CONVOY_TEST_DATA) + "/litert_operators.txt");
  int cases = 0;
  while (check_next(in) && !HasFailure()) ++cases;
  EXPECT_GT(cases, 50);
}

}  // namespace
}  // namespace convoy::tflite_frontend
