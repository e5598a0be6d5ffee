// Images that come and go in rows, and in shards, against the same images in memory.
#include <convoy/dense.h>

#include <cstring>
#include <limits>

#include "passes/pass_test.h"
#include "support/error.h"

namespace convoy {
namespace {

constexpr int64_t kChannels = 1;

DenseProgram program(Border border, int threads = 2) {
  DenseOptions options{.border = border, .tile_height = 16, .tile_width = 24};
  options.compile.threads = threads;
  auto dense = compile_dense(std::string(CONVOY_TEST_DATA) + "/patch_denoise_valid.onnx", options);
  EXPECT_TRUE(dense) << dense.status().message();
  return *dense;
}

Tensor random_image(int64_t height, int64_t width) {
  std::mt19937 random(3);
  return random_tensor({DType::f32, Shape{1, kChannels, height, width}}, random, 0, 1);
}

/// An image in memory as a source and a sink of rows, which checks the order in which they are asked for.
struct Rows {
  const Tensor& image;
  Tensor result;
  int64_t read_end = 0, write_end = -1;

  Rows(const DenseProgram& dense, const Tensor& from) : image(from) {
    const auto [rows, cols] = dense.output_size(from.shape()[2], from.shape()[3]);
    result = Tensor(DType::f32, Shape{1, kChannels, rows, cols});
    std::fill_n(result.as<float>(), result.elems(), -77.0f);
  }

  DenseRows callbacks() {
    DenseRows rows;
    rows.height = image.shape()[2], rows.width = image.shape()[3];
    rows.read = [this](int64_t first, int64_t count, float* planes, int64_t) {
      EXPECT_GE(first, read_end);
      read_end = first + count;
      const int64_t width = image.shape()[3];
      std::memcpy(planes, image.as<float>() + first * width, count * width * sizeof(float));
    };
    rows.write = [this](int64_t first, int64_t count, const float* planes, int64_t) {
      EXPECT_TRUE(write_end == -1 || first == write_end) << first << " after " << write_end;
      write_end = first + count;
      const int64_t width = result.shape()[3];
      std::memcpy(result.as<float>() + first * width, planes, count * width * sizeof(float));
    };
    return rows;
  }
};

double largest_difference(const Tensor& a, const Tensor& b) {
  double largest = 0;
  for (int64_t i = 0; i < a.elems(); ++i) {
    largest = std::max(largest, std::abs(double{a.as<float>()[i]} - b.as<float>()[i]));
  }
  return largest;
}

TEST(DenseRows, EqualTheImageInMemory) {
  for (Border border : {Border::reflect, Border::replicate, Border::zero, Border::valid}) {
    const DenseProgram dense = program(border);
    for (int64_t height : {16, 17, 65, 131, 200}) {
      const Tensor image = random_image(height, 70);
      Rows whole(dense, image);
      ASSERT_TRUE(dense.run(image_of(image), image_of(whole.result)).ok());
      for (int64_t band_rows : {0, 16, 40}) {
        SCOPED_TRACE(fmt::format("{} {} rows in bands of {}", to_string(border), height, band_rows));
        Rows rows(dense, image);
        DenseRows callbacks = rows.callbacks();
        callbacks.band_rows = band_rows;
        const Status status = dense.run(callbacks);
        ASSERT_TRUE(status.ok()) << status.message();
        EXPECT_EQ(rows.write_end, rows.result.shape()[2]);
        EXPECT_LE(largest_difference(rows.result, whole.result), 1e-5);
      }
    }
  }
}

TEST(DenseRows, ShardsAreBitIdentical) {
  const DenseProgram dense = program(Border::reflect);
  const Tensor image = random_image(211, 60);
  Rows whole(dense, image);
  DenseRows callbacks = whole.callbacks();
  callbacks.band_rows = 16;
  ASSERT_TRUE(dense.run(callbacks).ok());
  for (int64_t shards : {2, 5, 40}) {
    Rows parts(dense, image);
    int64_t next = 0;
    for (int64_t shard = 0; shard < shards; ++shard) {
      DenseRows part = parts.callbacks();
      part.band_rows = 16, part.shard = shard, part.shards = shards;
      const auto rows = dense.shard_rows(part);
      ASSERT_TRUE(rows);
      EXPECT_EQ(rows->first, next);
      next += rows->second;
      parts.read_end = 0, parts.write_end = -1;
      ASSERT_TRUE(dense.run(part).ok());
      if (rows->second > 0) {
        EXPECT_EQ(parts.write_end, next);
      }
    }
    EXPECT_EQ(next, parts.result.shape()[2]);
    EXPECT_EQ(std::memcmp(parts.result.data(), whole.result.data(), whole.result.bytes()), 0) << shards << " shards";
  }
}

TEST(DenseRows, BandsDoNotSeeEachOther) {
  const DenseProgram dense = program(Border::reflect, 1);
  const Tensor image = random_image(211, 60);
  Tensor broken = random_image(211, 60);
  std::fill_n(broken.as<float>(), 90 * 60, std::numeric_limits<float>::quiet_NaN());
  std::vector<Tensor> results;
  for (const Tensor* from : {&image, static_cast<const Tensor*>(&broken)}) {
    Rows rows(dense, *from);
    DenseRows callbacks = rows.callbacks();
    callbacks.band_rows = 16;
    ASSERT_TRUE(dense.run(callbacks).ok());
    results.push_back(rows.result);
  }
  const int64_t clean = 128 * 60;  // of the first band that sees nothing above row 90, on
  EXPECT_EQ(std::memcmp(results[0].as<float>() + clean, results[1].as<float>() + clean,
                        (results[0].elems() - clean) * sizeof(float)),
            0);
}

TEST(DenseRows, FailuresEndTheRun) {
  const DenseProgram dense = program(Border::reflect, 3);
  const Tensor image = random_image(300, 60);
  for (bool reading : {true, false}) {
    Rows rows(dense, image);
    DenseRows callbacks = rows.callbacks();
    callbacks.band_rows = 16;
    const auto write = callbacks.write;
    if (reading) {
      callbacks.read = [](int64_t, int64_t, float*, int64_t) { invalid_input("x.tif: is broken"); };
    } else {
      callbacks.write = [write](int64_t first, int64_t count, const float* planes, int64_t stride) {
        if (first > 100) invalid_input("the disk is full");
        write(first, count, planes, stride);
      };
    }
    const Status status = dense.run(callbacks);
    EXPECT_EQ(status.message(), reading ? "x.tif: is broken" : "the disk is full");
  }
  DenseRows none;
  none.height = none.width = 3;
  EXPECT_FALSE(dense.run(none).ok());
  Rows rows(dense, image);
  DenseRows wrong = rows.callbacks();
  wrong.shard = 4, wrong.shards = 4;
  EXPECT_NE(dense.run(wrong).message().find("no shard 4 of 4"), std::string::npos);
}

}  // namespace
}  // namespace convoy
