#include "io/preprocess.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "io/convert.h"
#include "support/dtypes.h"
#include "support/error.h"

namespace convoy {
namespace {

struct Preset {
  const char* name;
  ChannelOrder channels;
  double scale;
  std::vector<double> mean, std;
};

const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = {
      // What torchvision's networks are trained with.
      {"imagenet", ChannelOrder::rgb, 1.0 / 255, {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}},
      // Caffe's model zoo.
      {"caffe", ChannelOrder::bgr, 1, {104, 117, 123}, {1}},
      // TensorFlow's Inception and MobileNet: -1..1.
      {"tf", ChannelOrder::rgb, 1, {127.5}, {127.5}},
      {"unit", ChannelOrder::rgb, 1.0 / 255, {0}, {1}},
      {"raw", ChannelOrder::rgb, 1, {0}, {1}},
  };
  return all;
}

const Preset& find_preset(const std::string& name) {
  for (const Preset& preset : presets()) {
    if (preset.name == name) return preset;
  }
  usage_error("--preprocess '{}' is none of {}", name, fmt::join(preset_names(), ", "));
}

bool is_picture(const TensorType& type) {
  if (type.shape.rank() != 4) return false;
  const auto layout = image_layout(type.shape);
  return layout && layout->size.height > 1 && layout->size.width > 1;
}

/// The least and greatest numbers of a type of bytes.
std::pair<int64_t, int64_t> byte_range(DType dtype) {
  return dtype == DType::i8 ? std::pair<int64_t, int64_t>{-128, 127} : std::pair<int64_t, int64_t>{0, 255};
}

/// By the real numbers that black and white are among: those that bytes can stand for.
std::string preset_of_range(DType dtype, const Quantisation& quantisation) {
  const auto [least, most] = byte_range(dtype);
  const double low = quantisation.value(least), high = quantisation.value(most);
  const auto between = [&](double a, double b, double slack) {
    return std::abs(low - a) < slack && std::abs(high - b) < slack;
  };
  if (between(-1, 1, 0.02)) return "tf";
  if (between(0, 1, 0.02)) return "unit";
  // Black and white of all three channels are within -2.12..2.64.
  if (between(-2.12, 2.64, 0.2)) return "imagenet";
  return "raw";
}

bool is_byte(DType dtype) {
  return dtype == DType::i8 || dtype == DType::u8;
}

std::string guess_preset(const TensorType& input, const std::vector<TensorType>& outputs,
                         const std::optional<Quantisation>& quantisation) {
  if (quantisation && is_byte(input.dtype)) return preset_of_range(input.dtype, *quantisation);
  if (!is_float(input.dtype)) return "raw";
  const auto layout = image_layout(input.shape);
  const bool to_picture = std::any_of(outputs.begin(), outputs.end(), is_picture);
  if (to_picture || (layout && layout->channels == 1)) return "unit";
  return layout && layout->channel_axis == input.shape.rank() - 1 ? "tf" : "imagenet";
}

Fit parse_fit(const std::string& text) {
  if (text.empty() || text == "crop") return Fit::crop;
  if (text == "stretch") return Fit::stretch;
  if (text == "none") return Fit::none;
  usage_error("--fit '{}' is none of crop, stretch, none", text);
}

ChannelOrder channel_order(const std::string& text, ChannelOrder preset, int64_t channels) {
  if (!text.empty() && text != "rgb" && text != "bgr" && text != "grey") {
    usage_error("--channels '{}' is none of rgb, bgr, grey", text);
  }
  if ((text == "grey") != (channels == 1) && !text.empty()) {
    usage_error("--channels {}: the network takes {} channel{}", text, channels, channels == 1 ? "" : "s");
  }
  if (channels == 1) return ChannelOrder::grey;
  if (text.empty()) return preset;
  return text == "bgr" ? ChannelOrder::bgr : ChannelOrder::rgb;
}

/// One value a channel; a single value goes for all.
std::vector<double> per_channel(std::vector<double> values, int64_t channels, const char* option) {
  if (values.size() == 1) values.resize(channels, values[0]);
  if (static_cast<int64_t>(values.size()) != channels) {
    usage_error("{} has {} values, the network takes {} channel{}", option, values.size(), channels,
                channels == 1 ? "" : "s");
  }
  return values;
}

std::string list_text(const std::vector<double>& values) {
  const bool equal = std::all_of(values.begin(), values.end(), [&](double value) { return value == values[0]; });
  return equal ? fmt::format("{}", values[0]) : fmt::format("({})", fmt::join(values, ", "));
}

bool all_equal_to(const std::vector<double>& values, double value) {
  return std::all_of(values.begin(), values.end(), [&](double v) { return v == value; });
}

/// The picture's channel that goes to the network's channel `c`, as weights of R, G and B.
std::vector<float> rgb_weights(ChannelOrder order, int64_t c) {
  if (order == ChannelOrder::grey) return {0.299f, 0.587f, 0.114f};  // luma of JPEG and BT.601
  std::vector<float> weights(3, 0.0f);
  weights[order == ChannelOrder::bgr ? 2 - c : c] = 1;
  return weights;
}

/// Index steps of a tensor seen as an image.
struct ImageStrides {
  int64_t pixel, channel;
};

ImageStrides image_strides(const ImageLayout& layout, const Shape& shape) {
  const bool planar = layout.channel_axis == shape.rank() - 3;
  return planar ? ImageStrides{1, layout.size.height * layout.size.width} : ImageStrides{layout.channels, 1};
}

void fill(Tensor& dst, const Tensor& pixels, const ImageLayout& layout, const Preprocess& preprocess) {
  const auto [pixel_stride, channel_stride] = image_strides(layout, dst.shape());
  const int64_t count = layout.size.height * layout.size.width;
  for (int64_t c = 0; c < layout.channels; ++c) {
    prepare_channel(preprocess, c, pixels.as<float>(), 3, count, dst.as<float>() + c * channel_stride, pixel_stride);
  }
}

/// Integers are rounded. Those that stand for nothing else are pixels: i8 takes 0..255 as -128..127.
Tensor to_input_dtype(Tensor values, DType dtype, const std::optional<Quantisation>& quantised) {
  if (is_float(dtype)) return convert(values, dtype);
  const double scale = quantised ? quantised->scale : 1;
  const double zero = quantised ? static_cast<double>(quantised->zero) : dtype == DType::i8 ? -128 : 0;
  std::transform(values.as<float>(), values.as<float>() + values.elems(), values.as<float>(),
                 [&](float value) { return static_cast<float>(std::nearbyint(value / scale + zero)); });
  return convert(values, dtype);
}

const char* fit_word(Fit fit) {
  return fit == Fit::crop ? "crop" : fit == Fit::stretch ? "stretch" : "as it is";
}

std::string sizes_text(const ImageSize& from, const ImageSize& to, Fit fit) {
  return from == to ? from.str() : fmt::format("{} -> {} {}", from.str(), fit_word(fit), to.str());
}

ImageLayout input_layout(const TensorType& input) {
  const auto layout = image_layout(input.shape);
  if (!layout) {
    invalid_input("a picture cannot be input {}: 1xCxHxW or 1xHxWxC with 1 or 3 channels is needed; give a .npy file",
                  input.str());
  }
  return *layout;
}

}  // namespace

