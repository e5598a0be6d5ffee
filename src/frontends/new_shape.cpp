#include "frontends/new_shape.h"

#include "graph/attributes.h"
#include "ops/attribute_checks.h"

namespace convoy {

Shape resolve_new_shape(std::vector<int64_t> dims, const Shape& src, bool allow_zero) {
  const std::string given = attribute_text(dims);
  int unknown = -1;
  int64_t known = 1;
  for (int i = 0; i < static_cast<int>(dims.size()); ++i) {
    if (dims[i] == 0 && !allow_zero) {
      if (i >= src.rank()) invalid_input("shape {} keeps axis {}, which src {} does not have", given, i, src.str());
      dims[i] = src[i];
    }
    if (dims[i] == -1) {
      if (unknown >= 0) invalid_input("shape {} has more than one -1", given);
      unknown = i;
    } else if (dims[i] < 0) {
      invalid_input("shape {} has the negative extent {}", given, dims[i]);
    } else {
      known = checked_multiply(known, dims[i]);
    }
  }
  if (unknown >= 0) {
    if (known == 0 || src.elems() % known != 0) {
      invalid_input("the {} elements of src {} do not fill shape {}", src.elems(), src.str(), given);
    }
    dims[unknown] = src.elems() / known;
  }
  return Shape(dims);
}

}  // namespace convoy
