// SPACE_TO_BATCH_ND -> CONV_2D or DEPTHWISE_CONV_2D -> BATCH_TO_SPACE_ND: a convolution over images that are cut into
// blocks, whose rows and columns each become an image of their own. It is how TensorFlow writes a dilated convolution,
// and is imported as one: without moving anything.
#pragma once

#include <map>
#include <set>

#include "frontends/tflite/tensors.h"

namespace convoy::tflite_frontend {

/// What is around such a convolution, of rows and of columns.
struct ImageBlocks {
  int64_t block[2] = {1, 1};
  int64_t padding[2] = {0, 0};                 ///< added before the image is cut, at both ends together
  int64_t begin[2] = {0, 0}, end[2] = {0, 0};  ///< added before, less what is removed behind; may be negative
};

class DilatedConvolutions {
 public:
  /// Finds those whose values nothing else reads, and which need no negative padding.
  DilatedConvolutions(const ModelFile& file, const TensorReader& tensors);

  /// Of the convolution that is operator `index`; null when it is none of these.
  const ImageBlocks* around(int index) const;
  /// Whether operator `index` is what such a convolution has before or behind it.
  bool is_part_of_convolution(int index) const { return parts_.contains(index); }

 private:
  std::map<int, ImageBlocks> blocks_;
  std::set<int> parts_;
};

}  // namespace convoy::tflite_frontend
