// Damaged TFLite models.
#include "support/mutations.h"

#include <gtest/gtest.h>

#include <limits>

#include "frontends/tflite/import.h"
#include "frontends/tflite/model_builder.h"
#include "fuzz/mutate_tflite.h"

namespace convoy::tflite_frontend {
namespace {

/// Where the bytes of a model lie that are not weights: changing weights only gives other weights.
std::vector<size_t> structure_bytes(const std::string& bytes) {
  std::vector<bool> weights(bytes.size(), false);
  for (const tflite::Buffer* buffer : *tflite::GetModel(bytes.data())->buffers()) {
    const auto* data = buffer->data();
    if (!data || data->size() < 64) continue;
    const size_t begin = reinterpret_cast<const char*>(data->data()) - bytes.data();
    for (size_t i = 0; i < data->size(); ++i) weights[begin + i] = true;
  }
  std::vector<size_t> places;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (!weights[i]) places.push_back(i);
  }
  return places;
}

void expect_import_or_error(const Mutation& mutation) {
  convoy::expect_import_or_error(mutation, "tflite_tests", [](const std::string& bytes) {
    import_bytes(bytes.data(), bytes.size(), "mutated.tflite");
  });
}

void mutate_bytes(const std::string& model) {
  ASSERT_FALSE(model.empty());
  expect_import_or_error(byte_mutations(model, structure_bytes(model)));
}

void mutate_numbers(const std::string& model) {
  ASSERT_FALSE(model.empty());
  expect_import_or_error(number_mutations(model, mutate_tflite));
}

/// Operators whose inputs are shapes, axes and bounds.
TestModel shape_model() {
  TestModel model;
  model.input("x", {1, 4, 4, 2}).ints("pads", {4, 2}, {0, 0, 1, 1, 2, 0, 0, 0}).ints("begin", {4}, {0, 1, 0, 0});
  model.ints("end", {4}, {1, 6, 9, 2}).ints("step", {4}, {1, 2, 1, 1}).ints("axes", {2}, {1, 2});
  model.ints("size", {2}, {6, 5}).ints("axis", {}, {3}).ints("dims", {2}, {-1, 2}).ints("repeats", {2}, {3, 1});
  model.add(Code::PAD, {"x", "pads"}, {"a"});
  model.add(Code::STRIDED_SLICE, {"a", "begin", "end", "step"}, {"b"}).options(tflite::StridedSliceOptionsT());
  model.add(Code::RESIZE_BILINEAR, {"b", "size"}, {"c"}).options(tflite::ResizeBilinearOptionsT());
  model.add(Code::SPLIT, {"axis", "c"}, {"d", "e"}).options(tflite::SplitOptionsT());
  model.add(Code::MEAN, {"d", "axes"}, {"f"}).options(tflite::ReducerOptionsT());
  model.add(Code::RESHAPE, {"e", "dims"}, {"g"}).add(Code::TILE, {"g", "repeats"}, {"h"});
  model.output("f").output("h");
  return model;
}

/// Operators that compute constants of the sizes that the model states.
TestModel index_model() {
  TestModel model;
  model.input("x", {2, 4, 3}).input("i", {2, 2}, Type::INT32).ints("depth", {}, {5}).floats("on", {}, {1});
  model.floats("off", {}, {0}).ints("start", {}, {0}).ints("limit", {}, {8}).ints("delta", {}, {2});
  model.ints("dims", {2}, {2, 3});
  tflite::GatherOptionsT in_batches;
  in_batches.axis = in_batches.batch_dims = 1;
  model.add(Code::GATHER, {"x", "i"}, {"a"}).options(in_batches);
  model.add(Code::ONE_HOT, {"i", "depth", "on", "off"}, {"b"}).options(tflite::OneHotOptionsT());
  model.add(Code::RANGE, {"start", "limit", "delta"}, {"c"});
  model.add(Code::FILL, {"dims", "on"}, {"d"});
  model.output("a").output("b").output("c").output("d");
  return model;
}

TEST(TfliteMutations, FaceDetection) {
  mutate_bytes(read_model("face_detection_short_range.tflite"));
}

TEST(TfliteMutations, ShapesAndAxes) {
  mutate_bytes(shape_model().bytes());
}

TEST(TfliteMutations, QuantisedNetwork) {
  mutate_bytes(read_model("keyword_spotting_int8.tflite"));
}

TEST(TfliteMutations, NumbersOfQuantisedNetwork) {
  mutate_numbers(read_model("keyword_spotting_int8.tflite"));
}

TEST(TfliteMutations, NumbersOfShapesAndAxes) {
  mutate_numbers(shape_model().bytes());
}

TEST(TfliteMutations, NumbersOfIndices) {
  mutate_numbers(index_model().bytes());
}

TEST(TfliteMutations, ModelsWithoutGraphs) {
  TestModel model;
  model.model().subgraphs.clear();
  mutate_numbers(model.bytes());
}

/// The first operator says what options it has, and has none.
std::string without_options(std::string bytes) {
  const auto* op = tflite::GetModel(bytes.data())->subgraphs()->Get(0)->operators()->Get(0);
  const uint8_t* fields = reinterpret_cast<const flatbuffers::Table*>(op)->GetVTable();
  const size_t place = reinterpret_cast<const char*>(fields) - bytes.data() + tflite::Operator::VT_BUILTIN_OPTIONS;
  bytes[place] = bytes[place + 1] = 0;
  return bytes;
}

TEST(TfliteMutations, OptionsThatAreNotThere) {
  TestModel model;
  model.input("x", {1, 4}).add(Code::SOFTMAX, {"x"}, {"y"}).options(tflite::SoftmaxOptionsT()).output("y");
  mutate_numbers(without_options(model.bytes()));
}

TEST(TfliteMutations, DepthsOfOneHot) {
  expect_import_or_error([](unsigned seed) {
    const int32_t depth = std::numeric_limits<int32_t>::max() - static_cast<int32_t>(seed);
    TestModel model;
    model.input("i", {1}, Type::INT32).ints("depth", {}, {depth}).floats("on", {}, {1}).floats("off", {}, {0});
    model.add(Code::ONE_HOT, {"i", "depth", "on", "off"}, {"y"}).options(tflite::OneHotOptionsT()).output("y");
    return model.bytes();
  });
}

TEST(TfliteMutations, TruncatedFiles) {
  const std::string model = read_model("keyword_spotting_int8.tflite");
  expect_import_or_error([&](unsigned seed) { return model.substr(0, model.size() * seed / 1000); });
}

}  // namespace
}  // namespace convoy::tflite_frontend
