#include "cli/outputs.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cli/overlay.h"
#include "io/files.h"
#include "io/image.h"
#include "io/npy.h"
#include "io/npz.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

struct OutputTarget {
  std::string name;  ///< of the output, or empty
  std::string path;
};

/// NAME=FILE. A '=' behind a '/' belongs to the file's name, which can only be in the way of unnamed outputs.
OutputTarget split_output(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return {"", text};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

size_t find_output(const OutputTarget& target, const std::vector<PortInfo>& ports) {
  std::vector<std::string> names;
  for (const PortInfo& port : ports) names.push_back(port.name);
  if (target.name.empty()) {
    if (ports.size() == 1) return 0;
    usage_error("--output {}: the network has {} outputs ({}); write NAME={}, or a .npz for all", target.path,
                ports.size(), fmt::join(names, ", "), target.path);
  }
  const auto found = std::find(names.begin(), names.end(), target.name);
  if (found == names.end()) {
    usage_error("--output names '{}', which is no output of the network; it has {}", target.name,
                fmt::join(names, ", "));
  }
  return found - names.begin();
}

struct Range {
  double low, high;
  const char* origin;
};

/// Which values are black and white: 0..255 when any is large, -1..1 when some are clearly negative, else 0..1.
Range guess_range(const Tensor& picture) {
  const float* values = picture.as<float>();
  const auto [low, high] = std::minmax_element(values, values + picture.elems());
  if (*high > 4) return {0, 255, "guessed"};
  return *low < -0.5f ? Range{-1, 1, "guessed"} : Range{0, 1, "guessed"};
}

std::string write_picture(const std::string& path, const Tensor& output, const OutputOptions& options,
                          const NetworkInputs& inputs) {
  const ChannelOrder order = inputs.preprocess ? inputs.preprocess->channels : ChannelOrder::rgb;
  Tensor picture = picture_of(output, order);
  const Range range = options.range.empty() ? guess_range(picture) : Range{options.range[0], options.range[1], "given"};
  float* values = picture.as<float>();
  const auto [low, high] = std::minmax_element(values, values + picture.elems());
  const std::string text =
      fmt::format("{}: {}x{} {}, values {:.3g}..{:.3g} shown as {:g}..{:g} ({}{})", path, picture.shape()[1],
                  picture.shape()[0], picture.shape()[2] == 1 ? "grey" : "RGB", *low, *high, range.low, range.high,
                  range.origin, options.range.empty() ? "; --output-range LOW,HIGH" : "");
  std::transform(values, values + picture.elems(), values,
                 [&](float value) { return static_cast<float>((value - range.low) / (range.high - range.low) * 255); });
  write_image(path, picture);
  return text;
}

std::string write_archive(const std::string& path, const std::vector<PortInfo>& ports,
                          const std::vector<Tensor>& outputs) {
  NamedTensors named;
  for (size_t i = 0; i < ports.size(); ++i) named.emplace_back(ports[i].name, outputs[i]);
  write_npz(path, named);
  return fmt::format("{}: {} output{}", path, ports.size(), ports.size() == 1 ? "" : "s");
}

}  // namespace

void add_output_options(CLI::App& command, OutputOptions& options) {
  command
      .add_option("--output", options.outputs,
                  "[NAME=]FILE: .npy (one output), .npz (all of them) or a picture (.png, .jpg, .webp, .tif)")
      ->allow_extra_args(false);
  command
      .add_option("--output-range", options.range,
                  "LOW,HIGH: what is black and white in pictures (default: guessed; of large images, as in the input)")
      ->delimiter(',')
      ->expected(2);
  command
      .add_option("--overlay", options.overlay,
                  "write the input picture with a segmentation, or a map of probabilities, drawn over it")
      ->type_name("FILE");
}

void check_outputs(const OutputOptions& options) {
  for (const std::string& text : options.outputs) {
    const std::string path = split_output(text).path;
    if (extension(path) != ".npy" && extension(path) != ".npz" && !is_image_name(path)) {
      usage_error("--output {}: the name must end in .npy, .npz, .png, .jpg, .webp or .tif", path);
    }
    check_writable(path);
  }
  if (!options.overlay.empty()) {
    if (!is_image_name(options.overlay)) usage_error("--overlay {}: not the name of a picture", options.overlay);
    check_writable(options.overlay);
  }
  if (!options.range.empty() && options.range[0] == options.range[1]) usage_error("--output-range is empty");
}

void check_outputs(const OutputOptions& options, const std::vector<PortInfo>& ports, bool has_picture) {
  for (const std::string& text : options.outputs) {
    const OutputTarget target = split_output(text);
    if (extension(target.path) == ".npz" && target.name.empty()) continue;
    const PortInfo& port = ports[find_output(target, ports)];
    if (is_image_name(target.path) && !image_layout(port.type.shape)) {
      usage_error("--output {}: output '{}' {} is not a picture; write a .npy", target.path, port.name,
                  port.type.str());
    }
  }
  if (options.overlay.empty()) return;
  if (!has_picture) usage_error("--overlay needs a picture as --input");
  overlay_output(ports);  // throws when no output can be drawn
}

std::vector<std::string> write_outputs(const OutputOptions& options, const std::vector<PortInfo>& ports,
                                       const std::vector<Tensor>& outputs, const std::vector<Tensor>& values,
                                       const NetworkInputs& inputs) {
  std::vector<std::string> lines;
  for (const std::string& text : options.outputs) {
    const OutputTarget target = split_output(text);
    if (extension(target.path) == ".npz" && target.name.empty()) {
      lines.push_back(write_archive(target.path, ports, outputs));
      continue;
    }
    const size_t index = find_output(target, ports);
    if (is_image_name(target.path)) {
      lines.push_back(write_picture(target.path, values[index], options, inputs));
    } else if (extension(target.path) == ".npz") {
      lines.push_back(write_archive(target.path, {ports[index]}, {outputs[index]}));
    } else {
      write_npy(target.path, outputs[index]);
      lines.push_back(fmt::format("{}: '{}' {}", target.path, ports[index].name, ports[index].type.str()));
    }
  }
  if (!options.overlay.empty()) {
    const size_t index = overlay_output(ports);
    lines.push_back(write_overlay(options.overlay, values[index], *inputs.picture));
  }
  return lines;
}

}  // namespace convoy::cli
