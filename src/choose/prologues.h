// Decides which concatenations and enlargements a convolution computes as it reads its input, so that their results
// are never written.
#pragma once

#include "choose/choose.h"

namespace convoy {

/// Gives prologues to the groups that are estimated to be no slower for it, among implementations that can. What is
/// fused has no other reader and is no network output.
GroupedGraph fuse_prologues(GroupedGraph grouped, const Target& target, const ChoiceOptions& options);

}  // namespace convoy
