#include "impls/conv2d/winograd_transform.h"

#include <algorithm>
#include <cmath>

namespace convoy {

namespace {

struct Term {
  double factor;
  Val value;
};

/// Sum of factor * value; factors of one and minus one cost an addition only.
Val combine(KernelBuilder& b, std::vector<Term> terms) {
  std::erase_if(terms, [](const Term& term) { return term.factor == 0; });
  if (terms.empty()) return b.f32(0);
  const Val some = terms.front().value;
  auto first = std::ranges::find_if(terms, [](const Term& term) { return term.factor == 1; });
  if (first == terms.end()) first = terms.begin();
  std::rotate(terms.begin(), first, first + 1);
  Val sum = terms[0].factor == 1 ? terms[0].value : terms[0].value * b.constant_like(some, terms[0].factor);
  for (size_t i = 1; i < terms.size(); ++i) {
    const auto& [factor, value] = terms[i];
    sum = factor == 1 ? sum + value : factor == -1 ? sum - value : b.fma(value, b.constant_like(some, factor), sum);
  }
  return sum;
}

bool row_pair(const std::vector<double>& a, const std::vector<double>& b) {
  for (size_t k = 0; k < a.size(); ++k) {
    if (b[k] != (k % 2 ? -a[k] : a[k])) return false;
  }
  return true;
}

bool column_pair(const Matrix& matrix, size_t column) {
  for (size_t k = 0; k < matrix.size(); ++k) {
    if (matrix[k][column + 1] != (k % 2 ? -matrix[k][column] : matrix[k][column])) return false;
  }
  return true;
}

/// True when the row has entries in even and in odd columns: then halves are worth sharing.
bool mixed(const std::vector<double>& row) {
  bool parity[2] = {false, false};
  for (size_t k = 0; k < row.size(); ++k) parity[k % 2] |= row[k] != 0;
  return parity[0] && parity[1];
}

}  // namespace

Val combine(KernelBuilder& b, const std::vector<double>& factors, const std::vector<Val>& in) {
  std::vector<Term> terms;
  for (size_t i = 0; i < factors.size(); ++i) terms.push_back({factors[i], in[i]});
  return combine(b, std::move(terms));
}

std::vector<Val> emit_rows_paired(KernelBuilder& b, const Matrix& matrix, const std::vector<Val>& in) {
  std::vector<Val> out;
  for (size_t i = 0; i < matrix.size(); ++i) {
    std::vector<Term> halves[2];
    for (size_t k = 0; k < in.size(); ++k) halves[k % 2].push_back({matrix[i][k], in[k]});
    if (i + 1 < matrix.size() && mixed(matrix[i]) && row_pair(matrix[i], matrix[i + 1])) {
      Val even = combine(b, halves[0]), odd = combine(b, halves[1]);
      out.push_back(even + odd);
      out.push_back(even - odd);
      ++i;
    } else {
      halves[0].insert(halves[0].end(), halves[1].begin(), halves[1].end());
      out.push_back(combine(b, halves[0]));
    }
  }
  return out;
}

std::vector<Val> emit_columns_paired(KernelBuilder& b, const Matrix& matrix, const std::vector<Val>& in) {
  std::vector<std::vector<Term>> rows(matrix.size());
  for (size_t i = 0; i < in.size(); ++i) {
    const bool paired = i + 1 < in.size() && column_pair(matrix, i);
    Val even = paired ? in[i] + in[i + 1] : in[i];
    Val odd = paired ? in[i] - in[i + 1] : in[i];
    for (size_t k = 0; k < matrix.size(); ++k) rows[k].push_back({matrix[k][i], k % 2 ? odd : even});
    if (paired) ++i;
  }
  std::vector<Val> out;
  for (auto& row : rows) out.push_back(combine(b, row));
  return out;
}

}  // namespace convoy
