// The table of all operators. A new one adds its header and one line.
#include <functional>
#include <map>

#include "graph/op.h"
#include "ops/arg_reduce.h"
#include "ops/cast.h"
#include "ops/cumsum.h"
#include "ops/elementwise.h"
#include "ops/gather.h"
#include "ops/matmul.h"
#include "ops/reduce.h"
#include "ops/softmax.h"
#include "ops/top_k.h"
#include "ops/where.h"

namespace convoy {
namespace {

using MakeOp = std::function<std::unique_ptr<Op>()>;
using Registry = std::map<std::string, MakeOp, std::less<>>;

template <class T>
Registry::value_type entry() {
  return {T::kName, [] { return std::make_unique<T>(); }};
}

/// One entry a kind: operators whose name is the word of their `kind`.
template <class T>
void add_kinds(Registry& registry) {
  using Kind = decltype(T::kind);
  for (const char* word : EnumWords<Kind>::words) {
    registry.emplace(word, [kind = enum_value<Kind>(word)] {
      auto op = std::make_unique<T>();
      op->kind = kind;
      return op;
    });
  }
}

Registry make_registry() {
  Registry registry = {
      entry<ArgReduce>(), entry<Cast>(),    entry<CumSum>(), entry<Gather>(), entry<MatMul>(),
      entry<Reduce>(),    entry<Softmax>(), entry<TopK>(),   entry<Where>(),
  };
  add_kinds<Unary>(registry);
  add_kinds<Binary>(registry);
  return registry;
}

const Registry& registry() {
  static const Registry table = make_registry();
  return table;
}

}  // namespace

std::unique_ptr<Op> make_op(std::string_view name) {
  auto it = registry().find(name);
  return it == registry().end() ? nullptr : it->second();
}

std::vector<std::string> op_names() {
  std::vector<std::string> names;
  for (const auto& [name, make] : registry()) names.push_back(name);
  return names;
}

}  // namespace convoy
