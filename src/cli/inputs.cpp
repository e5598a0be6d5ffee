#include "cli/inputs.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <random>

#include "frontends/summary.h"
#include "io/convert.h"
#include "io/npy.h"
#include "io/npz.h"
#include "support/dtypes.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

struct InputFile {
  std::string name;  ///< of the input, or empty
  std::string path;
};

/// NAME=FILE, unless that is itself a file's name.
InputFile split_input(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || std::filesystem::exists(text)) return {"", text};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

bool is_array_name(const std::string& path) {
  return extension(path) == ".npy" || extension(path) == ".npz";
}

std::vector<TensorType> types_of(const std::vector<PortInfo>& ports) {
  std::vector<TensorType> types;
  for (const PortInfo& port : ports) types.push_back(port.type);
  return types;
}

std::string list_ports(const std::vector<PortInfo>& ports) {
  std::vector<std::string> words;
  for (const PortInfo& port : ports) words.push_back(fmt::format("'{}' {}", port.name, port.type.str()));
  return fmt::format("{}", fmt::join(words, ", "));
}

/// Equal but for leading axes of extent 1: an unbatched array for a batch of one.
bool same_but_batch(const Shape& a, const Shape& b) {
  const auto significant = [](const Shape& shape) {
    auto first = std::find_if(shape.begin(), shape.end(), [](int64_t extent) { return extent != 1; });
    return std::vector<int64_t>(first, shape.end());
  };
  return significant(a) == significant(b);
}

Tensor fit_array(const Tensor& array, const PortInfo& port, const std::string& path) {
  const bool fits = same_but_batch(array.shape(), port.type.shape);
  if (!fits || !converts_exactly(array.dtype(), port.type.dtype)) {
    const char* hint = fits ? "; convert it first, it would lose precision" : "";
    invalid_input("{}: input '{}' takes {}, the file holds {}{}", path, port.name, port.type.str(), array.type().str(),
                  hint);
  }
  return convert(array, port.type.dtype).reshaped(port.type.shape);
}

class InputReader {
 public:
  InputReader(const InputOptions& options, const std::vector<PortInfo>& inputs, const std::vector<PortInfo>& outputs,
              const PortScales& scales)
      : options_(options), ports_(inputs), outputs_(types_of(outputs)), scales_(scales) {
    result_.tensors.resize(inputs.size());
  }

  NetworkInputs run(Missing missing) {
    std::vector<InputFile> unnamed;
    for (const std::string& text : options_.inputs) {
      const InputFile file = split_input(text);
      if (file.name.empty()) {
        unnamed.push_back(file);
      } else {
        read(file.path, find(file.name));
      }
    }
    for (const InputFile& file : unnamed) read_unnamed(file.path);
    complete(missing);
    return std::move(result_);
  }

 private:
  size_t find(const std::string& name) const {
    for (size_t i = 0; i < ports_.size(); ++i) {
      if (ports_[i].name == name) return i;
    }
    usage_error("--input names '{}', which is no input of the network; it has {}", name, list_ports(ports_));
  }

  size_t next_free(const std::string& path) const {
    for (size_t i = 0; i < ports_.size(); ++i) {
      if (result_.tensors[i].empty()) return i;
    }
    usage_error("--input {}: more files than the network has inputs ({})", path, list_ports(ports_));
  }

  void read_unnamed(const std::string& path) {
    if (extension(path) == ".npz") return read_archive(path);
    read(path, next_free(path));
  }

  void read_archive(const std::string& path) {
    const NamedTensors arrays = read_npz(path);
    // One array for one input needs no name.
    if (arrays.size() == 1 && ports_.size() == 1) return store(0, fit_array(arrays[0].second, ports_[0], path));
    for (const auto& [name, array] : arrays) {
      const size_t index = with_context(path, [&] { return find(name); });
      store(index, fit_array(array, ports_[index], path));
    }
  }

  void read(const std::string& path, size_t index) {
    const PortInfo& port = ports_[index];
    if (extension(path) == ".npy") return store(index, fit_array(read_npy(path), port, path));
    if (extension(path) == ".npz") return store(index, fit_array(array_of(path, port.name), port, path));
    const Preprocess preprocess = picture_preprocess(path, port);
    PreparedImage picture = prepare_image(path, port.type, preprocess);
    note(port, picture, preprocess);
    store(index, picture.tensor);
    if (!result_.picture) {
      result_.picture = std::move(picture);
      result_.preprocess = preprocess;
    }
  }

  Preprocess picture_preprocess(const std::string& path, const PortInfo& port) const {
    PreprocessOptions options = options_.preprocess;
    if (!options_.scale.empty()) options.scale = options_.scale[0];
    const auto scale = scales_.find(port.name);
    const auto quantisation = scale == scales_.end() ? std::nullopt : std::optional(scale->second);
    return with_context(path, [&] { return make_preprocess(options, port.type, outputs_, quantisation); });
  }

  static Tensor array_of(const std::string& path, const std::string& name) {
    const NamedTensors arrays = read_npz(path);
    if (arrays.size() == 1) return arrays[0].second;
    for (const auto& [array_name, array] : arrays) {
      if (array_name == name) return array;
    }
    invalid_input("{}: holds no array '{}'", path, name);
  }

