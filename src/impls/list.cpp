// Which implementations each operator has: the folders' lists by operator name.
#include <map>

#include "impls/conv2d/list.h"
#include "impls/conv_transpose2d/list.h"
#include "impls/impl.h"
#include "impls/matmul/list.h"
#include "impls/norm/list.h"
#include "impls/pool/list.h"
#include "impls/resize/list.h"
#include "passes/group.h"

namespace convoy {

ImplList impls_for(const Op& op) {
  static const std::map<std::string, const ImplList& (*)()> lists = {
      {"avg_pool2d", avg_pool2d_impls},
      {"conv2d", conv2d_impls},
      {"conv_transpose2d", conv_transpose2d_impls},
      {"instance_norm", instance_norm_impls},
      {"lrn", lrn_impls},
      {"matmul", matmul_impls},
      {"max_pool2d", max_pool2d_impls},
      {"resize", resize_impls},
  };
  ImplList impls;
  if (auto list = lists.find(op.name()); list != lists.end()) impls = list->second();
  impls.push_back(&reference_impl());
  return impls;
}

}  // namespace convoy
