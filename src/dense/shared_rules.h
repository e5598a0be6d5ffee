// What each operator of a patch network becomes on maps that all patches share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dense/shared_map.h"
#include "graph/graph.h"

namespace convoy {

/// A node's result as a shared map, or why it cannot be one.
struct SharedResult {
  std::optional<SharedMap> map;
  std::string refusal;
};

class SharedRules {
 public:
  SharedRules(const Graph& patch, GraphBuilder& dense, PatchGrid grid) : patch_(patch), dense_(dense), grid_(grid) {}

  /// Adds what computes `node` to the dense graph. `operands`: the node's inputs as shared maps, null for constants and
  /// absent ones; at least one is a map.
  SharedResult apply(const Node& node, const std::vector<const SharedMap*>& operands);

  /// The map without what lies before the first and behind the last element of the patches.
  SharedMap cropped(const SharedMap& map);
  /// Of maps with one element a patch: these elements, 1 x channels x rows x columns of patches.
  ValueId one_per_patch(const SharedMap& map);

 private:
  struct Slid;

  SharedResult unary(const Node& node, const SharedMap& src);
  SharedResult binary(const Node& node, const std::vector<const SharedMap*>& operands);
  SharedResult binary_of_maps(const Node& node, const SharedMap& a, const SharedMap& b);
  SharedResult conv2d(const Node& node, const SharedMap& src);
  SharedResult matmul(const Node& node, const SharedMap& src);
  template <class Pool>
  SharedResult pool(const Node& node, const Pool& op, const SharedMap& src);
  SharedResult reduce(const Node& node, const SharedMap& src);
  SharedResult per_channel(const Node& node, const SharedMap& src);
  SharedResult softmax(const Node& node, const SharedMap& src);
  SharedResult reshape(const Node& node, const SharedMap& src);
  SharedResult slice(const Node& node, const SharedMap& src);
  SharedResult concat(const Node& node, const std::vector<const SharedMap*>& operands);

  bool is_image(ValueId id, const SharedMap& map) const;
  Slid slide(const SharedMap& src, const MapShape& result, const std::vector<int64_t>& strides,
             const std::vector<int64_t>& dilations) const;
  /// The map from its offsets on, which become 0.
  SharedMap from_origin(const SharedMap& map);
  ValueId crop(ValueId id, int64_t top, int64_t left, int64_t rows, int64_t cols);

  const Graph& patch_;
  GraphBuilder& dense_;
  const PatchGrid grid_;
};

}  // namespace convoy
