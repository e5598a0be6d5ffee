// The tuning log: an SQLite file that holds every measurement ever made, of any machine, instruction set, number of
// threads and version of Convoy. Several processes may read and write it at once. What add() has returned from
// survives the process being killed. Reading needs nothing but the file: it may lie where nothing can be written.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "choose/measured_costs.h"
#include "codegen/isa.h"

struct sqlite3;

namespace convoy {

/// What a measurement holds for.
struct MeasuredOn {
  std::string cpu;  ///< the processor's name
  std::string isa;  ///< "avx512"
  int threads = 1;
};

/// This machine.
MeasuredOn measured_on(const Isa& isa, int threads);

class MeasurementLog {
 public:
  enum class Open { existing, create };

  /// Throws Error: the file is not there (Open::existing), is not a tuning log, cannot be written (Open::create).
  MeasurementLog(const std::string& path, MeasuredOn on, Open open);

  /// All measurements for this machine and this version of Convoy, the newest of each candidate.
  MeasuredCosts load() const;
  /// Adds all of them or, when it throws, none; measurements of the same candidates that are there already are
  /// replaced.
  void add(const std::vector<MeasuredCandidate>& measured);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  void execute(const char* sql) const;
  double number(const char* sql) const;  ///< the one value that the query gives
  void insert(const std::vector<MeasuredCandidate>& measured);
  [[noreturn]] void fail() const;

  std::string path_;
  MeasuredOn on_;
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace convoy
