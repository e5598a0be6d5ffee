// The page that profile --html writes, and what it is made from.
#include "cli/report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/bandwidth.h"
#include "cli/program_test.h"
#include "frontends/onnx/model_builder.h"

namespace convoy::cli {
namespace {

using onnx_frontend::TestModel;

int occurrences(const std::string& text, const std::string& part) {
  int count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// What the page's scripts would read.
nlohmann::json data_of(const std::string& page) {
  const std::string start = "<script type=\"application/json\" id=\"data\">";
  const size_t begin = page.find(start) + start.size();
  return nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

std::set<std::string> names_in(const nlohmann::json& array, const char* key) {
  std::set<std::string> names;
  for (const auto& item : array) names.insert(item[key]);
  return names;
}

using Report = Program;

TEST_F(Report, HoldsTheDataOfAllLayers) {
  expect_success("Convolution28",
                 "profile " + model("mnist.onnx") + " --runs 2 --threads 1 --html p.html --json p.json");
  const nlohmann::json data = data_of(read("p.html"));
  EXPECT_EQ(data["model"], "mnist.onnx");
  EXPECT_EQ(data["threads"], 1);
  EXPECT_EQ(data["latency_ms"]["runs"], 2);
  EXPECT_GT(data["memory"]["arena_bytes"], 0);
  EXPECT_EQ(names_in(data["layers"], "name"), names_in(nlohmann::json::parse(read("p.json"))["layers"], "name"));
  for (const auto& buffer : data["buffers"]) {
    EXPECT_LE(buffer["first"], buffer["last"]);
    EXPECT_LT(buffer["last"], data["layers"].size());
  }
  for (const auto& choice : data["choices"]) EXPECT_NE(choice["pick"]["impl"], choice["runner_up"]["impl"]);
  EXPECT_GE(data["choices"].size(), 2u) << "both convolutions have runners-up";
  for (const auto& bandwidth : data["bandwidths"]) EXPECT_GT(bandwidth["gbytes_per_s"], 0);
}

TEST_F(Report, NeedsNothingButItself) {
  const std::string page = report_page({{"model", "m"}});
  for (const char* reference : {"src=", "href=", "@import", "url(", "https:"}) {
    EXPECT_EQ(occurrences(page, reference), 0) << reference;
  }
  // Every @file@ of the template has been replaced.
  EXPECT_EQ(occurrences(page, ".js@") + occurrences(page, ".css@") + occurrences(page, "@DATA@"), 0);
}

TEST_F(Report, SurvivesHostileNames) {
  const std::string hostile = "</script><script>alert('\"1\"')</script><!--";
  TestModel model;
  model.input("x", {1, 4, 6, 6});
  model.add("Softmax", {"x"}, {hostile}, hostile);
  model.add("GlobalAveragePool", {hostile}, {"y"}, "not \xff\xfe UTF-8");
  model.output("y");
  write("<b>&'.onnx", model.bytes());
  expect_success("MB", "profile \"<b>&'.onnx\" --runs 1 --html p.html");
  const std::string page = read("p.html");
  EXPECT_EQ(occurrences(page, "</script>"), occurrences(kReportTemplate, "</script>"));
  EXPECT_EQ(page.find('\xff'), std::string::npos);
  const nlohmann::json data = data_of(page);
  EXPECT_EQ(data["model"], "<b>&'.onnx");
  EXPECT_TRUE(names_in(data["layers"], "name").contains(hostile));
  EXPECT_TRUE(names_in(data["layers"], "name").contains("not \xef\xbf\xbd\xef\xbf\xbd UTF-8"));
}

TEST_F(Report, AnUnwritablePathFailsFirst) {
  expect_failure(1, "none/p.html: cannot be written: No such file", "profile missing.onnx --html none/p.html");
}

TEST(Bandwidths, ArePlausible) {
  for (const int threads : {1, 2}) {
    const std::vector<Bandwidth> bandwidths = measure_bandwidths(host_isa(), threads);
    ASSERT_GE(bandwidths.size(), 3u);
    EXPECT_EQ(bandwidths.front().level, "L1");
    EXPECT_EQ(bandwidths.back().level, "DRAM");
    int64_t smaller = 0;
    for (const Bandwidth& bandwidth : bandwidths) {
      EXPECT_GT(bandwidth.thread_bytes, smaller) << bandwidth.level;
      smaller = bandwidth.thread_bytes;
      EXPECT_TRUE(std::isfinite(bandwidth.gbytes_per_s)) << bandwidth.level;
      EXPECT_GT(bandwidth.gbytes_per_s, 0) << bandwidth.level;
    }
  }
}

}  // namespace
}  // namespace convoy::cli
