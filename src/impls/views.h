// Operators that only say where elements lie: reshape, transpose, slice, expand. Where memory allows they
// cost nothing.
#pragma once

#include <optional>

#include "graph/graph.h"
#include "impls/tensor_view.h"

namespace convoy {

/// A view and its distance from the start of the memory it lies in.
struct PlacedView {
  TensorView view;
  int64_t offset_elems = 0;
};

/// True for operators that may be views.
bool is_view_op(const Op& op);

/// Where the output of a view operator lies when its input lies at `input`; nothing when the elements would
/// have to move.
std::optional<PlacedView> output_as_view(const Node& node, const Graph& graph, const PlacedView& input);

/// Where the input of a reshape or transpose must lie for its output to lie at `output`; nothing when no
/// strides say so.
std::optional<PlacedView> input_as_view(const Node& node, const Graph& graph, const PlacedView& output);

/// The part of `whole` that input `index` of a concat is.
PlacedView concat_slice(const Node& concat, const Graph& graph, size_t index, const PlacedView& whole);

/// The same elements under another shape without moving them, if strides can express it.
std::optional<TensorView> reshape_view(const TensorView& view, const Shape& shape);

}  // namespace convoy
