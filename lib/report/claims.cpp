#include "report/claims.h"

#include <fmt/format.h>

#include <cmath>

#include "core/text.h"
#include "report/table.h"

namespace descent::report {
namespace {

std::string number_text(double value) { return std::isinf(value) ? "never" : fmt::format("{:.3g}", value); }

// Colors the verdict at the start of the row at `at`. Returns the start of the next row.
std::size_t color_verdict(std::string& text, std::size_t at, claims::Verdict verdict) {
  using claims::Verdict;
  const int code = verdict == Verdict::fails ? 31 : verdict == Verdict::undecided ? 33 : 32;  // red, yellow, green
  text.insert(at + claims::name_of(verdict).size(), "\x1b[0m");
  text.insert(at, fmt::format("\x1b[{}m", code));
  do at = text.find('\n', at) + 1;
  while (at < text.size() && text[at] == ' ');  // continuation lines
  return at;
}

Json check_json(const claims::Check& check) {
  Json json{{"verdict", claims::name_of(check.verdict)}};
  if (!check.where.empty()) json["where"] = check.where;
  add_finite(json, "measured", check.measured);
  add_finite(json, "low", check.low);
  add_finite(json, "high", check.high);
  json["relation"] = claims::symbol(check.relation);
  json["margin"] = check.margin;
  json["n"] = check.n;
  if (!check.reason.empty()) json["reason"] = check.reason;
  return json;
}

}  // namespace

std::string measured_text(const claims::Check& check) {
  if (!check.measured) return "-";
  if (check.counts_seeds) return fmt::format("{} of {} seeds", *check.measured, check.n);
  const std::string value = number_text(*check.measured);
  return check.low ? fmt::format("{} [{}, {}]", value, number_text(*check.low), number_text(*check.high)) : value;
}

std::string margin_text(const claims::Check& check) {
  return fmt::format("{} {}", claims::symbol(check.relation), number_text(check.margin));
}

std::string sentence(const claims::Judged& judged, bool references) {
  std::string text = judged.claim.says;
  const claims::Check& check = judged.check;
  const bool nearest = check.verdict == claims::Verdict::holds && !check.parts.empty();
  if (!check.where.empty() || !check.reason.empty())
    text += fmt::format(" ({}{}{}{})", nearest && !check.where.empty() ? "nearest: " : "", check.where,
                        check.where.empty() || check.reason.empty() ? "" : ": ", check.reason);
  if (references && !judged.claim.reference.empty()) text += fmt::format(" [{}]", judged.claim.reference);
  return text;
}

ClaimCounts& ClaimCounts::add(const std::vector<claims::Judged>& judged) {
  for (const claims::Judged& claim : judged) {
    holds += claim.check.verdict == claims::Verdict::holds;
    fails += claim.check.verdict == claims::Verdict::fails;
    undecided += claim.check.verdict == claims::Verdict::undecided;
  }
  return *this;
}

std::string counts_text(const ClaimCounts& counts) {
  const std::size_t all = counts.all();
  if (all == 0) return "no claims";
  std::string text = core::counted(all, "claim") + ": ";
  if (counts.holds == all) return text + (all == 1 ? "holds" : "all hold");
  text += fmt::format("{} hold{}", counts.holds, counts.holds == 1 ? "s" : "");
  if (counts.fails > 0) text += fmt::format(", {} fail{}", counts.fails, counts.fails == 1 ? "s" : "");
  if (counts.undecided > 0) text += fmt::format(", {} undecided", counts.undecided);
  return text;
}

std::string claims_table(const std::vector<claims::Judged>& judged, const Screen& screen, bool references) {
  std::vector<std::vector<std::string>> rows{{"verdict", "measured [95 % interval]", "margin", "n", "claim"}};
  for (const claims::Judged& claim : judged)
    rows.push_back({std::string(claims::name_of(claim.check.verdict)), measured_text(claim.check),
                    margin_text(claim.check), std::to_string(claim.check.n), sentence(claim, references)});
  std::string text = format_table(rows, screen, {0, 1, 4});
  if (!screen.color || judged.empty()) return text;
  std::size_t line = text.find("\n" + rows[1][0]) + 1;
  for (const claims::Judged& claim : judged) line = color_verdict(text, line, claim.check.verdict);
  return text;
}

std::string claims_json(const std::string& experiment, const std::vector<claims::Judged>& judged) {
  const ClaimCounts counts = ClaimCounts().add(judged);
  Json json{{"experiment", experiment},      {"confidence", 0.95},     {"holds", counts.holds}, {"fails", counts.fails},
            {"undecided", counts.undecided}, {"claims", Json::array()}};
  for (const claims::Judged& claim : judged) {
    Json entry{{"says", claim.claim.says}, {"that", claim.claim.that}};
    if (!claim.claim.reference.empty()) entry["reference"] = claim.claim.reference;
    entry.update(check_json(claim.check));
    if (!claim.check.parts.empty()) {
      entry["parts"] = Json::array();
      for (const claims::Check& part : claim.check.parts) entry["parts"].push_back(check_json(part));
    }
    json["claims"].push_back(std::move(entry));
  }
  return json.dump(2) + "\n";
}

}  // namespace descent::report
