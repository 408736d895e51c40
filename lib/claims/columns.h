#pragma once
// References to columns in claims: `final_test_error(width=48)`, `test_error(width=48, epoch=10)`.

#include "claims/expression.h"

namespace descent::claims {

struct ColumnUse {
  Request request{};
  std::vector<std::size_t> points{};   // those selected, in plan order
  std::vector<std::int64_t> sizes{0};  // of ensembles, those selected
  bool along = false;                  // several rows per run may be left, to be reduced over epoch, step or layer
  bool single = true;                  // a single one may be
};

// Throws Mistakes for unknown names and values, and for selections without a point.
ColumnUse use_column(const Syntax& column, const Domain& domain);

// Whether a name selects rows of a run, not points: epoch, step, layer, at.
bool selects_rows(std::string_view name);

// Whether rows can be reduced over it: epoch, step, layer.
inline bool reduces_rows(std::string_view name) { return name != "at" && selects_rows(name); }

}  // namespace descent::claims
