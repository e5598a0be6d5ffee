#include "passes/recognise_activations.h"

#include <fmt/format.h>

#include "passes/pass_test.h"

namespace convoy {
namespace {

/// A network `%x` -> `body` -> `%y` with the numbers that activations are written with.
std::string network(const std::string& body) {
  std::string text = "graph g\ninput %x f32[1x4x8x8]\n";
  const std::pair<const char*, double> numbers[] = {{"one", 1},
                                                    {"half", 0.5},
                                                    {"two", 2},
                                                    {"three", 3},
                                                    {"six", 6},
                                                    {"sixth", 1.0 / 6},
                                                    {"tenth", 0.1},
                                                    {"sqrt2", 1.41421356},
                                                    {"rsqrt2", 0.70710678}};
  for (const auto& [name, value] : numbers) text += fmt::format("constant %{} f32[] {}\n", name, float(value));
  // The type of every value is the same.
  for (size_t begin = 0; begin < body.size();) {
    const size_t end = body.find('\n', begin);
    std::string line = body.substr(begin, end - begin);
    const size_t equals = line.find('=');
    text += line.substr(0, equals) + "f32[1x4x8x8] " + line.substr(equals) + "\n";
    begin = end + 1;
  }
  return text + "output %y\n";
}

void expect_recognised(const std::string& body, const std::string& expected) {
  SCOPED_TRACE(body);
  expect_pass(recognise_activations, network(body), expected, 2e-6);
}

TEST(RecogniseActivations, HardSigmoid) {
  const std::string expected = "%y = hard_sigmoid(%x) alpha=0.16666666666666666 beta=0.5\n";
  expect_recognised("%a = add(%x, %three)\n%b = clip(%a) alpha=0 beta=6\n%y = mul(%b, %sixth)\n", expected);
  expect_recognised("%a = add(%x, %three)\n%b = clip(%a) alpha=0 beta=6\n%y = div(%b, %six)\n", expected);
  expect_recognised("%a = clip(%x) alpha=-3 beta=3\n%b = add(%a, %three)\n%y = div(%b, %six)\n", expected);
  expect_recognised("%a = mul(%x, %half)\n%y = clip(%a) alpha=0 beta=1\n", "%y = hard_sigmoid(%x) alpha=0.5 beta=0\n");
}

TEST(RecogniseActivations, HardSwishInAllOrders) {
  const std::string expected = "%y = hard_swish(%x) alpha=0 beta=0\n";
  const std::string clip = "%a = add(%x, %three)\n%b = clip(%a) alpha=0 beta=6\n";
  expect_recognised(clip + "%c = mul(%x, %b)\n%y = div(%c, %six)\n", expected);
  expect_recognised(clip + "%c = mul(%b, %x)\n%y = mul(%c, %sixth)\n", expected);
  expect_recognised(clip + "%c = div(%b, %six)\n%y = mul(%x, %c)\n", expected);
  expect_recognised(clip + "%c = mul(%sixth, %b)\n%y = mul(%c, %x)\n", expected);
  expect_recognised(clip + "%c = div(%x, %six)\n%y = mul(%c, %b)\n", expected);
  expect_recognised("%a = hard_sigmoid(%x) alpha=0.1666666716337204 beta=0.5\n%y = mul(%x, %a)\n", expected);
}

TEST(RecogniseActivations, NotQuiteHardSwish) {
  for (const std::string& body : {
           std::string("%a = add(%x, %two)\n%b = clip(%a) alpha=0 beta=6\n%c = mul(%x, %b)\n%y = div(%c, %six)\n"),
           std::string("%a = add(%x, %three)\n%b = clip(%a) alpha=0 beta=6\n%c = mul(%x, %b)\n%y = div(%c, %two)\n"),
           std::string("%a = add(%x, %three)\n%b = clip(%a) alpha=0 beta=6\n%c = mul(%a, %b)\n%y = div(%c, %six)\n"),
           std::string("%a = add(%x, %three)\n%b = clip(%a) alpha=1 beta=6\n%y = div(%b, %six)\n"),
       }) {
    SCOPED_TRACE(body);
    expect_unchanged(recognise_activations, network(body));
  }
}

TEST(RecogniseActivations, Silu) {
  const std::string expected = "%y = silu(%x) alpha=0 beta=0\n";
  expect_recognised("%a = sigmoid(%x)\n%y = mul(%x, %a)\n", expected);
  expect_recognised("%a = sigmoid(%x)\n%y = mul(%a, %x)\n", expected);
  expect_recognised("%z = mul(%x, %half)\n%a = sigmoid(%z)\n%y = mul(%z, %a)\n",
                    "%z = mul(%x, 0.5)\n%y = silu(%z) alpha=0 beta=0\n");
}

TEST(RecogniseActivations, GeluInAllOrders) {
  const std::string expected = "%y = gelu(%x) alpha=0 beta=0\n";
  const std::string gate = "%a = div(%x, %sqrt2)\n%b = erf(%a)\n%c = add(%b, %one)\n";
  expect_recognised(gate + "%d = mul(%x, %half)\n%y = mul(%d, %c)\n", expected);
  expect_recognised(gate + "%d = mul(%x, %c)\n%y = mul(%d, %half)\n", expected);
  expect_recognised(gate + "%d = mul(%half, %c)\n%y = mul(%d, %x)\n", expected);
  expect_recognised("%a = mul(%x, %rsqrt2)\n%b = erf(%a)\n%c = mul(%b, %half)\n%d = add(%c, %half)\n%y = mul(%x, %d)\n",
                    expected);
}

TEST(RecogniseActivations, SoftplusAndMish) {
  expect_recognised("%a = exp(%x)\n%b = add(%one, %a)\n%y = log(%b)\n", "%y = softplus(%x) alpha=0 beta=0\n");
  expect_recognised("%a = softplus(%x)\n%b = tanh(%a)\n%y = mul(%x, %b)\n", "%y = mish(%x) alpha=0 beta=0\n");
}

TEST(RecogniseActivations, LeakyRelu) {
  expect_recognised("%a = mul(%x, %tenth)\n%y = max(%x, %a)\n",
                    "%y = leaky_relu(%x) alpha=0.10000000149011612 beta=0\n");
  expect_unchanged(recognise_activations, network("%a = mul(%x, %two)\n%y = max(%x, %a)\n"));
}

TEST(RecogniseActivations, KeepsAProductThatBroadcasts) {
  expect_unchanged(recognise_activations, R"(graph g
input %x f32[1x4x1x1]
input %z f32[1x4x8x8]
%a f32[1x4x1x1] = sigmoid(%x)
%y f32[1x4x8x8] = mul(%z, %a)
output %y
)");
}

}  // namespace
}  // namespace convoy
