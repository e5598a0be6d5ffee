#include "mutate_model.h"

#include <onnx/onnx_pb.h>

#include <cstring>
#include <functional>
#include <iterator>
#include <limits>

namespace convoy {
namespace {

/// Elements of larger tensors are weights: other ones find nothing new.
constexpr int64_t kMaxElems = 32;

class ModelMutator {
 public:
  explicit ModelMutator(std::mt19937& random) : random_(random) {}

  bool run(onnx::ModelProto& model) {
    if (model.opset_import_size() > 0 && below(32) == 0) {
      model.mutable_opset_import(0)->set_version(7 + static_cast<int64_t>(below(15)));
      return true;
    }
    collect(*model.mutable_graph());
    if (changes_.empty()) return false;
    changes_[below(changes_.size())]();
    return true;
  }

 private:
  size_t below(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(random_); }

  int64_t number(int64_t old) {
    constexpr int64_t kSpecial[] = {0,
                                    1,
                                    2,
                                    3,
                                    7,
                                    64,
                                    1 << 10,
                                    1 << 16,
                                    1 << 20,
                                    (int64_t{1} << 31) - 1,
                                    int64_t{1} << 31,
                                    int64_t{1} << 40,
                                    std::numeric_limits<int64_t>::max()};
    const int64_t special = kSpecial[below(std::size(kSpecial))];
    switch (below(4)) {
      case 0:
        return special;
      case 1:
        return -special;
      case 2:
        return static_cast<int64_t>(static_cast<uint64_t>(old) + below(9) - 4);
      default:
        return static_cast<int64_t>(static_cast<uint64_t>(old) * (1 + below(4)));
    }
  }
  float number(float old) {
    constexpr float kSpecial[] = {
        0, -1, 0.5f, 1e-30f, 1e30f, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()};
    return below(3) ? kSpecial[below(std::size(kSpecial))] : old * 1.7f;
  }

  template <class T>
  void may_change(T* place) {
    changes_.push_back([this, place] { *place = number(*place); });
  }
  template <class List>
  void may_change_list(List* list) {
    for (auto& element : *list) may_change(&element);
    if (list->size() == 0) return;
    changes_.push_back([list] { list->RemoveLast(); });
    changes_.push_back([list] { list->Add(list->Get(0)); });
  }

  void collect(onnx::TensorProto& tensor) {
    if (tensor.dims_size() > 0) may_change_list(tensor.mutable_dims());
    if (tensor.int64_data_size() <= kMaxElems) may_change_list(tensor.mutable_int64_data());
    if (tensor.float_data_size() <= kMaxElems) may_change_list(tensor.mutable_float_data());
    std::string* raw = tensor.mutable_raw_data();
    if (tensor.data_type() == onnx::TensorProto::INT64) collect_raw<int64_t>(*raw);
    if (tensor.data_type() == onnx::TensorProto::FLOAT) collect_raw<float>(*raw);
  }

  template <class T>
  void collect_raw(std::string& raw) {
    const size_t elems = raw.size() / sizeof(T);
    for (size_t i = 0; i < elems && elems <= kMaxElems; ++i) {
      changes_.push_back([this, &raw, i] {
        T value;
        std::memcpy(&value, raw.data() + i * sizeof(T), sizeof(T));
        value = number(value);
        std::memcpy(raw.data() + i * sizeof(T), &value, sizeof(T));
      });
    }
  }

  void collect(onnx::AttributeProto& attribute) {
    if (attribute.has_i()) changes_.push_back([&] { attribute.set_i(number(attribute.i())); });
    if (attribute.has_f()) changes_.push_back([&] { attribute.set_f(number(attribute.f())); });
    may_change_list(attribute.mutable_ints());
    may_change_list(attribute.mutable_floats());
    if (attribute.has_t()) collect(*attribute.mutable_t());
    if (attribute.has_g()) collect(*attribute.mutable_g());
  }

  /// Another operator, or another input: both from elsewhere in the graph.
  void collect(onnx::GraphProto& graph, onnx::NodeProto& node) {
    changes_.push_back([&] { node.set_op_type(graph.node(static_cast<int>(below(graph.node_size()))).op_type()); });
    for (std::string& input : *node.mutable_input()) {
      changes_.push_back([&] {
        const onnx::NodeProto& other = graph.node(static_cast<int>(below(graph.node_size())));
        if (other.output_size() > 0) input = other.output(0);
      });
    }
    for (auto& attribute : *node.mutable_attribute()) collect(attribute);
  }

  void collect(onnx::GraphProto& graph) {
    for (auto& input : *graph.mutable_input()) {
      for (auto& dim : *input.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim()) {
        changes_.push_back([&] { dim.set_dim_value(number(dim.dim_value())); });
      }
    }
    for (auto& tensor : *graph.mutable_initializer()) collect(tensor);
    for (auto& node : *graph.mutable_node()) collect(graph, node);
  }

  std::mt19937& random_;
  std::vector<std::function<void()>> changes_;
};

}  // namespace

std::string mutate_model(const std::string& model, std::mt19937& random) {
  onnx::ModelProto proto;
  if (!proto.ParseFromString(model) || !proto.has_graph()) return "";
  return ModelMutator(random).run(proto) ? proto.SerializeAsString() : "";
}

}  // namespace convoy
