// Quantised TFLite networks against stored outputs of LiteRT's reference kernels and of TFLite Micro, bit for bit:
// what importers and the operators' references make of them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "frontends/import.h"
#include "io/npy.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

fs::path models_folder() {
  const char* folder = std::getenv("CONVOY_MODELS");
  return folder ? fs::path(folder) : fs::path(CONVOY_SOURCE_DIR) / "../shared/models";
}

/// Model, inputs (one a row) and outputs, in models_folder().
struct Case {
  const char *model, *inputs, *outputs;
  NetworkRounding rounding = NetworkRounding::litert;
};

constexpr Case kCases[] = {
    {"models/mobilenet_v1_0.25_224_quant.tflite", "expected/mobilenet_v1_0_25_224_quant_tfl.in.npy",
     "expected/mobilenet_v1_0_25_224_quant_tfl.out0.npy"},
    {"models/mobilenet_v2_1.0_224_quant.tflite", "expected/mobilenet_v2_1_0_224_quant_tfl.in.npy",
     "expected/mobilenet_v2_1_0_224_quant_tfl.out0.npy"},
    {"models/prisma_seg_int8.tflite", "expected/prisma_seg_int8_tfl.in.npy", "expected/prisma_seg_int8_tfl.out0.npy"},
    {"mcu/ad01_int8.tflite", "mcu/expected/ad01.in.npy", "mcu/expected/ad01.litert_ref.npy"},
    {"mcu/ad01_int8.tflite", "mcu/expected/ad01.in.npy", "mcu/expected/ad01.tflm.npy", NetworkRounding::twice},
    {"mcu/kws_ref_model.tflite", "mcu/expected/kws.in.npy", "mcu/expected/kws.litert_ref.npy"},
    {"mcu/kws_ref_model.tflite", "mcu/expected/kws.in.npy", "mcu/expected/kws.tflm.npy", NetworkRounding::twice},
    {"mcu/vww_96_int8.tflite", "mcu/expected/vww.in.npy", "mcu/expected/vww.litert_ref.npy"},
    {"mcu/vww_96_int8.tflite", "mcu/expected/vww.in.npy", "mcu/expected/vww.tflm.npy", NetworkRounding::twice},
    {"mcu/pretrainedResnet_quant.tflite", "mcu/expected/ic.in.npy", "mcu/expected/ic.litert_ref.npy"},
    {"mcu/pretrainedResnet_quant.tflite", "mcu/expected/ic.in.npy", "mcu/expected/ic.tflm.npy", NetworkRounding::twice},
};

/// The row of a stored array that is the `index`th tensor of this type.
Tensor row_of(const Tensor& rows, int64_t index, const TensorType& type) {
  Tensor row(type);
  std::memcpy(row.data(), static_cast<const char*>(rows.data()) + index * row.bytes(), row.bytes());
  return row;
}

int64_t differing_bytes(const Tensor& a, const Tensor& b) {
  int64_t count = 0;
  for (int64_t i = 0; i < a.bytes(); ++i) count += a.as<uint8_t>()[i] != b.as<uint8_t>()[i] ? 1 : 0;
  return count;
}

struct QuantisedTflite : testing::TestWithParam<Case> {};

TEST_P(QuantisedTflite, EqualsItsFramework) {
  const fs::path folder = models_folder();
  if (!fs::exists(folder / GetParam().model)) GTEST_SKIP() << folder << " is absent";
  const Graph graph =
      import_model_file((folder / GetParam().model).string(), {.shapes = {}, .rounding = GetParam().rounding});
  const Tensor inputs = read_npy(folder / GetParam().inputs), outputs = read_npy(folder / GetParam().outputs);
  const TensorType &src = graph.type(graph.inputs[0]), &dst = graph.type(graph.outputs[0]);
  const int64_t rows = inputs.bytes() / src.bytes();
  ASSERT_EQ(outputs.bytes(), rows * dst.bytes());
  for (int64_t i = 0; i < rows; ++i) {
    const std::vector<Tensor> values = evaluate(graph, {row_of(inputs, i, src)});
    EXPECT_EQ(differing_bytes(values[graph.outputs[0]], row_of(outputs, i, dst)), 0) << "input " << i;
  }
}

std::string test_name(const testing::TestParamInfo<Case>& info) {
  std::string name = fs::path(info.param.model).stem().string();
  if (info.param.rounding == NetworkRounding::twice) name += "_micro";
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Models, QuantisedTflite, testing::ValuesIn(kCases), test_name);

}  // namespace
}  // namespace convoy
