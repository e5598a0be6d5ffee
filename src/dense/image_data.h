// What an ImageProgram is made of.
#pragma once

#include <convoy/image.h>

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "dense/stream.h"

namespace convoy::detail {

/// A program for a strip, and what it needs besides the image's rows.
struct StripProgram {
  Program program;
  std::vector<int> states;  ///< inputs; outputs 1, 2, ... are the next strip's, in this order
  RowEdges edges;
};

class ImageRun;

/// What runs work in. It is kept for the next run: memory that is touched for the first time is slow.
class IdleRuns {
 public:
  IdleRuns();
  ~IdleRuns();
  /// Null when none is idle.
  std::unique_ptr<ImageRun> take();
  void put_back(std::unique_ptr<ImageRun> run);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<ImageRun>> runs_;
};

struct ImageData {
  ImageInfo info;
  int64_t out_rows = 0, delay = 0;   ///< of a strip, see StreamNetwork
  StripProgram middle;               ///< for strips inside the image, see RowEdges
  std::optional<StripProgram> edge;  ///< for all; where layers look beyond the image
  mutable IdleRuns idle = {};
};

}  // namespace convoy::detail
