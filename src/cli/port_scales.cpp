#include "cli/port_scales.h"

#include <algorithm>

#include "frontends/summary.h"
#include "io/convert.h"

namespace convoy::cli {
namespace {

Tensor dequantised(const Tensor& stored, const Quantisation& quantisation) {
  Tensor values = convert(stored, DType::i64);
  Tensor result(DType::f32, stored.shape());
  std::transform(values.as<int64_t>(), values.as<int64_t>() + values.elems(), result.as<float>(),
                 [&](int64_t number) { return static_cast<float>(quantisation.value(number)); });
  return result;
}

}  // namespace

PortScales port_scales(const std::string& model) {
  const ModelSummary summary = summarise_model(model);
  PortScales scales;
  for (const auto* ports : {&summary.inputs, &summary.outputs}) {
    for (const SummaryPort& port : *ports) {
      if (port.quantisation) scales.emplace(port.name, *port.quantisation);
    }
  }
  return scales;
}

std::vector<Tensor> real_numbers(const std::vector<PortInfo>& ports, const std::vector<Tensor>& outputs,
                                 const PortScales& scales) {
  std::vector<Tensor> result;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto found = scales.find(ports[i].name);
    result.push_back(found == scales.end() ? outputs[i] : dequantised(outputs[i], found->second));
  }
  return result;
}

}  // namespace convoy::cli
