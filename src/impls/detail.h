// What a group does, in a few words for tables.
#pragma once

#include <string>

#include "impls/impl.h"

namespace convoy {

/// "3x3 s2 + relu": the anchor's window if it has one, and the epilogue.
std::string step_detail(const Problem& problem);

}  // namespace convoy
