#include "graph/attributes.h"

#include <gtest/gtest.h>

#include <limits>

#include "graph/quote.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

template <class T>
T round_trip(const T& value) {
  T result{};
  parse_attribute(attribute_text(value), result);
  return result;
}

TEST(Attributes, ReadBackTheSame) {
  EXPECT_EQ(round_trip(std::numeric_limits<int64_t>::min()), std::numeric_limits<int64_t>::min());
  for (double value : {0.1, -0.0, 1e-320, 1e300, std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(round_trip(value), value);
  }
  for (const char* text : {"", "word", "two words", "a\"b\\c\n", "[1,2]", "gr\xc3\xbc\xc3\x9f"}) {
    EXPECT_EQ(round_trip(std::string(text)), text);
  }
  EXPECT_EQ(round_trip(std::vector<int64_t>{}), (std::vector<int64_t>{}));
  EXPECT_EQ(round_trip(std::vector<int64_t>{1, -2}), (std::vector<int64_t>{1, -2}));
  EXPECT_EQ(round_trip(std::vector<double>{0.5, -2}), (std::vector<double>{0.5, -2}));
}

TEST(Attributes, RefuseOtherText) {
  int64_t integer = 0;
  std::vector<int64_t> list;
  expect_invalid("'1.5' is not an integer", [&] { parse_attribute("1.5", integer); });
  expect_invalid("not an integer", [&] { parse_attribute("99999999999999999999", integer); });
  expect_invalid("'1,2' is not a list", [&] { parse_attribute("1,2", list); });
  expect_invalid("ends in a comma", [&] { parse_attribute("[1,]", list); });
  expect_invalid("none of f32", [] { enum_value<DType>("f33"); });
}

TEST(Quote, LeavesPlainWordsBare) {
  EXPECT_EQ(quote("block3/conv.1:0_a-b"), "block3/conv.1:0_a-b");
  EXPECT_EQ(quote("a b"), "\"a b\"");
  EXPECT_EQ(quote(std::string_view("\x01\"", 2)), "\"\\x01\\\"\"");
}

TEST(Quote, RefusesBrokenText) {
  for (const char* text : {"\"abc", "\"\\", "\"\\q\"", "\"\\x1", "\"\\xzz\"", "", " "}) {
    size_t pos = 0;
    EXPECT_THROW(unquote(text, pos), Error) << text;
  }
}

}  // namespace
}  // namespace convoy