std::optional<ImageLayout> image_layout(const Shape& shape) {
  const int rank = shape.rank();
  if (rank != 3 && !(rank == 4 && shape[0] == 1)) return {};
  const auto is_color = [](int64_t extent) { return extent == 1 || extent == 3; };
  const int first = rank - 3;
  if (is_color(shape[first])) return ImageLayout{first, shape[first], {shape[first + 1], shape[first + 2]}};
  if (is_color(shape[first + 2])) return ImageLayout{first + 2, shape[first + 2], {shape[first], shape[first + 1]}};
  return {};
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const Preset& preset : presets()) names.push_back(preset.name);
  return names;
}

Preprocess make_preprocess(const PreprocessOptions& options, const TensorType& input,
                           const std::vector<TensorType>& outputs, const std::optional<Quantisation>& quantisation) {
  const int64_t channels = input_layout(input).channels;
  Preprocess result;
  result.guessed = options.preset.empty();
  result.preset = result.guessed ? guess_preset(input, outputs, quantisation) : options.preset;
  const Preset& preset = find_preset(result.preset);
  result.channels = channel_order(options.channels, preset.channels, channels);
  result.scale = options.scale.value_or(preset.scale);
  // A preset's colours have no meaning for a grey network.
  const bool mono = channels == 1;
  const auto reduced = [&](const std::vector<double>& values) {
    return mono && values.size() > 1 ? std::vector<double>{values[1]} : values;
  };
  result.mean = per_channel(options.mean.empty() ? reduced(preset.mean) : options.mean, channels, "--mean");
  result.std = per_channel(options.std.empty() ? reduced(preset.std) : options.std, channels, "--std");
  if (std::count(result.std.begin(), result.std.end(), 0.0)) usage_error("--std is 0");
  result.fit = parse_fit(options.fit);
  if (result.preset != "raw" && !is_float(input.dtype)) result.quantised = quantisation;
  return result;
}

