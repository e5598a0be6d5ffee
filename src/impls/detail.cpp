#include "impls/detail.h"

#include "impls/conv2d/geometry.h"
#include "ops/conv2d.h"

namespace convoy {

std::string step_detail(const Problem& problem) {
  std::string text;
  for (int32_t member : problem.group.prologue) text += problem.graph().nodes[member].op->name() + " > ";
  if (op_cast<Conv2d>(*problem.anchor().op)) text += conv_detail(problem);
  for (const EpilogueNode& member : problem.group.epilogue) {
    text += (text.empty() ? "+ " : " + ") + problem.graph().nodes[member.node].op->name();
  }
  return text;
}

}  // namespace convoy
