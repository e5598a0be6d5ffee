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

  void collect(std::vector<int32_t>& values) {
    for (int32_t& value : values) changes_.push_back([&] { value = number(value); });
    if (!values.empty()) changes_.push_back([&] { values.pop_back(); });
    changes_.push_back([&] { values.push_back(number(1)); });
  }

  void collect(tflite::SubGraphT& graph) {
    for (auto& tensor : graph.tensors) {
      collect(tensor->shape);
      changes_.push_back([&] { tensor->type = static_cast<tflite::TensorType>(below(23)); });
      changes_.push_back([&] { tensor->buffer = static_cast<uint32_t>(number(static_cast<int32_t>(tensor->buffer))); });
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

}  // namespace

std::string mutate_tflite(const std::string& model, std::mt19937& random) {
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t*>(model.data()), model.size());
  if (!tflite::VerifyModelBuffer(verifier)) return "";
  tflite::ModelT tables;
  tflite::GetModel(model.data())->UnPackTo(&tables);
  if (!ModelMutator(random).run(tables)) return "";
  flatbuffers::FlatBufferBuilder builder;
  tflite::FinishModelBuffer(builder, tflite::Model::Pack(builder, &tables));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

}  // namespace convoy
