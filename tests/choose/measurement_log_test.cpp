#include "choose/measurement_log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "support/expect_error.h"
#include "support/killed_process.h"
#include "support/temp_folder.h"

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
  create().add({{"conv", "direct", {125.5, 0.02, 17}}});
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
  log.add({{"conv", "direct", {100, 0, 5}}});
  log.add({{"conv", "direct", {90, 0, 6}}});
  EXPECT_EQ(log.load().find("conv", "direct")->ns, 90);
}

TEST_F(Log, OtherMachinesAndThreadsAreApart) {
  create().add({{"conv", "direct", {100, 0, 5}}});
  EXPECT_TRUE(open(here(2)).load().empty());
  EXPECT_TRUE(open({"other CPU", "avx2", 1}).load().empty());
  EXPECT_TRUE(open({"some CPU", "sse2", 1}).load().empty());
}

TEST_F(Log, TwoWritersAtOnce) {
  MeasurementLog a = create(), b = create();
  a.add({{"conv", "direct", {1, 0, 1}}});
  b.add({{"pool", "window", {2, 0, 1}}});
  EXPECT_EQ(a.load().size(), 2u);
}

TEST_F(Log, NothingIsLeftBesideIt) {
  create().add({{"conv", "direct", {100, 0, 5}}});
  EXPECT_EQ(count(), 1u);
  open().load();
  EXPECT_EQ(count(), 1u);
}

/// While it lives, permissions bind: root becomes nobody.
class Unprivileged {
 public:
  Unprivileged() : was_root_(geteuid() == 0) {
    if (was_root_) (void)!seteuid(65534);
  }
  ~Unprivileged() {
    if (was_root_) (void)!seteuid(0);
  }
  Unprivileged(const Unprivileged&) = delete;

 private:
  bool was_root_;
};

TEST_F(Log, IsReadInAFolderThatCannotBeWritten) {
  namespace fs = std::filesystem;
  create().add({{"conv", "direct", {100, 0, 5}}});
  fs::permissions(path("log.db"), fs::perms(0444));
  fs::permissions(folder(), fs::perms(0555));
  bool binding = false;
  {
    const Unprivileged now;
    binding = std::ifstream(path("log.db")).good() && !std::ofstream(path("new")).good();
    if (binding) {
      EXPECT_EQ(open().load().size(), 1u);
      EXPECT_THROW(create().add({{"conv", "direct", {90, 0, 5}}}), Error);
    }
  }
  fs::permissions(folder(), fs::perms(0755));
  if (!binding) GTEST_SKIP() << "permissions do not bind here";
}

/// Killed within a transaction, a writer leaves its journal: the next reader rolls it back.
TEST_F(Log, AKilledWriterLeavesWholeTransactions) {
  std::minstd_rand random(7);
  create();
  int journals = 0;
  for (int kill_number = 0; kill_number < 20; ++kill_number) {
    const int last = run_and_kill(std::chrono::milliseconds(5 + random() % 50), [&](auto report) {
      MeasurementLog log = create();
      for (int i = 0;; ++i) {
        log.add({{"conv", std::to_string(i), {1, 0, 1}}, {"pool", std::to_string(i), {1, 0, 1}}});
        report(i);
      }
    });
    journals += std::filesystem::exists(path("log.db-journal"));
    const size_t found = open().load().size();
    EXPECT_EQ(found % 2, 0u);
    EXPECT_GE(found, 2 * static_cast<size_t>(last + 1));
  }
  EXPECT_GT(journals, 0) << "no writer was killed within a transaction";
}

TEST_F(Log, WhatIsNoLogIsRefused) {
  expect_invalid("log.db", [&] { open(); });
  std::ofstream(path("log.db")) << "this is a text file that is long enough to be taken for the header of a database, "
                                   "if nobody looks at what it says";
  expect_invalid("log.db: file is not a database", [&] { open(); });
  expect_invalid("log.db: file is not a database", [&] { create(); });
}

TEST_F(Log, AnUnwritableFolderIsRefused) {
  expect_invalid("nowhere/log.db",
                 [&] { MeasurementLog(path("nowhere/log.db"), here(), MeasurementLog::Open::create); });
}

}  // namespace
}  // namespace convoy
