#include "choose/measurement_log.h"

#include <cpuinfo.h>
#include <sqlite3.h>

#include <filesystem>

#include "codegen/llvm/jit.h"
#include "support/error.h"

namespace convoy {

namespace {

/// "CNVY": SQLite keeps it in the header of the file, so that other databases are not taken for logs.
constexpr int kApplicationId = 0x434e5659;
constexpr int kBusyMs = 10'000;

constexpr const char* kSchema = R"sql(
  CREATE TABLE IF NOT EXISTS measurements (
    cpu TEXT NOT NULL, isa TEXT NOT NULL, threads INTEGER NOT NULL, version TEXT NOT NULL,
    signature TEXT NOT NULL, candidate TEXT NOT NULL,
    ns REAL NOT NULL, spread REAL NOT NULL, runs INTEGER NOT NULL,
    measured_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (cpu, isa, threads, version, signature, candidate)
  ) WITHOUT ROWID;
)sql";

/// A prepared statement with its parameters numbered from 1.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql) {
    if (sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr) != SQLITE_OK) statement_ = nullptr;
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;

  explicit operator bool() const { return statement_ != nullptr; }
  void bind(int index, const std::string& text) {
    sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
  void bind(int index, double value) { sqlite3_bind_double(statement_, index, value); }
  void bind(int index, int value) { sqlite3_bind_int(statement_, index, value); }
  int step() { return sqlite3_step(statement_); }
  /// Ready to be stepped through again, with other parameters.
  void reset() { sqlite3_reset(statement_); }
  std::string text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return text ? text : "";
  }
  double number(int column) const { return sqlite3_column_double(statement_, column); }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

void bind_key(Statement& statement, const MeasuredOn& on) {
  statement.bind(1, on.cpu);
  statement.bind(2, on.isa);
  statement.bind(3, on.threads);
  statement.bind(4, std::string(code_version()));
}

}  // namespace

MeasuredOn measured_on(const Isa& isa, int threads) {
  const bool known = cpuinfo_initialize() && cpuinfo_get_packages_count() > 0;
  return {known ? cpuinfo_get_package(0)->name : "unknown CPU", isa.name, threads};
}

void MeasurementLog::Close::operator()(sqlite3* database) const {
  sqlite3_close(database);
}

void MeasurementLog::fail() const {
  invalid_input("{}: {}", path_, sqlite3_errmsg(database_.get()));
}

void MeasurementLog::execute(const char* sql) const {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

double MeasurementLog::number(const char* sql) const {
  Statement query(database_.get(), sql);
  if (!query || query.step() != SQLITE_ROW) fail();
  return query.number(0);
}

MeasurementLog::MeasurementLog(const std::string& path, MeasuredOn on, Open open) : path_(path), on_(std::move(on)) {
  // A log that is only read is opened for writing, too, if it may be written: a writer that was killed leaves a journal
  // behind, and the next to open the log has to roll it back.
  const int flags = SQLITE_OPEN_READWRITE | (open == Open::create ? SQLITE_OPEN_CREATE : 0);
  sqlite3* database = nullptr;
  const int opened = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
  database_.reset(database);
  if (opened != SQLITE_OK) fail();
  sqlite3_busy_timeout(database, kBusyMs);
  const bool is_new = open == Open::create && number("SELECT count(*) FROM sqlite_master") == 0;
  if (number("PRAGMA application_id") != kApplicationId && !is_new) {
    invalid_input("{}: is a database, but not a tuning log", path);
  }
  if (open == Open::existing) return;
  // Not a write-ahead log, which cannot be read in a folder that cannot be written.
  execute("PRAGMA journal_mode = DELETE");
  execute(fmt::format("PRAGMA application_id = {}", kApplicationId).c_str());
  execute(kSchema);
}

MeasuredCosts MeasurementLog::load() const {
  Statement select(database_.get(),
                   "SELECT signature, candidate, ns, spread, runs FROM measurements "
                   "WHERE cpu = ? AND isa = ? AND threads = ? AND version = ?");
  if (!select) fail();
  bind_key(select, on_);
  MeasuredCosts costs;
  int status = SQLITE_ROW;
  while ((status = select.step()) == SQLITE_ROW) {
    costs.set(select.text(0), select.text(1), {select.number(2), select.number(3), static_cast<int>(select.number(4))});
  }
  if (status != SQLITE_DONE) fail();
  return costs;
}

void MeasurementLog::add(const std::vector<MeasuredCandidate>& measured) {
  if (measured.empty()) return;
  execute("BEGIN IMMEDIATE");
  try {
    insert(measured);
    execute("COMMIT");
  } catch (...) {
    sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

void MeasurementLog::insert(const std::vector<MeasuredCandidate>& measured) {
  Statement insert(database_.get(),
                   "INSERT OR REPLACE INTO measurements (cpu, isa, threads, version, signature, candidate, ns, spread, "
                   "runs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!insert) fail();
  bind_key(insert, on_);
  for (const auto& [signature, candidate, measurement] : measured) {
    insert.bind(5, signature);
    insert.bind(6, candidate);
    insert.bind(7, measurement.ns);
    insert.bind(8, measurement.spread);
    insert.bind(9, measurement.runs);
    if (insert.step() != SQLITE_DONE) fail();
    insert.reset();
  }
}

}  // namespace convoy
