#include "impls/arg_reduce/list.h"

namespace convoy {

const ImplList& arg_reduce_impls() {
  static const ImplList list = {&arg_reduce_lanes(), &arg_reduce_innermost()};
  return list;
}

}  // namespace convoy
