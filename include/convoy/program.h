// Compile a network and run it.
//
//   auto program = convoy::compile("resnet18.onnx");
//   if (!program) return fail(program.status().message());
//   convoy::Context context(*program);
//   context.input(0).as<float>()[...] = ...;     // dense, row-major, as the network declares it
//   context.run();
//   const float* scores = context.output(0).as<float>();
#pragma once

#include <convoy/rounding.h>
#include <convoy/status.h>
#include <convoy/tensor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace convoy {

/// How activations and weights are stored. Sums and all other arithmetic are f32 in any case.
enum class Precision {
  f32,
  bf16,  ///< half the bytes, and twice the multiplications per cycle where the CPU has them; 8 bits of significand
};

/// "f32", "bf16".
std::string_view to_string(Precision precision);

struct CompileOptions {
  /// 0: the physical cores this process may use (affinity and cgroup quota count).
  int threads = 0;
  /// Highest instruction set to use: "avx512", "avx2", "sse2"; empty: the best the machine has.
  std::string isa;
  /// Network inputs and outputs keep their types.
  Precision precision = Precision::f32;
  /// Of quantised TFLite networks.
  NetworkRounding rounding = NetworkRounding::litert;
  /// Sizes of network inputs whose dimensions the model leaves open.
  std::map<std::string, Shape> shapes;
  /// Implementations to force, in order: node name, glob pattern or operator -> implementation name.
  std::vector<std::pair<std::string, std::string>> set_impl;
  /// A plan that `convoy tune --save-plan` wrote: it decides for the layers that it lists, unless set_impl does.
  std::string plan_file;
  /// The fastest program that, with one Context, takes at most so many bytes; 0: as many as it likes.
  int64_t max_memory = 0;
  /// Implementations whose rounding errors, relative to the largest result of a layer, are larger are not considered.
  /// The default allows all that there are today; below 1e-6 only F(2x2) is left of the Winograd convolutions.
  double max_error = 2e-5;
  /// Folder of the cache of compiled code; empty: $CONVOY_CACHE_DIR, $XDG_CACHE_HOME/convoy or ~/.cache/convoy.
  std::string cache_dir;
  bool use_cache = true;
  /// Measurements of `convoy tune` that decide between implementations; empty: tuning.db in the cache's folder, if
  /// it is there. Without measurements for this machine a cost model decides.
  std::string tuning_log;
  bool use_tuning = true;
};

/// A network input or output: dense, row-major.
struct PortInfo {
  std::string name;
  TensorType type;
};

struct MemoryInfo {
  int64_t arena_bytes = 0;      ///< intermediate tensors of one Context
  int64_t peak_live_bytes = 0;  ///< what the arena cannot be smaller than
  int64_t weights_bytes = 0;    ///< shared by all Contexts
};

namespace detail {
struct ProgramData;
struct ContextData;
}  // namespace detail

/// A compiled network. Cheap to copy; copies share everything. Safe to use from several threads.
class Program {
 public:
  explicit Program(std::shared_ptr<const detail::ProgramData> data) : data_(std::move(data)) {}

  const std::vector<PortInfo>& inputs() const;
  const std::vector<PortInfo>& outputs() const;
  MemoryInfo memory() const;
  int threads() const;
  const detail::ProgramData& data() const { return *data_; }

 private:
  friend class Context;
  std::shared_ptr<const detail::ProgramData> data_;
};

/// Everything one inference needs besides the Program: arena, inputs, outputs, threads. Several Contexts
/// of one Program may run at once; one Context runs one inference at a time.
class Context {
 public:
  explicit Context(const Program& program);
  /// Works in the memory and on the threads of another Context, where these suffice: for programs that take turns. The
  /// two must not run at the same time.
  Context(const Program& program, const Context& other);
  Context(Context&&) noexcept;
  Context& operator=(Context&&) noexcept;
  ~Context();

  /// Owned by the Context: fill before run().
  Tensor& input(int index);
  /// Owned by the Context: valid until the next run().
  const Tensor& output(int index) const;
  /// Reads and writes the caller's memory instead: `tensor` must have the port's type.
  Status bind_input(int index, Tensor tensor);
  Status bind_output(int index, Tensor tensor);
  /// The output is written where the input is read, so that each run goes on from what the last one left. An error when
  /// their types differ, or when the program writes the one before it has done with the other.
  Status bind_state(int input, int output);
  /// Runs one inference. Allocates nothing.
  void run();
  /// The same, and adds each step's time in nanoseconds to `step_ns` (one entry a step of the plan).
  void run_profiled(std::vector<double>& step_ns);

 private:
  std::unique_ptr<detail::ContextData> data_;
};

/// Reads, checks and compiles a model for this machine. The error names file, node, operator and shape.
Result<Program> compile(const std::string& model_path, const CompileOptions& options = {});
/// The same from memory.
Result<Program> compile(const void* model, size_t bytes, const CompileOptions& options = {});

}  // namespace convoy
