#include "impls/reduce/list.h"

namespace convoy {

const ImplList& reduce_impls() {
  static const ImplList list = {&reduce_lanes(), &reduce_innermost()};
  return list;
}

}  // namespace convoy
