#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "graph/text.h"
#include "runtime/compile.h"
#include "runtime/toy_program.h"

namespace convoy {
namespace {

using test::expected_y;
using test::kCols;
using test::kRows;
using test::run_and_check;
using test::toy_program;

TEST(Context, ComputesWithAnyNumberOfThreadsAndTasks) {
  for (int threads : {1, 2, 3, 7}) {
    for (test::Grid grid : {test::Grid{1, 1}, {1, 7}, {13, 1}, {4, 2}, {20, 3}}) {
      SCOPED_TRACE(testing::Message() << threads << " threads, " << grid.row_tasks << " x " << grid.col_tasks);
      Context context(toy_program(threads, grid));
      for (int seed = 0; seed < 20; ++seed) EXPECT_TRUE(run_and_check(context, seed)) << "seed " << seed;
    }
  }
}

TEST(Context, ProgramDescribesItself) {
  const Program program = toy_program(3);
  ASSERT_EQ(program.inputs().size(), 1u);
  EXPECT_EQ(program.inputs()[0].name, "x");
  ASSERT_EQ(program.outputs().size(), 2u);
  EXPECT_EQ(program.outputs()[1].type.str(), "f32[]");
  EXPECT_EQ(program.threads(), 3);
  EXPECT_GE(program.memory().arena_bytes, program.memory().peak_live_bytes);
  EXPECT_EQ(program.memory().weights_bytes, kRows * kCols * 4);
}

TEST(Context, OutlivesItsProgramAndCanBeMoved) {
  auto program = std::make_unique<Program>(toy_program(2));
  Context first(*program);
  program.reset();
  EXPECT_TRUE(run_and_check(first, 1));
  Context second(std::move(first));
  EXPECT_TRUE(run_and_check(second, 2));
  second = Context(toy_program(1));
  EXPECT_TRUE(run_and_check(second, 3));
}

TEST(Context, BoundMemoryIsUsed) {
  Context context(toy_program(2));
  Tensor x(DType::f32, {kRows, kCols}), y(DType::f32, {kRows, kCols});
  for (int64_t i = 0; i < kRows * kCols; ++i) x.as<float>()[i] = static_cast<float>(i);
  ASSERT_TRUE(context.bind_input(0, x).ok());
  ASSERT_TRUE(context.bind_output(0, y).ok());
  context.run();
  for (int64_t i = 0; i < kRows * kCols; ++i) EXPECT_EQ(y.as<float>()[i], expected_y(x.as<float>(), i));
  EXPECT_EQ(context.output(0).data(), y.data());

  // Binding again, or putting a tensor in the place of the input, takes effect at the next run.
  const Tensor other(DType::f32, {kRows, kCols});
  context.input(0) = other;
  context.run();
  EXPECT_EQ(y.as<float>()[0], 0);
}

TEST(Context, SeveralContextsInTurnOnOneThread) {
  const Program program = toy_program(3);
  Context a(program), b(program);
  for (int seed = 0; seed < 50; ++seed) {
    EXPECT_TRUE(run_and_check(a, seed));
    EXPECT_TRUE(run_and_check(b, seed + 1));
  }
}

TEST(Context, ContextsThatTakeTurnsShareMemory) {
  const Program program = toy_program(3), other_threads = toy_program(2);
  Context a(program);
  Context b(program, a), c(other_threads, b);
  Context moved = std::move(a);
  for (int seed = 0; seed < 50; ++seed) {
    EXPECT_TRUE(run_and_check(b, seed));
    EXPECT_TRUE(run_and_check(moved, seed + 1));
    EXPECT_TRUE(run_and_check(c, seed + 2));
  }
  // Inputs and outputs stay each context's own.
  EXPECT_NE(b.input(0).data(), moved.input(0).data());
  EXPECT_NE(b.output(0).data(), moved.output(0).data());
}

TEST(Context, ManyContextsOfOneProgramAtOnce) {
  const Program program = toy_program(2);
  std::vector<std::thread> users;
  std::vector<int> wrong(8);
  for (size_t user = 0; user < wrong.size(); ++user) {
    users.emplace_back([&, user] {
      Context context(program);
      for (int i = 0; i < 100; ++i) wrong[user] += !run_and_check(context, static_cast<int>(user) * 1000 + i);
    });
  }
  for (std::thread& user : users) user.join();
  EXPECT_EQ(wrong, std::vector<int>(8));
}

TEST(Context, OneContextMayMoveFromThreadToThread) {
  Context context(toy_program(3));
  for (int i = 0; i < 10; ++i) {
    bool right = false;
    std::thread([&] { right = run_and_check(context, i); }).join();
    EXPECT_TRUE(right);
  }
}

TEST(Context, ProfileAddsUp) {
  Context context(toy_program(2));
  std::vector<double> step_ns;
  context.run_profiled(step_ns);
  ASSERT_EQ(step_ns.size(), 4u);
  const std::vector<double> once = step_ns;
  context.run_profiled(step_ns);
  for (size_t i = 0; i < step_ns.size(); ++i) EXPECT_GE(step_ns[i], once[i]);
}

TEST(ContextBind, SaysWhatIsWrong) {
  Context context(toy_program(1));
  auto input_error = [&](int index, Tensor tensor) { return context.bind_input(index, std::move(tensor)).message(); };
  auto output_error = [&](int index, Tensor tensor) { return context.bind_output(index, std::move(tensor)).message(); };
  const TensorType type{DType::f32, {kRows, kCols}};

  EXPECT_EQ(input_error(1, Tensor(type)), "there is no input 1: the network has 1");
  EXPECT_EQ(output_error(-1, Tensor(type)), "there is no output -1: the network has 2");
  EXPECT_EQ(input_error(0, Tensor(DType::f32, {7, 13})), "input 'x' is f32[13x7], the tensor given is f32[7x13]");
  EXPECT_EQ(output_error(1, Tensor(DType::i32, {})), "output 'total' is f32[], the tensor given is i32[]");
  EXPECT_EQ(input_error(0, Tensor(type, nullptr)), "input 'x': the tensor given has no data");

  Tensor bytes(DType::u8, {type.bytes() + 64});
  const std::shared_ptr<void> owner(bytes.data(), [bytes](void*) {});
  const std::shared_ptr<void> odd(owner, bytes.as<char>() + 1);
  EXPECT_EQ(input_error(0, Tensor(type, odd)), "input 'x': the memory given is not aligned for f32");

  ASSERT_TRUE(context.bind_input(0, Tensor(type, owner)).ok());
  const std::shared_ptr<void> shifted(owner, bytes.as<char>() + 64);
  EXPECT_EQ(output_error(0, Tensor(type, shifted)), "the memory given for 'y' overlaps that of 'x'");
  EXPECT_TRUE(run_and_check(context, 5)) << "refused bindings change nothing";
}

Program compiled(const std::string& text) {
  return compile_graph(graph_from_text("graph g\ninput %x f32[4]\ninput %state f32[4]\n" + text), {});
}

TEST(ContextBind, StatesGoOnFromTheLastRun) {
  Context context(compiled("%y f32[4] = add(%x, %state)\n%next f32[4] = relu(%y)\noutput %y\noutput %next\n"));
  std::fill_n(context.input(0).as<float>(), 4, 1.0f);
  std::fill_n(context.input(1).as<float>(), 4, 10.0f);
  ASSERT_TRUE(context.bind_state(1, 1).ok());
  for (float expected : {11.0f, 12.0f, 13.0f}) {
    context.run();
    EXPECT_EQ(context.output(0).as<float>()[3], expected);
  }
  EXPECT_EQ(context.output(1).data(), context.input(1).data());
}

TEST(ContextBind, StatesMayNotBeWrittenTooEarly) {
  Context context(compiled("%next f32[4] = relu(%x)\n%y f32[4] = add(%next, %state)\noutput %y\noutput %next\n"));
  EXPECT_EQ(context.bind_state(1, 1).message(), "'next' is written before 'state' is read for the last time");
  EXPECT_EQ(context.bind_state(2, 1).message(), "there is no input 2: the network has 2");
  EXPECT_EQ(context.bind_state(1, 2).message(), "there is no output 2: the network has 2");
}

}  // namespace
}  // namespace convoy
