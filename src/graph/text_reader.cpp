#include <charconv>
#include <map>

#include "graph/text.h"
#include "graph/text_scanner.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

template <class T>
T parse_element(const std::string& text) {
  std::conditional_t<kIsFloat<T>, double, std::conditional_t<kIsBool<T>, uint8_t, T>> value{};
  if constexpr (std::is_same_v<T, float>) {
    // Straight to float: by way of double the value would be rounded twice.
    float single = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), single);
    if (error == std::errc() && end == text.data() + text.size()) return single;
  } else {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool in_range = !kIsBool<T> || value <= 1;
    if (error == std::errc() && end == text.data() + text.size() && in_range) return T(value);
  }
  invalid_input("'{}' is no {}", text, to_string(dtype_of<T>()));
}

/// The elements after a constant's type: all of them, or `...` for zeros.
void read_elements(LineScanner& line, Tensor& tensor) {
  if (line.accept("...")) return;
  visit_dtype(tensor.dtype(), [&]<class T>() {
    for (int64_t i = 0; i < tensor.elems(); ++i) {
      if (line.at_end()) invalid_input("{} elements, expected {}", i, tensor.elems());
      tensor.as<T>()[i] = parse_element<T>(line.token());
    }
  });
}

class Reader {
 public:
  Graph run(std::string_view text) {
    for (int number = 1; !text.empty(); ++number) {
      const size_t length = text.find('\n');
      with_context(fmt::format("line {}", number), [&] { read_line(text.substr(0, length)); });
      text.remove_prefix(length == std::string_view::npos ? text.size() : length + 1);
    }
    if (!builder_) invalid_input("the text has no line 'graph NAME'");
    return std::move(*builder_).finish();
  }

 private:
  /// An output of a node as the text declares it.
  struct Declared {
    std::string name;
    TensorType type;
  };

  void read_line(std::string_view text) {
    LineScanner line(text);
    if (line.at_end() || line.accept("#")) return;
    if (line.accept("graph ")) {
      read_graph(line);
    } else if (!builder_) {
      invalid_input("the text must begin with 'graph NAME'");
    } else if (line.accept("input ")) {
      const Declared input = read_declared(line);
      define(input.name, builder_->input(input.name, input.type));
    } else if (line.accept("constant ")) {
      read_constant(line);
    } else if (line.accept("output ")) {
      builder_->output(read_use(line));
    } else {
      read_node(line);
    }
    line.expect_end();
  }

  void read_graph(LineScanner& line) {
    if (builder_) invalid_input("a second graph");
    builder_.emplace(line.word());
  }

  void read_constant(LineScanner& line) {
    const Declared constant = read_declared(line);
    Tensor tensor(constant.type);
    read_elements(line, tensor);
    define(constant.name, builder_->constant(constant.name, std::move(tensor)));
  }

  /// %a f32[1x8], %b i64[1x8] = top_k(%x, _) k=8 @node
  void read_node(LineScanner& line) {
    std::vector<Declared> declared;
    std::vector<std::string> names;
    do {
      declared.push_back(read_declared(line));
      names.push_back(declared.back().name);
    } while (line.accept(","));
    line.expect("=");
    const std::string op_name = line.word();
    std::unique_ptr<Op> op = make_op(op_name);
    if (!op) invalid_input("there is no operator '{}'", op_name);
    const std::vector<ValueId> inputs = read_inputs(line);
    with_context(op_name, [&] { op->read_attributes(read_attributes(line)); });
    const std::string node_name = line.accept("@") ? line.word() : names[0];
    define_outputs(declared, builder_->add(std::move(op), inputs, node_name, names));
  }

  std::vector<ValueId> read_inputs(LineScanner& line) {
    std::vector<ValueId> inputs;
    line.expect("(");
    while (!line.accept(")")) {
      if (!inputs.empty()) line.expect(",");
      inputs.push_back(line.accept("_") ? kAbsent : read_use(line));
    }
    return inputs;
  }

  static AttributeMap read_attributes(LineScanner& line) {
    AttributeMap attributes;
    while (!line.at_end() && line.rest()[0] != '@') {
      const std::string name = line.word();
      line.expect("=");
      if (!attributes.emplace(name, line.token()).second) invalid_input("attribute '{}' is given twice", name);
    }
    return attributes;
  }

  void define_outputs(const std::vector<Declared>& declared, const std::vector<ValueId>& ids) {
    if (ids.size() != declared.size()) invalid_input("the operator has {} outputs", ids.size());
    for (size_t i = 0; i < ids.size(); ++i) {
      const auto& [name, type] = declared[i];
      if (builder_->type(ids[i]) != type) {
        invalid_input("'%{}' is declared {}, the operator gives {}", name, type.str(), builder_->type(ids[i]).str());
      }
      define(name, ids[i]);
    }
  }

  Declared read_declared(LineScanner& line) {
    line.expect("%");
    const std::string name = line.word();
    return {name, line.type()};
  }

  void define(const std::string& name, ValueId id) {
    if (!ids_.emplace(name, id).second) invalid_input("'%{}' is defined twice", name);
  }

  ValueId read_use(LineScanner& line) {
    line.expect("%");
    const std::string name = line.word();
    const auto it = ids_.find(name);
    if (it == ids_.end()) invalid_input("'%{}' is not defined", name);
    return it->second;
  }

  std::optional<GraphBuilder> builder_;
  std::map<std::string, ValueId> ids_;
};

}  // namespace

Graph graph_from_text(std::string_view text) {
  return Reader().run(text);
}

}  // namespace convoy
