// Which columns of the input a tile of a pool reads, and how they come together.
#pragma once

#include <vector>

#include "impls/conv2d/geometry.h"

namespace convoy {

/// Columns that belong to the same outputs share an accumulator.
struct PoolColumns {
  struct Column {
    int64_t offset;  ///< input columns after that of the tile's first output's first tap
    int accumulator;
  };
  std::vector<Column> columns;            ///< in ascending order
  std::vector<std::vector<int>> outputs;  ///< per accumulator: the outputs of the tile that it belongs to

  int accumulators() const { return static_cast<int>(outputs.size()); }
};

/// For outputs [first, first + mr) of `w`; taps outside the input are left out.
PoolColumns pool_columns(const WindowAxis& w, int64_t first, int mr);

}  // namespace convoy
