// Damaged TFLite models.
#include <gtest/gtest.h>

#include <random>

#include "frontends/tflite/import.h"
#include "frontends/tflite/model_builder.h"
#include "fuzz/mutate_tflite.h"
#include "support/byte_mutations.h"

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

/// Changes one number of the model, and up to seven more.
void mutate_numbers(const std::string& model) {
  ASSERT_FALSE(model.empty());
  expect_import_or_error([&](unsigned seed) {
    std::mt19937 random(seed);
    std::string bytes = model;
    for (unsigned count = 1 + random() % 8; count > 0; --count) {
      const std::string next = mutate_tflite(bytes, random);
      if (!next.empty()) bytes = next;
    }
    return bytes;
  });
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

TEST(TfliteMutations, TruncatedFiles) {
  const std::string model = read_model("keyword_spotting_int8.tflite");
  expect_import_or_error([&](unsigned seed) { return model.substr(0, model.size() * seed / 1000); });
}

}  // namespace
}  // namespace convoy::tflite_frontend
