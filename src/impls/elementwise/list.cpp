#include "impls/elementwise/list.h"

namespace convoy {

const ImplList& elementwise_impls() {
  static const ImplList list = {&elementwise()};
  return list;
}

}  // namespace convoy
