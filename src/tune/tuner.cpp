#include "tune/tuner.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "runtime/compile.h"
#include "tune/in_network.h"

namespace convoy {

namespace {

using Clock = std::chrono::steady_clock;

/// Candidates whose estimate is this many times the best are left out.
constexpr double kHopeless = 3;
/// Candidates within this factor of the best after the first turn race again.
constexpr double kClose = 1.25;
constexpr int kRaceTurns = 3;

/// A candidate and what it measured, one entry a turn.
struct Contender {
  std::string candidate;
  double estimate_ns = 0;
  bool known = false;  ///< from the log
  int tries = 0;       ///< rounds that were to measure it; none may have, where groups read other views by then
  std::vector<Measurement> turns;

  /// The median turn, with the runs of all.
  Measurement result() const {
    std::vector<Measurement> sorted = turns;
    std::ranges::sort(sorted, {}, &Measurement::ns);
    Measurement middle = sorted[(sorted.size() - 1) / 2];
    middle.runs = 0;
    for (const Measurement& turn : turns) middle.runs += turn.runs;
    return middle;
  }
};

/// All candidates of one kind of group, the best estimate first.
struct Race {
  std::string signature;
  std::vector<Contender> contenders;

  double best_ns() const {
    double best = 1e300;
    for (const Contender& contender : contenders) {
      if (!contender.turns.empty()) best = std::min(best, contender.result().ns);
    }
    return best;
  }
};

std::vector<Contender> contenders_of(const GroupAlternatives& group) {
  std::vector<Contender> all;
  std::set<std::string> seen;
  for (const Alternative& alternative : group.all) {
    if (!alternative.impl || !seen.insert(alternative.candidate).second) continue;
    Contender contender{alternative.candidate, alternative.estimate_ns};
    if (alternative.measured) {
      contender.known = true;
      contender.turns = {*alternative.measured};
    }
    all.push_back(std::move(contender));
  }
  std::ranges::stable_sort(all, {}, &Contender::estimate_ns);
  std::erase_if(all, [hopeless = kHopeless * (all.empty() ? 0 : all.front().estimate_ns)](const Contender& c) {
    return c.estimate_ns > hopeless;
  });
  return all;
}

class Tuner {
 public:
  Tuner(const Graph& imported, const CompileOptions& options, MeasurementLog& log, const TuneOptions& tuning)
      : network_(imported, options, tuning.free_choice), log_(log), tuning_(tuning) {
    std::set<std::string> seen;
    for (const GroupAlternatives& group : network_.alternatives(log.load()).groups) {
      std::vector<Contender> contenders = contenders_of(group);
      if (contenders.empty() || !seen.insert(group.signature).second) continue;
      races_.push_back({group.signature, std::move(contenders)});
    }
  }

  TuneResult run() {
    for (const Race& race : races_) {
      for (const Contender& contender : race.contenders) result_.known += contender.known;
    }
    result_.groups = static_cast<int>(races_.size());
    first_turns();
    if (result_.finished && result_.measured > 0) race_again();
    result_.seconds = elapsed();
    return result_;
  }

 private:
  using Wanted = std::map<std::string, std::string>;

  double elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  bool stopped() const { return tuning_.stop && *tuning_.stop; }

  /// Every candidate without a measurement runs once.
  void first_turns() {
    size_t rounds = 0;
    for (const Race& race : races_) {
      rounds =
          std::max<size_t>(rounds, std::ranges::count_if(race.contenders, [](auto& c) { return c.turns.empty(); }));
    }
    rounds_ = static_cast<int>(rounds) + kRaceTurns * 2;
    for (size_t round = 0; round < rounds; ++round) {
      Wanted wanted;
      for (Race& race : races_) wanted[race.signature] = next_of(race).candidate;
      if (!measure(wanted, kShort)) return;
    }
  }

  /// The next to be measured, or else the best.
  static const Contender& next_of(Race& race) {
    Contender* next = nullptr;
    for (Contender& contender : race.contenders) {
      if (contender.turns.empty() && (!next || contender.tries < next->tries)) next = &contender;
    }
    if (!next) return *std::ranges::min_element(race.contenders, {}, [](const Contender& c) { return c.result().ns; });
    ++next->tries;
    return *next;
  }

  /// Those close to the best take turns: the slower of two runs next to the faster, not minutes later.
  void race_again() {
    size_t places = 0;
    std::map<std::string, std::vector<std::string>> close;
    for (const Race& race : races_) {
      auto& candidates = close[race.signature];
      for (const Contender& c : race.contenders) {
        if (!c.turns.empty() && c.result().ns <= kClose * race.best_ns()) candidates.push_back(c.candidate);
      }
      places = std::max(places, candidates.size());
    }
    if (places < 2) return;
    rounds_ = round_ + kRaceTurns * static_cast<int>(places);
    for (int turn = 0; turn < kRaceTurns; ++turn) {
      for (size_t place = 0; place < places; ++place) {
        Wanted wanted;
        for (const auto& [signature, candidates] : close) {
          if (!candidates.empty()) wanted[signature] = candidates[place % candidates.size()];
        }
        if (!measure(wanted, kLong)) return;
      }
    }
  }

  /// One round. False when it is time to end.
  bool measure(const Wanted& wanted, double seconds) {
    const double average = round_ ? elapsed() / round_ : 0;
    if (stopped() || elapsed() + average > tuning_.budget_s) return result_.finished = false;
    std::vector<MeasuredCandidate> measured = network_.measure({.wanted = wanted}, seconds, tuning_.stop);
    if (stopped()) return result_.finished = false;
    for (MeasuredCandidate& one : measured) count_turn(one);
    log_.add(measured);
    ++round_;
    report();
    return true;
  }

  /// From the measurement of one turn to the result of all. Layout copies, and candidates in layouts that another
  /// choice before them brought about, have no other turns.
  void count_turn(MeasuredCandidate& one) {
    for (Race& race : races_) {
      if (race.signature != one.signature) continue;
      for (Contender& contender : race.contenders) {
        if (contender.candidate != one.candidate) continue;
        result_.measured += contender.turns.empty();
        contender.turns.push_back(one.measurement);
        one.measurement = contender.result();
        return;
      }
    }
  }

  void report() const {
    if (!tuning_.progress) return;
    const int left = std::max(rounds_ - round_, 0);
    const double left_s = std::min(elapsed() / round_ * left, tuning_.budget_s - elapsed());
    tuning_.progress({round_, std::max(rounds_, round_), result_.measured, elapsed(), left_s});
  }

  static constexpr double kShort = 0.3, kLong = 0.5;  ///< seconds of a round

  NetworkRuns network_;
  MeasurementLog& log_;
  const TuneOptions& tuning_;
  std::vector<Race> races_;
  TuneResult result_;
  int round_ = 0, rounds_ = 0;
  Clock::time_point start_ = Clock::now();
};

}  // namespace

TuneResult tune(const Graph& imported, const CompileOptions& options, MeasurementLog& log, const TuneOptions& tuning) {
  return Tuner(imported, options, log, tuning).run();
}

}  // namespace convoy
