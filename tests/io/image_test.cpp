#include "io/image.h"

#include <cmath>

#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace convoy {
namespace {

using Image = TempFolder;

/// Red grows with x, green with y, blue is constant.
Tensor gradient(int64_t height, int64_t width) {
  Tensor pixels(DType::f32, Shape{height, width, 3});
  float* p = pixels.as<float>();
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      *p++ = static_cast<float>(x);
      *p++ = static_cast<float>(y);
      *p++ = 100;
    }
  }
  return pixels;
}

const float* pixel(const Tensor& pixels, int64_t y, int64_t x) {
  return pixels.as<float>() + (y * pixels.shape()[1] + x) * pixels.shape()[2];
}

TEST_F(Image, LosslessFormatsKeepEveryPixel) {
  const Tensor pixels = gradient(30, 40);
  for (const char* name : {"a.png", "a.tif", "a.PNG"}) {
    write_image(path(name), pixels);
    EXPECT_EQ(image_size(path(name)), (ImageSize{30, 40}));
    const LoadedImage loaded = load_image(path(name));
    ASSERT_EQ(loaded.pixels.type(), pixels.type());
    for (int64_t i = 0; i < pixels.elems(); ++i) ASSERT_EQ(loaded.pixels.as<float>()[i], pixels.as<float>()[i]);
  }
  EXPECT_EQ(count(), 3u);
}

TEST_F(Image, LossyFormatsComeClose) {
  const Tensor pixels = gradient(32, 32);
  for (const char* name : {"a.jpg", "a.webp"}) {
    write_image(path(name), pixels);
    const Tensor loaded = load_image(path(name)).pixels;
    ASSERT_EQ(loaded.type(), pixels.type());
    EXPECT_NEAR(pixel(loaded, 16, 16)[2], 100, 12);
  }
}

TEST_F(Image, ValuesAreRoundedAndClamped) {
  Tensor pixels(DType::f32, Shape{1, 4, 1});
  const float values[] = {-7, 300, 12.6f, NAN};
  std::copy(values, values + 4, pixels.as<float>());
  write_image(path("a.png"), pixels);
  const Tensor loaded = load_image(path("a.png")).pixels;
  EXPECT_EQ(loaded.shape(), (Shape{1, 4, 3})) << "grey comes back as RGB";
  EXPECT_EQ(pixel(loaded, 0, 0)[0], 0);
  EXPECT_EQ(pixel(loaded, 0, 1)[1], 255);
  EXPECT_EQ(pixel(loaded, 0, 2)[2], 13);
  EXPECT_EQ(pixel(loaded, 0, 3)[0], 0);
}

TEST_F(Image, CropKeepsProportions) {
  write_image(path("a.png"), gradient(30, 50));
  const LoadedImage loaded = load_image(path("a.png"), ImageSize{30, 30});
  EXPECT_EQ(loaded.part.left, 10);
  EXPECT_EQ(loaded.part.width, 30);
  EXPECT_EQ(pixel(loaded.pixels, 0, 0)[0], 10);
  EXPECT_EQ(pixel(loaded.pixels, 29, 29)[1], 29);
}

TEST_F(Image, StretchUsesAll) {
  write_image(path("a.png"), gradient(30, 60));
  const LoadedImage loaded = load_image(path("a.png"), ImageSize{30, 30}, Fit::stretch);
  EXPECT_EQ(loaded.part.width, 60);
  // A pixel twice as wide covers columns 28 to 31 by a triangle.
  EXPECT_NEAR(pixel(loaded.pixels, 15, 14)[0], 28.5, 0.1);
}

TEST_F(Image, NoneWantsTheRightSize) {
  write_image(path("a.png"), gradient(3, 5));
  load_image(path("a.png"), ImageSize{3, 5}, Fit::none);
  expect_invalid("a.png: is 5x3, the network takes 4x4", [&] {
    load_image(path("a.png"), ImageSize{4, 4}, Fit::none);
  });
}

TEST(ResizeImage, EnlargesWithHalfPixelCentres) {
  Tensor pixels(DType::f32, Shape{1, 4, 1});
  for (int i = 0; i < 4; ++i) pixels.as<float>()[i] = static_cast<float>(8 * i);
  const Tensor large = resize_image(pixels, {1, 8});
  const float expected[] = {0, 2, 6, 10, 14, 18, 22, 24};
  for (int i = 0; i < 8; ++i) EXPECT_NEAR(large.as<float>()[i], expected[i], 1e-4) << i;
}

TEST_F(Image, NamesAndPathsWithBracketsAreFiles) {
  write_image(path("we[ird,x=1].png"), gradient(2, 2));
  EXPECT_EQ(image_size(path("we[ird,x=1].png")), (ImageSize{2, 2}));
}

TEST_F(Image, RefusesDamage) {
  write_image(path("a.png"), gradient(64, 64));
  write_image(path("a.jpg"), gradient(64, 64));
  const std::string png = read("a.png"), jpg = read("a.jpg");
  expect_invalid("t.png: ", [&] { load_image(write("t.png", png.substr(0, png.size() / 2))); });
  expect_invalid("t.jpg: ", [&] { load_image(write("t.jpg", jpg.substr(0, jpg.size() / 2))); });
  expect_invalid("t.png: is empty", [&] { load_image(write("t.png", "")); });
  expect_invalid("is not a picture", [&] { load_image(write("t.png", "hello")); });
  expect_invalid("none.png: cannot be read", [&] { load_image(path("none.png")); });
  expect_invalid("is a folder", [&] { load_image(folder()); });
}

TEST_F(Image, WritesOnlyPictures) {
  expect_error(ErrorKind::usage, "pictures are written as", [&] { write_image(path("a.txt"), gradient(2, 2)); });
  EXPECT_TRUE(is_image_name("dir/x.JPG"));
  EXPECT_FALSE(is_image_name("x.npy"));
}

}  // namespace
}  // namespace convoy
