#include "mutate_tflite.h"

#include <cstring>
#include <functional>
#include <iterator>
#include <limits>
#include <vector>

#include "schema_generated.h"

namespace convoy {
namespace {

/// Bytes of larger buffers are weights: other ones find nothing new.
constexpr size_t kMaxBytes = 128;

class ModelMutator {
 public:
  explicit ModelMutator(std::mt19937& random) : random_(random) {}

  bool run(tflite::ModelT& model) {
    for (auto& graph : model.subgraphs) collect(*graph);
    for (auto& buffer : model.buffers) collect(*buffer);
    for (auto& code : model.operator_codes) {
      changes_.push_back(
          [&] { code->builtin_code = model.operator_codes[below(model.operator_codes.size())]->builtin_code; });
    }
    if (changes_.empty()) return false;
    changes_[below(changes_.size())]();
    return true;
  }

 private:
  size_t below(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(random_); }

  int32_t number(int32_t old) {
    constexpr int32_t kSpecial[] = {0, 1, 2, 3, 7, 64, 1 << 10, 1 << 16, 1 << 20, std::numeric_limits<int32_t>::max()};
    const int32_t special = kSpecial[below(std::size(kSpecial))];
    switch (below(3)) {
      case 0:
        return special;
      case 1:
        return -special;
      default:
        return static_cast<int32_t>(static_cast<uint32_t>(old) + static_cast<uint32_t>(below(9)) - 4);
    }
  }

  float number(float old) {
    constexpr float kSpecial[] = {
        0, -1, 1, 0.5f, 1e-30f, 1e30f, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()};
    return below(3) ? kSpecial[below(std::size(kSpecial))] : old * 1.7f;
  }
  int64_t number(int64_t old) {
    return below(8) ? number(static_cast<int32_t>(old)) : std::numeric_limits<int64_t>::min();
  }

  template <class T>
  void collect(std::vector<T>& values) {
    for (T& value : values) changes_.push_back([&] { value = number(value); });
    if (!values.empty()) changes_.push_back([&] { values.pop_back(); });
    changes_.push_back([&] { values.push_back(number(T(1))); });
  }

  void collect(tflite::QuantizationParametersT& params) {
    collect(params.scale);
    collect(params.zero_point);
    changes_.push_back([&] { params.quantized_dimension = number(params.quantized_dimension); });
    changes_.push_back([&] { params.scale.clear(); });
  }

  void collect(tflite::SubGraphT& graph) {
    for (auto& tensor : graph.tensors) {
      collect(tensor->shape);
      changes_.push_back([&] { tensor->type = static_cast<tflite::TensorType>(below(23)); });
      changes_.push_back([&] { tensor->buffer = static_cast<uint32_t>(number(static_cast<int32_t>(tensor->buffer))); });
      if (tensor->quantization) collect(*tensor->quantization);
    }
    for (auto& op : graph.operators) {
      collect(op->inputs);
      collect(op->outputs);
    }
    collect(graph.inputs);
    collect(graph.outputs);
  }

  /// Shapes, axes, bounds: 32-bit integers. Floats become others, too.
  void collect(tflite::BufferT& buffer) {
    if (buffer.data.size() > kMaxBytes) return;
    for (size_t at = 0; at + sizeof(int32_t) <= buffer.data.size(); at += sizeof(int32_t)) {
      changes_.push_back([&buffer, at, this] {
        int32_t value;
        std::memcpy(&value, buffer.data.data() + at, sizeof(value));
        value = number(value);
        std::memcpy(buffer.data.data() + at, &value, sizeof(value));
      });
    }
  }

  std::mt19937& random_;
  std::vector<std::function<void()>> changes_;
};

bool is_aligned(const tflite::Tensor& tensor) {
  const auto* zero_points = tensor.quantization() ? tensor.quantization()->zero_point() : nullptr;
  return !zero_points || reinterpret_cast<uintptr_t>(zero_points->Data()) % sizeof(int64_t) == 0;
}

/// Of all vectors only those of zero points have elements larger than their length, so that a file that passes the
/// verifier may hold them unaligned. FlatBuffers' own code cannot read them, then.
bool zero_points_are_aligned(const tflite::Model& model) {
  for (unsigned g = 0; model.subgraphs() && g < model.subgraphs()->size(); ++g) {
    const auto* tensors = model.subgraphs()->Get(g)->tensors();
    for (unsigned t = 0; tensors && t < tensors->size(); ++t) {
      if (!is_aligned(*tensors->Get(t))) return false;
    }
  }
  return true;
}

/// A union may say which table it holds and hold none; packing would read it.
void drop_empty_unions(tflite::ModelT& model) {
  for (auto& graph : model.subgraphs) {
    for (auto& op : graph->operators) {
      if (!op->builtin_options.value) op->builtin_options.Reset();
    }
    for (auto& tensor : graph->tensors) {
      if (tensor->quantization && !tensor->quantization->details.value) tensor->quantization->details.Reset();
    }
  }
}

std::string packed(const tflite::ModelT& tables) {
  flatbuffers::FlatBufferBuilder builder;
  tflite::FinishModelBuffer(builder, tflite::Model::Pack(builder, &tables));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

/// Where the numbers of the operators' options lie in a model that parses: what a table holds behind the offset of its
/// list of fields.
std::vector<size_t> option_bytes(const std::string& model) {
  std::vector<size_t> places;
  const auto* graphs = tflite::GetModel(model.data())->subgraphs();
  if (!graphs) return places;
  for (const tflite::SubGraph* graph : *graphs) {
    for (unsigned i = 0; graph->operators() && i < graph->operators()->size(); ++i) {
      const auto* options = static_cast<const flatbuffers::Table*>(graph->operators()->Get(i)->builtin_options());
      if (!options) continue;
      const auto bytes = flatbuffers::ReadScalar<uint16_t>(options->GetVTable() + sizeof(uint16_t));
      const size_t begin = reinterpret_cast<const char*>(options) - model.data();
      for (size_t at = sizeof(int32_t); at < bytes; ++at) places.push_back(begin + at);
    }
  }
  return places;
}

/// Strides, axes and flags are small numbers, so that one byte decides.
std::string with_other_option(std::string model, std::mt19937& random) {
  constexpr unsigned char kValues[] = {0x00, 0x01, 0x02, 0x03, 0x07, 0x40, 0x7f, 0x80, 0xff};
  const std::vector<size_t> places = option_bytes(model);
  if (places.empty()) return "";
  model[places[random() % places.size()]] = static_cast<char>(kValues[random() % std::size(kValues)]);
  return model;
}

}  // namespace

std::string mutate_tflite(const std::string& model, std::mt19937& random) {
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t*>(model.data()), model.size());
  if (!tflite::VerifyModelBuffer(verifier) || !zero_points_are_aligned(*tflite::GetModel(model.data()))) return "";
  tflite::ModelT tables;
  tflite::GetModel(model.data())->UnPackTo(&tables);
  drop_empty_unions(tables);
  if (random() % 4 == 0) return with_other_option(packed(tables), random);
  return ModelMutator(random).run(tables) ? packed(tables) : "";
}

}  // namespace convoy