  void note(const PortInfo& port, const PreparedImage& picture, const Preprocess& preprocess) {
    const std::string which = ports_.size() > 1 ? " '" + port.name + "'" : "";
    std::string text = fmt::format("input{}: {}", which, picture.description);
    if (preprocess.guessed) text += fmt::format("  (guessed: --preprocess {}; see run --help)", preprocess.preset);
    result_.notes.push_back(std::move(text));
  }

  void store(size_t index, Tensor tensor) {
    if (!result_.tensors[index].empty()) usage_error("--input gives '{}' twice", ports_[index].name);
    result_.tensors[index] = std::move(tensor);
  }

  void complete(Missing missing) {
    for (size_t i = 0; i < ports_.size(); ++i) {
      if (!result_.tensors[i].empty()) continue;
      if (missing == Missing::error) {
        const std::string name = ports_.size() > 1 ? ports_[i].name + "=" : "";
        usage_error("input '{}' {} is not given: use --input {}FILE (.npy, .npz or a picture)", ports_[i].name,
                    ports_[i].type.str(), name);
      }
      result_.tensors[i] = random_tensor(ports_[i].type, options_.seed + i);
    }
  }

  const InputOptions& options_;
  const std::vector<PortInfo>& ports_;
  std::vector<TensorType> outputs_;
  const PortScales& scales_;
  NetworkInputs result_;
};

/// One random element; `bits` are 64 random bits.
template <class T>
T random_value(uint64_t bits) {
  if constexpr (kIsFloat<T>)
    return T(static_cast<float>(static_cast<int64_t>(bits) >> 40) * 0x1p-23f);
  else if constexpr (sizeof(T) == 1 && !kIsBool<T>)
    return static_cast<T>(bits >> 56);
  else
    return static_cast<T>(bits >> 63);
}

/// Where a picture's height and width stand: NCHW, or NHWC when the last axis is the channels.
std::optional<Shape> shape_for_picture(const SummaryPort& input, const ImageSize& size) {
  if (!input.dims || input.dims->size() != 4) return {};
  Shape shape(*input.dims);
  const bool channels_last = shape[3] == 1 || shape[3] == 3;
  const int height = channels_last ? 1 : 2;
  if (shape[height] > 0 && shape[height + 1] > 0) return {};
  if (shape[0] < 0) shape[0] = 1;
  if (shape[height] < 0) shape[height] = size.height;
  if (shape[height + 1] < 0) shape[height + 1] = size.width;
  return shape[channels_last ? 3 : 1] > 0 ? std::optional(shape) : std::nullopt;
}

}  // namespace

void add_input_options(CLI::App& command, InputOptions& options) {
  command.add_option("--input", options.inputs, "[NAME=]FILE: a picture, .npy or .npz; repeat it for more inputs")
      ->allow_extra_args(false);
  add_preprocess_options(command, options);
}

void add_preprocess_options(CLI::App& command, InputOptions& options) {
  command.add_option("--preprocess", options.preprocess.preset,
                     fmt::format("how pictures become input: {} (default: by the scale of quantised inputs; unit for "
                                 "networks that make pictures, tf where channels are last, else imagenet; what is used "
                                 "is printed)",
                                 fmt::join(preset_names(), ", ")));
  command.add_option("--mean", options.preprocess.mean, "one value, or one a channel: overrides the preset's")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--std", options.preprocess.std, "one value, or one a channel: overrides the preset's")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--scale", options.scale, "factor on pixels 0..255, before --mean and --std")->expected(1);
  command.add_option("--channels", options.preprocess.channels, "rgb or bgr: overrides the preset's");
  command.add_option("--fit", options.preprocess.fit,
                     "how pictures get the network's size: crop (scale, cut the edges; default), stretch, none");
}

NetworkInputs read_inputs(const InputOptions& options, const std::vector<PortInfo>& inputs,
                          const std::vector<PortInfo>& outputs, Missing missing, const PortScales& scales) {
  return InputReader(options, inputs, outputs, scales).run(missing);
}

void bind_inputs(Context& context, const std::vector<Tensor>& tensors) {
  for (size_t i = 0; i < tensors.size(); ++i) {
    throw_if_failed(context.bind_input(static_cast<int>(i), tensors[i]));
  }
}

Tensor random_tensor(const TensorType& type, uint64_t seed) {
  Tensor tensor(type);
  std::mt19937_64 random(seed);
  visit_dtype(type.dtype, [&]<class T>() {
    std::generate_n(tensor.as<T>(), tensor.elems(), [&] { return random_value<T>(random()); });
  });
  return tensor;
}

void size_inputs_by_pictures(const std::string& model, const InputOptions& options, CompileOptions& compile) {
  const bool pictures = std::any_of(options.inputs.begin(), options.inputs.end(),
                                    [](const std::string& text) { return !is_array_name(split_input(text).path); });
  if (!pictures) return;
  const std::vector<SummaryPort> inputs = summarise_model(model).inputs;
  for (const std::string& text : options.inputs) {
    const auto [name, path] = split_input(text);
    if (is_array_name(path)) continue;
    for (const SummaryPort& input : inputs) {
      if (compile.shapes.contains(input.name) || (name.empty() ? inputs.size() != 1 : name != input.name)) continue;
      if (const auto shape = shape_for_picture(input, image_size(path))) compile.shapes.emplace(input.name, *shape);
    }
  }
}

}  // namespace convoy::cli
