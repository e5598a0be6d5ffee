// Units, tables and what is drawn on a terminal.
#include <gtest/gtest.h>

#include "cli/refusals.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/units.h"

namespace convoy::cli {
namespace {

TEST(Units, ThreeSignificantDigits) {
  EXPECT_EQ(three_digits(0), "0");
  EXPECT_EQ(three_digits(0.012345), "0.0123");
  EXPECT_EQ(three_digits(1.2345), "1.23");
  EXPECT_EQ(three_digits(123.45), "123");
  EXPECT_EQ(three_digits(12345), "12345");
  EXPECT_EQ(three_digits(-1.5), "-1.50");
}

TEST(Units, BytesCountsAndTimes) {
  EXPECT_EQ(bytes_text(950), "950 B");
  EXPECT_EQ(bytes_text(1234567), "1.23 MB");
  EXPECT_EQ(bytes_text(999999), "1.00 MB");
  EXPECT_EQ(count_text(11.7e6), "11.7 M");
  EXPECT_EQ(count_text(64), "64");
  EXPECT_EQ(time_text(5.2e6), "5.20 ms");
  EXPECT_EQ(time_text(1.5e9), "1.50 s");
  EXPECT_EQ(time_text(12300), "12.3 us");
}

TEST(Terminal, BarsInEighths) {
  EXPECT_EQ(bar(0.5, 4, true), "██");
  EXPECT_EQ(bar(0.28125, 4, true), "█▏");
  EXPECT_EQ(bar(0, 4, true), "");
  EXPECT_EQ(bar(7, 4, true), "████");
  EXPECT_EQ(bar(0.5, 4, false), "##");
}

TEST(Terminal, ShortensTheMiddle) {
  EXPECT_EQ(shorten("short", 10), "short");
  EXPECT_EQ(shorten("features/block3/conv1", 12), "featu..conv1");
  EXPECT_EQ(display_width("█▏a"), 3);
  EXPECT_EQ(shorten("ääääääääää", 7), "ää..äää");
}

TEST(Table, AlignsAndTrims) {
  Table table({{"layer"}, {"ms", Align::right}, {""}});
  table.add({"conv1", "1.5", "██"});
  table.add({"a", "10.25", ""});
  EXPECT_EQ(table.str(), "layer     ms\nconv1    1.5  ██\na      10.25\n");
}

TEST(Table, WithoutTitles) {
  Table table({{""}, {""}});
  table.add({"a", "b"});
  EXPECT_EQ(table.str(), "a  b\n");
}

TEST(Table, CsvQuotes) {
  Table table({{"name"}, {"value"}});
  table.add({"a,b", "say \"x\""});
  EXPECT_EQ(table.csv(), "name,value\n\"a,b\",\"say \"\"x\"\"\"\n");
}

TEST(Refusals, JoinedByReason) {
  const std::vector<Considered> candidates = {{.impl = "direct"},
                                              {.impl = "winograd", .refusal = "not f32"},
                                              {.impl = "depthwise", .refusal = "not depthwise"},
                                              {.impl = "strassen", .refusal = "not f32"}};
  EXPECT_EQ(refusals_text(candidates), "  not f32: winograd, strassen\n  not depthwise: depthwise\n");
  EXPECT_EQ(refusals_text({{.impl = "direct"}}), "");
}

TEST(Refusals, LongLinesAreBroken) {
  const std::string name(60, 'x');
  const std::vector<Considered> candidates(3, {.impl = name, .refusal = "too large"});
  EXPECT_EQ(refusals_text(candidates), "  too large: " + name + ",\n    " + name + ",\n    " + name + "\n");
}

}  // namespace
}  // namespace convoy::cli
