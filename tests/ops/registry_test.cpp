#include <gtest/gtest.h>

#include <algorithm>

#include "graph/op.h"
#include "support/error.h"

namespace convoy {
namespace {

/// "a=1 b=[2,3]" as a map; the registered operators' defaults have no quoted words.
AttributeMap split(const std::string& attributes) {
  AttributeMap map;
  for (size_t begin = 0; begin < attributes.size();) {
    const size_t name = attributes.find_first_not_of(' ', begin), equals = attributes.find('=', name);
    const size_t end = std::min(attributes.find(' ', equals), attributes.size());
    map[attributes.substr(name, equals - name)] = attributes.substr(equals + 1, end - equals - 1);
    begin = end;
  }
  return map;
}

TEST(Registry, EveryOperatorIsMadeByItsName) {
  const std::vector<std::string> names = op_names();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  for (const std::string& name : names) {
    const std::unique_ptr<Op> op = make_op(name);
    ASSERT_NE(op, nullptr) << name;
    EXPECT_EQ(op->name(), name);
  }
  EXPECT_EQ(make_op("no such operator"), nullptr);
}

TEST(Registry, EveryOperatorReadsItsAttributesBack) {
  for (const std::string& name : op_names()) {
    const std::string text = make_op(name)->attributes();
    const std::unique_ptr<Op> op = make_op(name);
    op->read_attributes(split(text));
    EXPECT_EQ(op->attributes(), text) << name;
    EXPECT_THROW(op->read_attributes({{"no_such_attribute", "1"}}), Error) << name;
  }
}

TEST(Registry, EveryOperatorRefusesMissingInputs) {
  for (const std::string& name : op_names()) {
    EXPECT_THROW(make_op(name)->infer({}), Error) << name;
    EXPECT_THROW(make_op(name)->infer({nullptr}), Error) << name;
  }
}

}  // namespace
}  // namespace convoy
