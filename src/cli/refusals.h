// The candidates of a layer that refused, as explain prints them.
#pragma once

#include <string>
#include <vector>

#include "choose/choose.h"

namespace convoy::cli {

/// A paragraph for each reason, in the order in which it first comes, with the names of those who gave it:
///   not f32: conv2d_depthwise, conv2d_direct
/// Accepted candidates are left out.
std::string refusals_text(const std::vector<Considered>& candidates);

}  // namespace convoy::cli
