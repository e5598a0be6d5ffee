#include "impls/softmax/list.h"

namespace convoy {

const ImplList& softmax_impls() {
  static const ImplList list = {&softmax_tiles(), &softmax_along_axis()};
  return list;
}

const ImplList& quantized_softmax_impls() {
  static const ImplList list = {&quantized_softmax_rows()};
  return list;
}

}  // namespace convoy
