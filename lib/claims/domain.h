#pragma once
// The points of a plan as claims see them: factors by short names, values as they take effect; which of them a
// selection such as (width=24..128, norm=batch) keeps.

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
  explicit Domain(const plan::Plan& plan);  // which must outlive this
  Domain(const Domain&) = delete;

  std::size_t points() const { return plan_.points.size(); }
  const config::Experiment& experiment(std::size_t point) const { return plan_.points[point].experiment; }
  const std::vector<std::string>& factors() const { return plan_.factors; }

  // The path that a name stands for: a factor ("width" for "model.width", "norm" for "model.norm.kind"), or a key
  // inside one ("gain" inside "model.init"). Throws Mistakes at `offset`.
  std::string resolve(std::string_view name, std::size_t offset) const;

  // The value of a path at a point, defaults filled in. A section is given by its abbreviating key ("he_normal").
  const std::string& value(const std::string& path, std::size_t point) const;
  // The same where factors must distinguish points: the whole section, where it is given as an object.
  const std::string& label(const std::string& factor, std::size_t point) const;

  // The label, or "-" where the factor has no effect, ignored because of another.
  std::string effect(const std::string& factor, std::size_t point) const;

  // The shortest end of a factor's path that no other factor has.
  std::string short_name(const std::string& path) const;

  // "width=48, norm=batch": all factors of a point by their short names.
  std::string settings(std::size_t point, std::string_view separator) const;

  // The factors that differ among these points.
  std::vector<std::string> varying(const std::vector<std::size_t>& points) const;

 private:
  const std::vector<std::string>& values(const std::string& path) const;

  const plan::Plan& plan_;
  mutable config::Experiment experiment_;  // of one point after another, to read values by `keys_`
  std::vector<config::Key> keys_ = config::describe(experiment_);
  std::map<std::string, std::string> aliases_;  // section -> the factor that abbreviates it
  std::vector<std::string> inner_;              // keys inside factors that are sections
  mutable std::map<std::string, std::vector<std::string>> values_, labels_;
};

bool matches(const Selector& selector, double value);
bool matches(const Selector& selector, const std::string& value);

// In plan order. Throws Mistakes for unknown factors and values, and where no point is left.
std::vector<std::size_t> select_points(const std::vector<Selector>& selectors, const Domain& domain);

// The same of a text, "width=48, norm=batch"; empty for all points. InputError instead of Mistakes.
std::vector<std::size_t> select_points(const std::string& selection, const plan::Plan& plan);

}  // namespace descent::claims