std::string Preprocess::describe() const {
  const char* order = channels == ChannelOrder::grey ? "grey" : channels == ChannelOrder::bgr ? "BGR" : "RGB";
  std::string formula = scale == 1 ? "x" : fmt::format("x/{:.6g}", 1 / scale);
  const bool divided = !all_equal_to(std, 1);
  if (!all_equal_to(mean, 0)) {
    formula = fmt::format("{} - {}", formula, list_text(mean));
    if (divided) formula = "(" + formula + ")";
  }
  if (divided) formula += " / " + list_text(std);
  if (quantised)
    formula += fmt::format(", quantised with scale {:.4g}, zero point {}", quantised->scale, quantised->zero);
  return fmt::format("{}, {}", order, formula);
}

void prepare_channel(const Preprocess& preprocess, int64_t c, const float* pixels, int64_t pixel_channels,
                     int64_t count, float* out, int64_t out_stride) {
  const std::vector<float> weights = rgb_weights(preprocess.channels, c);
  const int64_t green = pixel_channels == 3 ? 1 : 0, blue = 2 * green;
  for (int64_t i = 0; i < count; ++i, pixels += pixel_channels, out += out_stride) {
    const float value = weights[0] * pixels[0] + weights[1] * pixels[green] + weights[2] * pixels[blue];
    *out = static_cast<float>((value * preprocess.scale - preprocess.mean[c]) / preprocess.std[c]);
  }
}

std::pair<double, double> black_and_white(const Preprocess& preprocess) {
  const size_t middle = preprocess.mean.size() / 2;
  const double mean = preprocess.mean[middle], std = preprocess.std[middle];
  return {0 - mean / std, (255 * preprocess.scale - mean) / std};
}

PreparedImage prepare_image(const std::string& path, const TensorType& input, const Preprocess& preprocess) {
  const ImageLayout layout = input_layout(input);
  PreparedImage prepared;
  prepared.path = path;
  prepared.image = load_image(path, layout.size, preprocess.fit);
  Tensor values(DType::f32, input.shape);
  fill(values, prepared.image.pixels, layout, preprocess);
  prepared.tensor = to_input_dtype(std::move(values), input.dtype, preprocess.quantised);
  prepared.description =
      fmt::format("{} {}, {}", std::filesystem::path(path).filename().string(),
                  sizes_text(prepared.image.original, layout.size, preprocess.fit), preprocess.describe());
  return prepared;
}

Tensor picture_of(const Tensor& output, ChannelOrder channels) {
  const auto layout = image_layout(output.shape());
  if (!layout) {
    invalid_input("output {} is not a picture: 1xCxHxW or 1xHxWxC with 1 or 3 channels is needed", output.type().str());
  }
  const Tensor values = convert(output, DType::f32);
  const auto [pixel_stride, channel_stride] = image_strides(*layout, output.shape());
  Tensor picture(DType::f32, Shape{layout->size.height, layout->size.width, layout->channels});
  float* dst = picture.as<float>();
  for (int64_t i = 0; i < layout->size.height * layout->size.width; ++i) {
    for (int64_t c = 0; c < layout->channels; ++c) {
      const int64_t from = channels == ChannelOrder::bgr && layout->channels == 3 ? 2 - c : c;
      *dst++ = values.as<float>()[i * pixel_stride + from * channel_stride];
    }
  }
  return picture;
}

}  // namespace convoy
