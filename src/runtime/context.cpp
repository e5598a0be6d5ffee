#include <convoy/program.h>

#include <algorithm>
#include <cstddef>

#include "runtime/context_data.h"
#include "support/error.h"

namespace convoy {

namespace {

using detail::ContextData;

bool overlap(const Tensor& a, const Tensor& b) {
  const auto *a_begin = static_cast<const std::byte*>(a.data()), *b_begin = static_cast<const std::byte*>(b.data());
  return a_begin < b_begin + b.bytes() && b_begin < a_begin + a.bytes();
}

void check_index(const std::vector<PortInfo>& ports, const char* kind, int index) {
  if (index >= 0 && index < static_cast<int>(ports.size())) return;
  usage_error("there is no {} {}: the network has {}", kind, index, ports.size());
}

/// Throws when `tensor` cannot stand for the port.
void check_port(const std::vector<PortInfo>& ports, const char* kind, int index, const Tensor& tensor) {
  check_index(ports, kind, index);
  const PortInfo& port = ports[index];
  if (tensor.type() != port.type) {
    usage_error("{} '{}' is {}, the tensor given is {}", kind, port.name, port.type.str(), tensor.type().str());
  }
  if (tensor.empty()) usage_error("{} '{}': the tensor given has no data", kind, port.name);
  if (reinterpret_cast<uintptr_t>(tensor.data()) % size_of(tensor.dtype()) != 0) {
    usage_error("{} '{}': the memory given is not aligned for {}", kind, port.name, to_string(tensor.dtype()));
  }
}

/// Throws when an output would overwrite what is still to be read, or another output.
void check_no_overlap(const std::vector<PortInfo>& ports, const std::vector<Tensor>& tensors, const std::string& name,
                      const Tensor& tensor, int except = -1) {
  for (int i = 0; i < static_cast<int>(tensors.size()); ++i) {
    if (i != except && overlap(tensors[i], tensor)) {
      usage_error("the memory given for '{}' overlaps that of '{}'", name, ports[i].name);
    }
  }
}

void bind_input(ContextData& context, int index, Tensor tensor) {
  const auto& program = *context.program;
  check_port(program.inputs, "input", index, tensor);
  check_no_overlap(program.outputs, context.outputs, program.inputs[index].name, tensor);
  context.inputs[index] = std::move(tensor);
}

void bind_output(ContextData& context, int index, Tensor tensor) {
  const auto& program = *context.program;
  check_port(program.outputs, "output", index, tensor);
  check_no_overlap(program.inputs, context.inputs, program.outputs[index].name, tensor);
  check_no_overlap(program.outputs, context.outputs, program.outputs[index].name, tensor, index);
  context.outputs[index] = std::move(tensor);
}

/// Steps that read or write a port, the first and the last; {steps, -1} when there are none.
std::pair<int64_t, int64_t> steps_at(const Plan& plan, Location::Space space, int index) {
  const auto steps = static_cast<int64_t>(plan.steps.size());
  std::pair<int64_t, int64_t> range = {steps, -1};
  for (int64_t i = 0; i < steps; ++i) {
    const bool here = std::ranges::any_of(
        plan.steps[i].args, [&](const Location& arg) { return arg.space == space && arg.index == index; });
    if (here) range = {std::min(range.first, i), i};
  }
  return range;
}

void bind_state(ContextData& context, int input, int output) {
  const auto& program = *context.program;
  check_index(program.inputs, "input", input);
  check_port(program.outputs, "output", output, context.inputs[input]);
  const auto last_read = steps_at(program.plan, Location::Space::input, input).second;
  const auto first_write = steps_at(program.plan, Location::Space::output, output).first;
  if (first_write <= last_read) {
    usage_error("'{}' is written before '{}' is read for the last time", program.outputs[output].name,
                program.inputs[input].name);
  }
  context.outputs[output] = context.inputs[input];
}

}  // namespace

Context::Context(const Program& program) : data_(std::make_unique<ContextData>(program.data_)) {}
Context::Context(const Program& program, const Context& other)
    : data_(std::make_unique<ContextData>(program.data_, other.data_->workspace())) {}
Context::Context(Context&&) noexcept = default;
Context& Context::operator=(Context&&) noexcept = default;
Context::~Context() = default;

Tensor& Context::input(int index) {
  return data_->inputs.at(index);
}
const Tensor& Context::output(int index) const {
  return data_->outputs.at(index);
}

Status Context::bind_input(int index, Tensor tensor) {
  return status_of([&] { convoy::bind_input(*data_, index, std::move(tensor)); });
}

Status Context::bind_output(int index, Tensor tensor) {
  return status_of([&] { convoy::bind_output(*data_, index, std::move(tensor)); });
}

Status Context::bind_state(int input, int output) {
  return status_of([&] { convoy::bind_state(*data_, input, output); });
}

void Context::run() {
  data_->run(nullptr);
}
void Context::run_profiled(std::vector<double>& step_ns) {
  data_->run(&step_ns);
}

}  // namespace convoy
