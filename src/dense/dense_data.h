// What a DenseProgram is made of.
#pragma once

#include <convoy/dense.h>

#include <optional>
#include <string>

#include "dense/patch_geometry.h"
#include "dense/shared_map.h"

namespace convoy::detail {

/// A program for part of an image.
struct TileProgram {
  PatchGrid tile;  ///< patches that a run computes
  Program program;
  /// Runs go down a strip of the image, each giving the next its states; else they are independent.
  bool streamed = false;
  int64_t delay = 0;  ///< rows of the result, see StreamNetwork
  std::string not_shared;
};

struct DenseData {
  PatchGeometry geometry;
  DenseInfo info;
  TileProgram tile;
  /// For an approximate network: the exact one for one patch, planes of channels in and out.
  std::optional<Program> exact = std::nullopt;

  int threads() const { return info.threads; }
};

}  // namespace convoy::detail
