#include "io/preprocess.h"

#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace convoy {
namespace {

using PreprocessFile = TempFolder;

const TensorType kClassifierInput{DType::f32, {1, 3, 224, 224}};
const std::vector<TensorType> kScores{{DType::f32, {1, 1000}}};
const std::vector<TensorType> kPicture{{DType::f32, {1, 3, 448, 448}}};

std::string described(const PreprocessOptions& options, const TensorType& input = kClassifierInput,
                      const std::vector<TensorType>& outputs = kScores) {
  return make_preprocess(options, input, outputs).describe();
}

TEST(MakePreprocess, GuessesFromTheNetwork) {
  EXPECT_EQ(make_preprocess({}, kClassifierInput, kScores).preset, "imagenet");
  EXPECT_EQ(make_preprocess({}, kClassifierInput, kPicture).preset, "unit");
  EXPECT_EQ(make_preprocess({}, {DType::f32, {1, 1, 28, 28}}, kScores).preset, "unit");
  EXPECT_EQ(make_preprocess({}, {DType::u8, {1, 224, 224, 3}}, kScores).preset, "raw");
  EXPECT_EQ(make_preprocess({}, kClassifierInput, {{DType::f32, {1, 3, 1, 1}}}).preset, "imagenet");
  EXPECT_TRUE(make_preprocess({}, kClassifierInput, kScores).guessed);
}

TEST(MakePreprocess, GuessesTensorFlowsFromTheOrderOfAxes) {
  EXPECT_EQ(make_preprocess({}, {DType::f32, {1, 224, 224, 3}}, kScores).preset, "tf");
  EXPECT_EQ(make_preprocess({}, {DType::f32, {1, 28, 28, 1}}, kScores).preset, "unit");
}

TEST(MakePreprocess, GuessesFromWhatIntegersStandFor) {
  const auto preset = [](DType dtype, double scale, int64_t zero) {
    return make_preprocess({}, {dtype, {1, 224, 224, 3}}, kScores, Quantisation{scale, zero}).preset;
  };
  EXPECT_EQ(preset(DType::u8, 1.0 / 128, 128), "tf");
  EXPECT_EQ(preset(DType::u8, 2.0 / 255, 127), "tf");
  EXPECT_EQ(preset(DType::i8, 1.0 / 128, 0), "tf");
  EXPECT_EQ(preset(DType::u8, 1.0 / 255, 0), "unit");
  EXPECT_EQ(preset(DType::i8, 1.0 / 255, -128), "unit");
  EXPECT_EQ(preset(DType::u8, 0.0187, 114), "imagenet");
  EXPECT_EQ(preset(DType::u8, 1, 0), "raw");
  EXPECT_EQ(preset(DType::i8, 0.6, 83), "raw");
}

TEST(MakePreprocess, SaysThatIntegersStandForValues) {
  const TensorType bytes{DType::u8, {1, 8, 8, 3}};
  EXPECT_EQ(make_preprocess({}, bytes, kScores, Quantisation{0.0078125, 128}).describe(),
            "RGB, (x - 127.5) / 127.5, quantised with scale 0.007812, zero point 128");
  EXPECT_EQ(make_preprocess({.preset = "raw"}, bytes, kScores, Quantisation{0.0078125, 128}).describe(), "RGB, x");
}

TEST(MakePreprocess, DescribesTheFormula) {
  EXPECT_EQ(described({.preset = "imagenet"}), "RGB, (x/255 - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)");
  EXPECT_EQ(described({.preset = "caffe"}), "BGR, x - (104, 117, 123)");
  EXPECT_EQ(described({.preset = "tf"}), "RGB, (x - 127.5) / 127.5");
  EXPECT_EQ(described({.preset = "unit"}), "RGB, x/255");
  EXPECT_EQ(described({.preset = "raw"}), "RGB, x");
  EXPECT_EQ(described({.preset = "raw", .channels = "bgr", .mean = {128}, .std = {128}}), "BGR, (x - 128) / 128");
  EXPECT_EQ(described({.preset = "caffe"}, {DType::f32, {1, 1, 28, 28}}), "grey, x - 117");
}

TEST(MakePreprocess, RefusesWrongOptions) {
  const auto refuses = [](const std::string& part, const PreprocessOptions& options) {
    expect_error(ErrorKind::usage, part, [&] { described(options); });
  };
  refuses("'torch' is none of imagenet, caffe, tf, unit, raw", {.preset = "torch"});
  refuses("'yuv' is none of", {.channels = "yuv"});
  refuses("takes 3 channels", {.channels = "grey"});
  refuses("--mean has 2 values", {.mean = {1, 2}});
  refuses("--std is 0", {.std = {0}});
  refuses("'zoom' is none of", {.fit = "zoom"});
  expect_invalid("a picture cannot be input f32[1x10]", [] { described({}, {DType::f32, {1, 10}}); });
  expect_invalid("give a .npy file", [] { described({}, {DType::f32, {64, 3, 16, 16}}); });
}

TEST(ImageLayout, KnowsPlanarAndInterleaved) {
  EXPECT_EQ(image_layout({1, 3, 20, 30})->channel_axis, 1);
  EXPECT_EQ(image_layout({1, 20, 30, 3})->channel_axis, 3);
  EXPECT_EQ(image_layout({1, 20, 30, 3})->size, (ImageSize{20, 30}));
  EXPECT_EQ(image_layout({3, 20, 30})->channel_axis, 0);
  EXPECT_FALSE(image_layout({1, 4, 20, 30}));
  EXPECT_FALSE(image_layout({2, 3, 20, 30}));
}

Tensor prepared(const std::string& path, const TensorType& input, const PreprocessOptions& options) {
  return prepare_image(path, input, make_preprocess(options, input, kScores)).tensor;
}

class PreprocessPixels : public TempFolder {
 protected:
  PreprocessPixels() {
    Tensor pixels(DType::f32, Shape{1, 2, 3});
    const float values[] = {10, 20, 30, 40, 50, 60};
    std::copy(values, values + 6, pixels.as<float>());
    write_image(path("a.png"), pixels);
  }
  std::vector<float> values(const Shape& shape, const PreprocessOptions& options) {
    const Tensor tensor = prepared(path("a.png"), {DType::f32, shape}, options);
    return {tensor.as<float>(), tensor.as<float>() + tensor.elems()};
  }
};

TEST_F(PreprocessPixels, QuantisedInputs) {
  const TensorType input{DType::u8, {1, 3, 1, 2}};
  const auto quantised = [&](const Quantisation& quantisation) {
    const Preprocess preprocess = make_preprocess({.preset = "tf"}, input, kScores, quantisation);
    const Tensor tensor = prepare_image(path("a.png"), input, preprocess).tensor;
    return std::vector<int>(tensor.as<uint8_t>(), tensor.as<uint8_t>() + tensor.elems());
  };
  // (x - 127.5) / 127.5 * 128 + 128
  EXPECT_EQ(quantised({1.0 / 128, 128}), (std::vector<int>{10, 40, 20, 50, 30, 60}));
  EXPECT_EQ(quantised({1.0 / 256, 200}), (std::vector<int>{0, 24, 0, 44, 4, 64})) << "saturates";
}

TEST_F(PreprocessPixels, LayoutAndChannelOrder) {
  EXPECT_EQ(values({1, 3, 1, 2}, {.preset = "raw"}), (std::vector<float>{10, 40, 20, 50, 30, 60}));
  EXPECT_EQ(values({1, 3, 1, 2}, {.preset = "caffe"}),
            (std::vector<float>{30 - 104, 60 - 104, 20 - 117, 50 - 117, 10 - 123, 40 - 123}));
  EXPECT_EQ(values({1, 2, 2, 3}, {.preset = "raw", .fit = "stretch"}),
            (std::vector<float>{10, 20, 30, 40, 50, 60, 10, 20, 30, 40, 50, 60}));
}

TEST_F(PreprocessPixels, GreyIsLuma) {
  const std::vector<float> grey = values({1, 1, 1, 2}, {.preset = "raw"});
  EXPECT_NEAR(grey[0], 0.299 * 10 + 0.587 * 20 + 0.114 * 30, 1e-4);
}

TEST_F(PreprocessPixels, IntegerInputs) {
  const Tensor bytes = prepared(path("a.png"), {DType::u8, {1, 1, 2, 3}}, {});
  EXPECT_EQ(bytes.dtype(), DType::u8);
  EXPECT_EQ(prepared(path("a.png"), {DType::u8, {1, 3, 1, 2}}, {}).as<uint8_t>()[1], 40);
  EXPECT_EQ(prepared(path("a.png"), {DType::i8, {1, 3, 1, 2}}, {}).as<int8_t>()[1], 40 - 128);
}

TEST_F(PreprocessPixels, DescriptionNamesFileAndSizes) {
  const TensorType input{DType::f32, {1, 3, 1, 1}};
  const PreparedImage image = prepare_image(path("a.png"), input, make_preprocess({}, input, kPicture));
  EXPECT_EQ(image.description, "a.png 2x1 -> crop 1x1, RGB, x/255");
}

TEST(PictureOf, UndoesLayoutAndOrder) {
  const Tensor planar = Tensor::of<float>({1, 2, 3, 4, 5, 6}).reshaped({1, 3, 1, 2});
  const Tensor rgb = picture_of(planar, ChannelOrder::rgb), bgr = picture_of(planar, ChannelOrder::bgr);
  EXPECT_EQ(rgb.shape(), (Shape{1, 2, 3}));
  EXPECT_EQ(rgb.as<float>()[1], 3);
  EXPECT_EQ(bgr.as<float>()[0], 5);
  expect_invalid("is not a picture", [] { picture_of(Tensor::of<float>({1, 2}), ChannelOrder::rgb); });
}

}  // namespace
}  // namespace convoy
