// Whole images strip by strip against the network on the image as a whole.
#include <convoy/image.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <thread>

#include "passes/pass_test.h"

namespace convoy {
namespace {

std::string model_path(const std::string& name) {
  return std::string(CONVOY_TEST_DATA) + "/" + name;
}

ImageOptions options_for(const std::string& input, int64_t height, int64_t width, int64_t strip_rows, int threads) {
  ImageOptions options{.strip_rows = strip_rows};
  options.compile.threads = threads;
  options.compile.shapes[input] = Shape{1, 1, height, width};
  return options;
}

TEST(ImageProgram, EqualsTheWholeImage) {
  for (const auto& [height, strip_rows] : {std::pair(40, 8), {61, 24}, {61, 7}, {9, 24}, {130, 0}, {30, 0}}) {
    SCOPED_TRACE(fmt::format("{} rows in strips of {}", height, strip_rows));
    const ImageOptions options = options_for("input", height, 53, strip_rows, 2);
    const auto strips = compile_image(model_path("espcn_x2.onnx"), options);
    ASSERT_TRUE(strips) << strips.status().message();
    EXPECT_EQ(strips->info().out_height, 2 * height);
    const auto whole = compile(model_path("espcn_x2.onnx"), options.compile);
    ASSERT_TRUE(whole);
    std::mt19937 random(4);
    const Tensor image = random_tensor({DType::f32, Shape{1, 1, height, 53}}, random, 0, 1);
    Context context(*whole);
    ASSERT_TRUE(context.bind_input(0, image).ok());
    context.run();
    const Tensor& expected = context.output(0);
    for (int run = 0; run < 2; ++run) {  // a second one begins anew
      const Tensor result(DType::f32, expected.shape());
      int64_t done = 0;
      const Status status = strips->run(image_of(image), image_of(result), [&](int64_t now, int64_t) { done = now; });
      ASSERT_TRUE(status.ok()) << status.message();
      EXPECT_GT(done, 0);
      for (int64_t i = 0; i < result.elems(); ++i) {
        ASSERT_NEAR(result.as<float>()[i], expected.as<float>()[i], 2e-5) << i;
      }
    }
  }
}

TEST(ImageProgram, TakesAllRowsAtOnceWhereStripsAreSlower) {
  const auto rows_for = [](const ImageOptions& options) {
    const auto program = compile_image(model_path("espcn_x2.onnx"), options);
    EXPECT_TRUE(program) << program.status().message();
    return program ? program->info().strip_rows : -1;
  };
  // Two strips of 24 rows would compute 48.
  ImageOptions low = options_for("input", 30, 53, 0, 1);
  EXPECT_EQ(rows_for(low), 30);
  low.compile.max_memory = 64 << 20;
  EXPECT_EQ(rows_for(low), 24);
  EXPECT_EQ(rows_for(options_for("input", 30, 53, 8, 1)), 8);
  EXPECT_EQ(rows_for(options_for("input", 1000, 53, 0, 1)), 24);
}

TEST(ImageProgram, SeveralImagesAtOnce) {
  const auto strips = compile_image(model_path("espcn_x2.onnx"), options_for("input", 61, 53, 24, 2));
  ASSERT_TRUE(strips);
  std::mt19937 random(4);
  std::vector<Tensor> images, alone;
  for (int i = 0; i < 4; ++i) {
    images.push_back(random_tensor({DType::f32, Shape{1, 1, 61, 53}}, random, 0, 1));
    alone.emplace_back(DType::f32, Shape{1, 1, 122, 106});
    ASSERT_TRUE(strips->run(image_of(images[i]), image_of(alone[i])).ok());
  }
  std::vector<std::thread> users;
  std::vector<int> wrong(images.size());
  for (size_t user = 0; user < images.size(); ++user) {
    users.emplace_back([&, user] {
      const Tensor result(DType::f32, alone[user].shape());
      for (int run = 0; run < 5; ++run) {
        const bool ran = strips->run(image_of(images[user]), image_of(result)).ok();
        wrong[user] += !ran || std::memcmp(result.data(), alone[user].data(), result.bytes()) != 0;
      }
    });
  }
  for (std::thread& user : users) user.join();
  EXPECT_EQ(wrong, std::vector<int>(images.size()));
}

TEST(ImageProgram, GoesOnAfterARunThatFailed) {
  const auto strips = compile_image(model_path("espcn_x2.onnx"), options_for("input", 61, 53, 24, 1));
  ASSERT_TRUE(strips);
  const Tensor image(DType::f32, Shape{1, 1, 61, 53}), result(DType::f32, Shape{1, 1, 122, 106});
  RowStream broken;
  broken.read = [](int64_t first, int64_t, float*, int64_t) {
    if (first > 0) throw std::runtime_error("no more rows");
  };
  broken.write = [](int64_t, int64_t, const float*, int64_t) {};
  EXPECT_EQ(strips->run(broken).message(), "no more rows");
  EXPECT_TRUE(strips->run(image_of(image), image_of(result)).ok());
}

TEST(ImageProgram, SaysWhyNot) {
  const auto refused = [](const std::string& name) {
    const auto program = compile_image(model_path(name));
    EXPECT_FALSE(program);
    EXPECT_EQ(program.status().kind(), ErrorKind::unsupported);
    return program.status().message();
  };
  EXPECT_NE(refused("mnist.onnx").find("strips need images"), std::string::npos);
  const auto strips = compile_image(model_path("espcn_x2.onnx"), options_for("input", 40, 30, 0, 1));
  ASSERT_TRUE(strips);
  const Tensor image(DType::f32, Shape{1, 1, 41, 30}), result(DType::f32, Shape{1, 1, 80, 60});
  EXPECT_NE(strips->run(image_of(image), image_of(result)).message().find("compiled for 30x40"), std::string::npos);
}

}  // namespace
}  // namespace convoy
