#include "impls/copy/list.h"

namespace convoy {

const ImplList& concat_impls() {
  static const ImplList list = {&concat_copy()};
  return list;
}

const ImplList& strided_copy_impls() {
  static const ImplList list = {&strided_copy()};
  return list;
}

const ImplList& mapped_copy_impls() {
  static const ImplList list = {&mapped_copy()};
  return list;
}

}  // namespace convoy
