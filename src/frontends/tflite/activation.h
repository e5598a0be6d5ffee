// Activations that TFLite's operators apply to their own results.
#pragma once

#include "frontends/tflite/node_import.h"

namespace convoy::tflite_frontend {

/// `id` itself for NONE. On quantised numbers it clamps to the integers that the activation leaves. Throws Error for an
/// activation that Convoy does not have.
ValueId activated(NodeImport& node, ValueId id, tflite::ActivationFunctionType activation);

}  // namespace convoy::tflite_frontend
