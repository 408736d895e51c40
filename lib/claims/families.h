#pragma once
// Which entries of several families belong together, and which of one are reduced to one.

#include <optional>
#include <string>
#include <vector>

#include "claims/expression.h"

namespace descent::claims {

struct Joined {
  Family family;
  std::vector<std::vector<std::size_t>> rows;  // by entry: the entry of each part
};

// Entries whose values agree on the factors they share. Throws Mistakes at `offset` where an entry has no counterpart.
Joined join(const std::vector<const Family*>& parts, const Domain& domain, std::size_t offset);

struct Grouped {
  Family family;                               // without the factor, and without those that follow from it
  std::vector<std::vector<std::size_t>> rows;  // by entry: entries of the family, in ascending order where numeric
  std::vector<double> positions;               // by entry of the family: the value of the factor; NaN: not a number
};

// The axes that name an entry: without those that follow from one before them, as in a zip. Indices of `axes`.
std::vector<std::size_t> naming_axes(const Family& family);

// "width=48, norm=batch" of an entry.
std::string label_of(const Domain& domain, const Family& family, std::size_t entry,
                     const std::vector<std::size_t>& naming);

// The entries that differ in `path` only. Nothing where it does not vary among them.
std::optional<Grouped> group(const Family& family, const std::string& path, const Domain& domain);

}  // namespace descent::claims
