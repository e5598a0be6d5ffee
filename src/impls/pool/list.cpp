#include "impls/pool/list.h"

namespace convoy {

const ImplList& max_pool2d_impls() {
  static const ImplList list = {&max_pool2d_window()};
  return list;
}

const ImplList& avg_pool2d_impls() {
  static const ImplList list = {&avg_pool2d_window()};
  return list;
}

}  // namespace convoy
