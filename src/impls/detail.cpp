#include "impls/detail.h"

#include "impls/conv2d/geometry.h"
#include "ops/conv2d.h"

namespace convoy {

std::string step_detail(const Problem& problem) {
  std::string text = op_cast<Conv2d>(*problem.anchor().op) ? conv_detail(problem) : "";
  for (const EpilogueNode& member : problem.group.epilogue) {
    text += (text.empty() ? "+ " : " + ") + problem.graph().nodes[member.node].op->name();
  }
  return text;
}

}  // namespace convoy
