#include "impls/impl.h"

namespace convoy {

TensorType Problem::stored_type(ValueId id) const {
  const auto view = views.find(id);
  return view == views.end() ? grouped.stored_type(id) : TensorType{view->second.dtype, type(id).shape};
}

std::string Problem::dtypes() const {
  auto word = [&](ValueId id) { return std::string(is_bf16(id) ? "bf16" : "f32"); };
  const std::string src = word(anchor_input(0)), dst = word(group.output);
  return src == dst ? src : src + "_" + dst;
}

std::vector<DType> stored_types(const StepSpec& step, const std::function<DType(ValueId)>& dtype_of) {
  std::vector<DType> stored;
  for (const StepArg& arg : step.args) {
    DType dtype = DType::f32;
    if (const auto* value = std::get_if<ValueArg>(&arg)) dtype = dtype_of(value->value);
    if (const auto* packed = std::get_if<PackedArg>(&arg)) dtype = packed->dtype;
    if (const auto* constant = std::get_if<Tensor>(&arg)) dtype = constant->dtype();
    stored.push_back(dtype == DType::bf16 ? DType::bf16 : DType::f32);
  }
  return stored;
}

}  // namespace convoy
