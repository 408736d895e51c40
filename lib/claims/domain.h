#pragma once
// The points of a plan as claims refer to them: factors by short names, values with defaults filled in, and selections
// of points such as (width=24..128, norm=batch).

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "claims/syntax.h"
#include "config/keys.h"
#include "plan/plan.h"

namespace descent::claims {

class Domain {
 public:
  explicit Domain(const plan::Plan& plan);  // `plan` must outlive this
  Domain(const Domain&) = delete;

  std::size_t points() const { return plan_.points.size(); }
  const config::Experiment& experiment(std::size_t point) const { return plan_.points[point].experiment; }
  const std::vector<std::string>& factors() const { return plan_.factors; }

  // The path for a name: a factor ("width" for "model.width", "norm" for "model.norm.kind"), or a key inside one
  // ("gain" inside "model.init"). Throws Mistakes at `offset` if there is none, or more than one.
  std::string resolve(std::string_view name, std::size_t offset) const;

  // The value of a path at a point, defaults filled in. The value of a section is that of its main key ("he_normal").
  const std::string& value(const std::string& path, std::size_t point) const;
  // The value of a factor, unique to each of its levels: a section that is given as an object is written out in full.
  const std::string& label(const std::string& factor, std::size_t point) const;

  // The label, or "-" if the factor has no effect because of another one.
  std::string effective_label(const std::string& factor, std::size_t point) const;

  // The shortest suffix of a factor's path that no other factor shares.
  std::string short_name(const std::string& path) const;

  // All factors of a point by their short names: "width=48, norm=batch".
  std::string settings(std::size_t point, std::string_view separator) const;

  // The factors that differ among these points.
  std::vector<std::string> varying(const std::vector<std::size_t>& points) const;

 private:
  const std::vector<std::string>& values(const std::string& path) const;

  const plan::Plan& plan_;
  mutable config::Experiment experiment_;  // `keys_` point into it; each point is copied here to be read
  std::vector<config::Key> keys_ = config::describe(experiment_);
  std::map<std::string, std::string> aliases_;  // section -> the factor that is its main key
  std::vector<std::string> nested_keys_;        // keys inside factors that are sections
  mutable std::map<std::string, std::vector<std::string>> values_, labels_;
};

// True if equal values in `from` occur only with equal values in `to`, as in a zip.
template <class From, class To> bool determines(const std::vector<From>& from, const std::vector<To>& to) {
  std::map<From, To> seen;
  for (std::size_t i = 0; i < from.size(); ++i)
    if (seen.try_emplace(from[i], to[i]).first->second != to[i]) return false;
  return true;
}

bool matches(const Selector& selector, double value);
bool matches(const Selector& selector, const std::string& value);

// The selected points in plan order. Throws Mistakes for unknown factors and values, and if no point is selected.
std::vector<std::size_t> select_points(const std::vector<Selector>& selectors, const Domain& domain);

// The points that a text such as "width=48, norm=batch" selects; "" for all. Throws InputError if it is invalid.
std::vector<std::size_t> select_points(const std::string& selection, const plan::Plan& plan);

}  // namespace descent::claims
