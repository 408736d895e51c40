#include "claims/domain.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/slots.h"
#include "core/text.h"

namespace descent::claims {
namespace {

std::vector<std::string> matching(const std::vector<std::string>& paths, std::string_view name) {
  std::vector<std::string> found;
  for (const std::string& path : paths)
    if (config::ends_with_name(path, name)) found.push_back(path);
  return found;
}

}  // namespace

Domain::Domain(const plan::Plan& plan) : plan_(plan) {
  for (const std::string& factor : plan.factors) {
    if (const std::string section = config::section_abbreviated_by(factor); !section.empty())
      aliases_[section] = factor;
    const config::Key* key = config::find_key(keys_, factor);
    if (const auto* inside = key ? std::get_if<config::SectionSlot>(&key->slot) : nullptr)
      config::for_each_key(
          inside->keys, [&](const std::string& path, const config::Key&) { inner_.push_back(path); }, factor + ".");
  }
}

std::string Domain::resolve(std::string_view name, std::size_t offset) const {
  std::vector<std::string> found = matching(factors(), name);
  for (const auto& [section, factor] : aliases_)
    if (config::ends_with_name(section, name)) found.push_back(factor);
  if (found.empty()) found = matching(inner_, name);
  if (found.size() == 1) return found[0];
  if (found.size() > 1)
    throw Mistakes(
        offset, fmt::format("{} could be {}; write more of the path", core::quoted(name), core::join(found, " or ")));
  std::vector<std::string> known;
  for (const std::string& factor : factors()) known.push_back(short_name(factor));
  throw Mistakes(offset, known.empty() ? fmt::format("{}: the experiment has no sweep, so no factor to select by",
                                                     core::quoted(name))
                                       : core::unknown("factor", name, known));
}

const std::vector<std::string>& Domain::values(const std::string& path) const {
  auto& values = values_[path];
  if (!values.empty()) return values;
  const config::Key* key = config::find_key(keys_, path);
  if (const config::Key* abbreviated = key ? config::shorthand_of(*key) : nullptr) key = abbreviated;
  for (const plan::Point& point : plan_.points) {
    experiment_ = point.experiment;
    values.push_back(key ? config::value_text(*key) : "");
  }
  return values;
}

const std::string& Domain::value(const std::string& path, std::size_t point) const { return values(path)[point]; }

const std::string& Domain::label(const std::string& factor, std::size_t point) const {
  auto& labels = labels_[factor];
  if (labels.empty()) {
    labels = values(factor);
    const auto at = static_cast<std::size_t>(std::ranges::find(factors(), factor) - factors().begin());
    for (std::size_t i = 0; at < factors().size() && i < labels.size(); ++i)
      if (plan_.points[i].values[at].starts_with('{')) labels[i] = plan_.points[i].values[at];
  }
  return labels[point];
}

bool Domain::has_effect(const std::string& factor, std::size_t point) const {
  const config::Key* key = config::find_key(keys_, factor);
  return !key || key->has_effect(experiment(point));
}

std::string Domain::short_name(const std::string& path) const {
  for (std::size_t dot = path.rfind('.'); dot != path.npos && dot > 0; dot = path.rfind('.', dot - 1)) {
    const std::string name = path.substr(dot + 1);
    if (matching(factors(), name).size() <= 1) return name;
  }
  return path;
}

std::string Domain::settings(std::size_t point, std::string_view separator) const {
  std::vector<std::string> settings;
  for (const std::string& factor : factors()) settings.push_back(short_name(factor) + "=" + label(factor, point));
  return core::join(settings, separator);
}

std::vector<std::string> Domain::varying(const std::vector<std::size_t>& points) const {
  std::vector<std::string> found;
  for (const std::string& factor : factors())
    if (std::ranges::any_of(points, [&](std::size_t p) { return label(factor, p) != label(factor, points[0]); }))
      found.push_back(factor);
  return found;
}

}  // namespace descent::claims
