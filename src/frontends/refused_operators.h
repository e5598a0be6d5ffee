// The operators of a model that have no importer: all of them are named at once, before anything is imported.
#pragma once

#include <map>
#include <string>

namespace convoy {

class RefusedOperators {
 public:
  /// `node` is printed for the first of them: "'Conv_12'".
  void add(const std::string& op_type, const std::string& node);
  /// Throws one Error that lists every operator with its number of uses.
  void throw_if_any() const;

 private:
  struct Uses {
    int count = 0;
    std::string first;
  };

  std::map<std::string, Uses> refused_;
};

}  // namespace convoy
