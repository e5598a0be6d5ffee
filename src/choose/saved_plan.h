// A choice written down: which implementation computes each layer of a network, as a JSON file that people read and
// edit, and by which the network is compiled again without measurements.
//
//   {"version": 1, "network": "resnet18", "isa": "avx512", "threads": 1,
//    "layers": [{"name": "Conv_0", "operator": "conv2d", "implementation": "conv2d_direct", "ms": 0.81},
//               {"name": "Conv_9", "operator": "conv2d", "reads": ["Resize_7", "Concat_8"],
//                "implementation": "conv2d_winograd4x4", "ms": 1.2, "others": {"conv2d_winograd6x6": 1.3, ...}}, ...]}
//
// "reads" names the operators in front of a layer that it reads through. Times, measured or estimated, are for people
// only. Layers that are not listed are chosen as usual.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace convoy {

struct SavedLayer {
  std::string name, op, impl;
  std::vector<std::string> reads = {};
  double ms = 0;
  std::vector<std::pair<std::string, double>> others = {};  ///< candidates that were not picked, and their times
};

struct SavedPlan {
  std::string network, isa;
  int threads = 0;
  std::vector<SavedLayer> layers;

  const SavedLayer* find(const std::string& name) const;
};

std::string to_json_text(const SavedPlan& plan);

/// Throws Error naming the file and, where one is at fault, the layer.
SavedPlan read_saved_plan(const std::string& path);

}  // namespace convoy
