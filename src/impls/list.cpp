// Which implementations each operator has: the folders' lists by operator name.
#include "impls/arg_reduce/list.h"

#include <map>

#include "impls/conv2d/list.h"
#include "impls/conv_transpose2d/list.h"
#include "impls/copy/list.h"
#include "impls/elementwise/list.h"
#include "impls/impl.h"
#include "impls/matmul/list.h"
#include "impls/norm/list.h"
#include "impls/pool/list.h"
#include "impls/reduce/list.h"
#include "impls/resize/list.h"
#include "impls/softmax/list.h"
#include "passes/group.h"

namespace convoy {

ImplList impls_for(const Op& op) {
  static const std::map<std::string, const ImplList& (*)()> lists = {
      {"arg_reduce", arg_reduce_impls},
      {"avg_pool2d", avg_pool2d_impls},
      {"channel_shuffle", strided_copy_impls},
      {"concat", concat_impls},
      {"conv2d", conv2d_impls},
      {"conv_transpose2d", conv_transpose2d_impls},
      {"depth_to_space", strided_copy_impls},
      {"gather", mapped_copy_impls},
      {"group_norm", group_norm_impls},
      {"instance_norm", instance_norm_impls},
      {"layer_norm", layer_norm_impls},
      {"lrn", lrn_impls},
      {"matmul", matmul_impls},
      {"max_pool2d", max_pool2d_impls},
      {"pad", mapped_copy_impls},
      {"quantized_softmax", quantized_softmax_impls},
      {"reduce", reduce_impls},
      {"reshape", strided_copy_impls},
      {"resize", resize_impls},
      {"softmax", softmax_impls},
      {"space_to_depth", strided_copy_impls},
      {"tile", strided_copy_impls},
  };
  ImplList impls;
  if (is_elementwise(op)) impls = elementwise_impls();
  if (auto list = lists.find(op.name()); list != lists.end()) impls = list->second();
  impls.push_back(&reference_impl());
  return impls;
}

}  // namespace convoy
