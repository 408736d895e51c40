#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/charts/html.h"
#include "report/charts/section.h"
#include "report/claims.h"

namespace descent::report {
namespace {

using claims::Verdict;

const char* sign(Verdict verdict) {
  switch (verdict) {
    case Verdict::holds: return "\u2713";
    case Verdict::fails: return "\u2717";
    case Verdict::undecided: return "?";
  }
  __builtin_unreachable();
}

// The interval as a line, the measured value as a dot, the margin as a rule; nothing without finite numbers.
std::string strip(const claims::Check& check) {
  constexpr double width = 120, edge = 8;
  const double measured = check.measured.value_or(NAN), low = check.low.value_or(measured),
               high = check.high.value_or(measured);
  if (!std::isfinite(measured) || !std::isfinite(low) || !std::isfinite(high) || check.counts_seeds) return "";
  const double least = std::min({low, measured, check.margin}), most = std::max({high, measured, check.margin});
  if (!(most > least)) return "";
  const auto x = [&](double value) { return edge + (width - 2 * edge) * (value - least) / (most - least); };
  return fmt::format(
      "<svg class=\"strip\" viewBox=\"0 0 {0} 16\" width=\"{0}\" height=\"16\" aria-hidden=\"true\">"
      "<line class=\"margin\" x1=\"{1:.1f}\" x2=\"{1:.1f}\" y1=\"1\" y2=\"15\"/>"
      "<line class=\"interval\" x1=\"{2:.1f}\" x2=\"{3:.1f}\" y1=\"8\" y2=\"8\"/>"
      "<circle cx=\"{4:.1f}\" cy=\"8\" r=\"3.5\"/></svg>",
      width, x(check.margin), x(low), x(high), x(measured));
}

// ">= 0.3" with the sign of a textbook.
std::string relation(const claims::Check& check) {
  std::string text = margin_text(check);
  if (text.starts_with(">=")) text.replace(0, 2, "\u2265");
  if (text.starts_with("<=")) text.replace(0, 2, "\u2264");
  return text;
}

}  // namespace

std::string claims_section(const std::vector<claims::Judged>& judged) {
  if (judged.empty()) return "";
  ClaimCounts counts;
  counts.add(judged);
  std::string html = fmt::format("<div class=\"claims\">\n<h3>{}</h3>\n<ul>\n", escaped(counts_text(counts)));
  for (const claims::Judged& claim : judged) {
    const std::string_view verdict = claims::name_of(claim.check.verdict);
    html += fmt::format(
        "<li class=\"{0}\"><span class=\"verdict\"><b aria-hidden=\"true\">{1}</b> {0}</span><div><p "
        "class=\"says\">{2}</p>"
        "<p class=\"measured\">{3}<span><b>{4}</b> {5}, n = {6}</span></p><code>{7}</code>{8}</div></li>\n",
        verdict, sign(claim.check.verdict), escaped(sentence(claim, false)), strip(claim.check),
        escaped(measured_text(claim.check)), escaped(relation(claim.check)), claim.check.n, escaped(claim.claim.that),
        claim.claim.reference.empty() ? ""
                                      : fmt::format("<p class=\"reference\">{}</p>", escaped(claim.claim.reference)));
  }
  return html + "</ul>\n</div>\n";
}

}  // namespace descent::report
