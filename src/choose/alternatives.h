// Everything that the choice for a whole network chooses from: the ways to compute each group, with the layouts that
// it reads and writes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "choose/choose.h"
#include "impls/impl.h"

namespace convoy {

/// One way to compute a group.
struct Alternative {
  const Impl* impl = nullptr;  ///< null: nothing is computed; the result is a view of the input, or written in place
  std::string candidate;       ///< candidate_name(); empty without an implementation
  std::vector<int> reads;      ///< of each of GroupAlternatives::inputs: index into the value's layouts
  int output = 0;              ///< index into the layouts of the group's outputs
  double estimate_ns = 0;
  std::optional<Measurement> measured;
  int64_t packed_bytes = 0, temp_bytes = 0;

  double known_ns() const { return measured ? measured->ns : estimate_ns; }
};

struct GroupAlternatives {
  const Group* group;
  std::string signature;
  std::vector<ValueId> inputs, outputs;  ///< without constants
  bool reads_copies = true;              ///< false: views, which are of the value as it was written
  std::vector<Alternative> all;          ///< never empty
};

/// The layouts that a value may lie in: those of fresh tensors, row_major first, then what views bring about. Each is
/// different from the others.
using ValueLayouts = std::map<ValueId, std::vector<TensorView>>;

struct NetworkAlternatives {
  std::vector<GroupAlternatives> groups;
  ValueLayouts layouts;
};

/// Of the implementations that can compute a group in the layouts in question; those that cannot are left out.
NetworkAlternatives list_alternatives(const GroupedGraph& grouped, const Target& target, const MeasuredCosts& measured);

/// What a fresh tensor of `layout` is in a value's list; -1 for another view.
int index_of(const std::vector<TensorView>& layouts, const TensorView& view);

}  // namespace convoy
