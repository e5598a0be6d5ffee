// How far an approximate network is from the exact one on an image: patches of the image that is being computed go
// through the exact network as well.
#pragma once

#include <vector>

#include "dense/dense_run.h"

namespace convoy {

class DifferenceMeter {
 public:
  /// For an image, or these rows of its patches, of a network that has an exact program.
  DifferenceMeter(const detail::DenseData& data, const DenseRun& run, const Span& patches);

  /// Compares the patches of the sample that belong to a band whose result is known. Bands come one after the other.
  void add(const Band& band);
  /// Of all bands so far.
  DenseDifference difference() const;

 private:
  void compare(const Band& band, int64_t row, int64_t col);

  const PatchGeometry& g_;
  const DenseRun& run_;
  const std::vector<int64_t> rows_, cols_;  ///< of the patches in the sample
  Context exact_;
  DenseDifference difference_;
  double sum_ = 0;
  int64_t elems_ = 0;
};

/// Of a result in memory. Without patches when the network is exact. Throws Error when image and result do not fit it.
DenseDifference dense_difference(const detail::DenseData& data, const ImageView& image, const ImageView& result);

}  // namespace convoy
