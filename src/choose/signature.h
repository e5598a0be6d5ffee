// Names for what is measured: a group by what it computes, and a way to compute it. Equal names mean equal work, in
// whatever network they stand, so that a measurement serves every group like it.
#pragma once

#include <string>

#include "impls/impl.h"

namespace convoy {

/// Members with their attributes, types and how they hang together; no names, no values of constants:
/// "conv2d group=1 ...(i0 f32[1x64x56x56], c1 f32[64x64x3x3]); relu(t0)".
std::string group_signature(const GroupedGraph& grouped, const Group& group);

/// The implementation with the layouts it reads and writes: "conv2d_direct cl->cl".
std::string candidate_name(const Problem& problem, const Impl& impl, const Proposal& proposal);

/// A copy between layouts: "copy f32[1x64x56x56]" and "rm->cl".
std::string copy_signature(const TensorType& type);
std::string copy_candidate(const TensorView& from, const TensorView& to);

}  // namespace convoy
