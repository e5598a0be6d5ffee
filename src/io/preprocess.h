// From a picture to the tensor a network takes: size, channel order, scaling, layout and element type.
//
// A network file does not say how its training pictures were prepared, so a preset is guessed and always
// printed:
//   integer input                        raw     x, 0..255 (i8: x - 128)
//   the same with scale and zero point   that of tf, unit, imagenet whose range its numbers cover, else raw
//   an output is a picture (4 axes)      unit    x/255
//   one input channel                    unit
//   channels last                        tf      TensorFlow's networks
//   any other                            imagenet
//
// Integers that stand for real numbers are given those that the prepared pixels are closest to, but for raw.
#pragma once

#include <convoy/tensor.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/image.h"
#include "support/quantisation.h"

namespace convoy {

enum class ChannelOrder { rgb, bgr, grey };

/// What was asked for on the command line; everything is optional.
struct PreprocessOptions {
  std::string preset;        ///< imagenet, caffe, tf, unit, raw; empty: guessed
  std::string channels;      ///< rgb, bgr; empty: as the preset
  std::vector<double> mean;  ///< one value, or one a channel in the network's order
  std::vector<double> std;
  std::optional<double> scale;
  std::string fit;  ///< crop, stretch, none; empty: crop
};

/// value = (pixel * scale - mean[channel]) / std[channel], channels in the order the network has them.
struct Preprocess {
  std::string preset;
  bool guessed = false;
  ChannelOrder channels = ChannelOrder::rgb;
  double scale = 1;
  std::vector<double> mean, std;  ///< one a channel
  Fit fit = Fit::crop;
  std::optional<Quantisation> quantised;  ///< the input's integers stand for prepared values

  /// "RGB, (x/255 - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)".
  std::string describe() const;
};

/// Where the axes of a picture are in a network input or output.
struct ImageLayout {
  int channel_axis = 1;
  int64_t channels = 3;
  ImageSize size;
};

/// 1xCxHxW, 1xHxWxC, CxHxW or HxWxC with one or three channels; nothing for any other shape.
std::optional<ImageLayout> image_layout(const Shape& shape);

/// Names of the presets, for help texts.
std::vector<std::string> preset_names();

/// Throws usage Errors. `input` and `outputs` are the network's; `quantisation` is what the input's integers stand for.
Preprocess make_preprocess(const PreprocessOptions& options, const TensorType& input,
                           const std::vector<TensorType>& outputs,
                           const std::optional<Quantisation>& quantisation = {});

/// Channel `c` of the network's input, of `count` pixels of grey (1 channel) or RGB.
void prepare_channel(const Preprocess& preprocess, int64_t c, const float* pixels, int64_t pixel_channels,
                     int64_t count, float* out, int64_t out_stride = 1);

/// The values that black and white become.
std::pair<double, double> black_and_white(const Preprocess& preprocess);

struct PreparedImage {
  std::string path;
  Tensor tensor;            ///< of the network input's type
  LoadedImage image;        ///< at the network's size, 0..255
  std::string description;  ///< "cat.png 512x341 -> crop 224x224, RGB, x/255"
};

/// Reads a picture for a network input. Throws Error when the input is not a picture's.
PreparedImage prepare_image(const std::string& path, const TensorType& input, const Preprocess& preprocess);

/// A network output that is a picture as f32 H x W x C, in RGB order. Throws Error when it is not one.
Tensor picture_of(const Tensor& output, ChannelOrder channels);

}  // namespace convoy
