#include "choose/measurement_log.h"

#include <gtest/gtest.h>

#include <fstream>

#include "io/temp_folder.h"
#include "support/error.h"

namespace convoy {
namespace {

class Log : public TempFolder {
 protected:
  static MeasuredOn here(int threads = 1) { return {"some CPU", "avx2", threads}; }
  MeasurementLog create(MeasuredOn on = here()) {
    return MeasurementLog(path("log.db"), std::move(on), MeasurementLog::Open::create);
  }
  MeasurementLog open(MeasuredOn on = here()) {
    return MeasurementLog(path("log.db"), std::move(on), MeasurementLog::Open::existing);
  }
};

TEST_F(Log, KeepsWhatWasAdded) {
  create().add("conv", "direct", {125.5, 0.02, 17});
  const MeasuredCosts costs = open().load();
  ASSERT_EQ(costs.size(), 1u);
  const auto found = costs.find("conv", "direct");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->ns, 125.5);
  EXPECT_EQ(found->spread, 0.02);
  EXPECT_EQ(found->runs, 17);
  EXPECT_FALSE(costs.find("conv", "winograd"));
  EXPECT_TRUE(costs.knows("conv"));
  EXPECT_FALSE(costs.knows("pool"));
}

TEST_F(Log, TheNewestMeasurementCounts) {
  MeasurementLog log = create();
  log.add("conv", "direct", {100, 0, 5});
  log.add("conv", "direct", {90, 0, 6});
  EXPECT_EQ(log.load().find("conv", "direct")->ns, 90);
}

TEST_F(Log, OtherMachinesAndThreadsAreApart) {
  create().add("conv", "direct", {100, 0, 5});
  EXPECT_TRUE(open(here(2)).load().empty());
  EXPECT_TRUE(open({"other CPU", "avx2", 1}).load().empty());
  EXPECT_TRUE(open({"some CPU", "sse2", 1}).load().empty());
}

TEST_F(Log, TwoWritersAtOnce) {
  MeasurementLog a = create(), b = create();
  a.add("conv", "direct", {1, 0, 1});
  b.add("pool", "window", {2, 0, 1});
  EXPECT_EQ(a.load().size(), 2u);
}

void expect_refused(const std::string& part, const std::function<void()>& action) {
  try {
    action();
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST_F(Log, WhatIsNoLogIsRefused) {
  expect_refused("log.db", [&] { open(); });
  std::ofstream(path("log.db")) << "this is a text file that is long enough to be taken for the header of a database, "
                                   "if nobody looks at what it says";
  expect_refused("log.db: file is not a database", [&] { open(); });
  expect_refused("log.db: file is not a database", [&] { create(); });
}

TEST_F(Log, AnUnwritableFolderIsRefused) {
  expect_refused("nowhere/log.db", [&] {
    MeasurementLog(path("nowhere/log.db"), here(), MeasurementLog::Open::create);
  });
}

}  // namespace
}  // namespace convoy
