// Where each value of the network lies while the plan is being made: which buffer, at which strides.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "impls/views.h"
#include "plan/plan.h"

namespace convoy {

/// A block of memory that one or more values share.
struct Buffer {
  Location::Space space = Location::Space::arena;
  int32_t index = 0;  ///< which constant, input or output; unused in the arena
  int64_t bytes = 0;
  int32_t first_step = -1, last_step = -1;  ///< -1: never used
  std::string name = {};                    ///< in the arena: ArenaBuffer's
};

/// A value's memory: a view `offset_elems` elements into a buffer.
struct Place {
  int32_t buffer = -1;
  PlacedView at;
};

/// Assigns memory to values. Values that are part of a concatenation or of a network output are written
/// where they are needed in the first place, as far as their producers can write there.
class Placement {
 public:
  explicit Placement(const GroupedGraph& grouped);

  bool has(ValueId id) const { return places_.contains(id); }
  const Place& of(ValueId id) const { return places_.at(id); }
  void set(ValueId id, Place place) { places_[id] = std::move(place); }

  /// Where the value would best be written: inside a network output or a concatenation, possibly behind
  /// reshapes and transpositions. Nothing when any place is as good.
  std::optional<Place> home(ValueId id);
  /// A fresh arena buffer for a value.
  Place allocate(ValueId id, Layout layout);
  /// The place of a concat's whole output: its home, or a fresh buffer.
  const Place& concat_output(const Node& node);

  Buffer& buffer(const Place& place) { return buffers_[place.buffer]; }
  std::vector<Buffer>& buffers() { return buffers_; }
  int32_t add_buffer(Buffer buffer);

  /// True when no other value shares the buffer.
  bool alone(const Place& place) const;

  /// Place of an operator's output that needs no computation, when its input is placed.
  std::optional<Place> view(const Node& node) const;
  /// Place of input `index` inside the placed output of a concat.
  Place slice(const Node& concat, size_t index) const;

 private:
  std::optional<Place> find_home(ValueId id);
  Place choose_concat_place(ValueId id);

  const GroupedGraph& grouped_;
  const Graph& graph_;
  std::vector<std::vector<int32_t>> consumers_;
  std::set<int32_t> in_prologues_;  ///< nodes whose results are nowhere in memory
  std::vector<Buffer> buffers_;
  std::map<ValueId, Place> places_;
  std::map<ValueId, std::optional<Place>> homes_;
  std::map<ValueId, int32_t> output_buffers_;  ///< buffer of each network output
};

}  // namespace convoy
