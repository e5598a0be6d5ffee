// A text table with aligned columns.
#pragma once

#include <string>
#include <vector>

namespace convoy::cli {

enum class Align { left, right };

struct Column {
  std::string title;
  Align align = Align::left;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// As many cells as columns.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Lines end in '\n' and not in spaces. Titles are left out when all are empty.
  std::string str() const;
  /// Comma-separated values, quoted where needed, with a line of titles.
  std::string csv() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace convoy::cli
