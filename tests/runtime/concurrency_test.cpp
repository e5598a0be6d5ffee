// Programs and Contexts used by many threads at once. Meant for ThreadSanitizer, too: scripts/test tsan.
#include <gtest/gtest.h>

#include <thread>

#include "graph/text.h"
#include "runtime/compile.h"
#include "runtime/toy_program.h"

namespace convoy {
namespace {

using test::run_and_check;
using test::toy_program;

/// Runs `user(index)` in as many threads at once.
template <class Fn>
void in_threads(int count, Fn&& user) {
  std::vector<std::thread> users;
  for (int index = 0; index < count; ++index) users.emplace_back([&user, index] { user(index); });
  for (std::thread& thread : users) thread.join();
}

Graph small_network() {
  return graph_from_text(R"(graph small
input %x f32[1x3x12x12]
constant %w f32[8x3x1x1] 1 2 3 4 5 6 7 8 9 10 11 12 1 2 3 4 5 6 7 8 9 10 11 12
constant %v f32[2x8x1x1] 1 -1 2 -2 3 -3 4 -4 5 -5 6 -6 7 -7 8 -8
%a f32[1x8x12x12] = conv2d(%x, %w, _) @conv
%b f32[1x8x12x12] = relu(%a)
%c f32[1x8x6x6] = max_pool2d(%b) kernel=[2,2] strides=[2,2] @pool
%d f32[1x2x6x6] = conv2d(%c, %v, _) @heads
%y f32[1x2x6x6] = softmax(%d) axis=1
output %y
)");
}

Program compiled(int threads) {
  CompileOptions options;
  options.threads = threads;
  options.use_cache = false;
  return compile_graph(small_network(), options);
}

Tensor input_of(int seed) {
  Tensor x(DType::f32, {1, 3, 12, 12});
  for (int64_t i = 0; i < x.elems(); ++i) x.as<float>()[i] = static_cast<float>((i * 29 + seed) % 17) - 8;
  return x;
}

std::vector<float> result(Context& context, int seed) {
  EXPECT_TRUE(context.bind_input(0, input_of(seed)).ok());
  context.run();
  const Tensor& y = context.output(0);
  return {y.as<float>(), y.as<float>() + y.elems()};
}

TEST(Concurrency, SeveralProgramsAtOnce) {
  std::vector<Program> programs;
  for (int threads : {1, 2, 3}) programs.push_back(toy_program(threads, {4, 2}));
  std::vector<int> wrong(9);
  in_threads(9, [&](int user) {
    Context context(programs[user % programs.size()]);
    for (int i = 0; i < 60; ++i) wrong[user] += !run_and_check(context, user * 1000 + i);
  });
  EXPECT_EQ(wrong, std::vector<int>(9));
}

TEST(Concurrency, ManyContextsOfOneCompiledNetwork) {
  const Program program = compiled(2);
  std::vector<std::vector<float>> expected;
  Context alone(program);
  for (int seed = 0; seed < 8; ++seed) expected.push_back(result(alone, seed));
  std::vector<int> wrong(8);
  in_threads(8, [&](int user) {
    Context context(program);
    for (int i = 0; i < 40; ++i) wrong[user] += result(context, user) != expected[user];
  });
  EXPECT_EQ(wrong, std::vector<int>(8));
}

TEST(Concurrency, CompilingAndRunningInEachThread) {
  Context alone(compiled(1));
  const std::vector<float> expected = result(alone, 5);
  std::vector<int> wrong(4);
  in_threads(4, [&](int user) {
    for (int threads : {1, 2}) {
      Context context(compiled(threads));
      for (int i = 0; i < 10; ++i) wrong[user] += result(context, 5) != expected;
    }
  });
  EXPECT_EQ(wrong, std::vector<int>(4));
}

}  // namespace
}  // namespace convoy
