#include "impls/softmax/list.h"

namespace convoy {

const ImplList& softmax_impls() {
  static const ImplList list = {&softmax_tiles(), &softmax_along_axis()};
  return list;
}

}  // namespace convoy
