#include "claims/claims.h"

#include <fmt/format.h>

#include "claims/expression.h"
#include "core/text.h"

namespace descent::claims {
namespace {

// The position of byte `offset` of a JSON string that begins at `start`. Escaped characters take two columns.
config::Position position_in(config::Position start, std::string_view text, std::size_t offset) {
  if (start.line == 0) return {};
  ++start.column;
  for (const char c : text.substr(0, offset)) {
    if (!core::starts_character(c)) continue;
    start.column += c == '"' || c == '\\' || c == '\n' || c == '\t' ? 2 : 1;
  }
  return start;
}

}  // namespace

void check_claims(const config::Document& document, config::Problems& problems) {
  if (document.base.claims.empty()) return;
  const bool has_points = !document.points.empty() && problems.empty();
  const plan::Plan plan = has_points ? plan::make_plan(document) : plan::Plan{};
  const Domain domain(plan);
  for (std::size_t i = 0; i < document.base.claims.size(); ++i) {
    const config::Claim& claim = document.base.claims[i];
    if (claim.that.empty()) continue;  // reported by the reader
    Mistakes mistakes;
    mistakes.collect([&] {
      std::vector<Request> requests;
      const SyntaxPointer syntax = parse(claim.that);
      if (has_points) compile(*syntax, domain, requests);
    });
    for (Mistake& mistake : mistakes.list)
      problems.add(position_in(problems.at(fmt::format("/claims/{}/that", i)), claim.that, mistake.offset),
                   fmt::format("claims[{}].that", i), std::move(mistake.message));
  }
}

std::vector<Judged> judge_claims(const config::Document& document, const plan::Plan& plan,
                                 const store::Results& results) {
  const Domain domain(plan);
  std::vector<Request> requests;
  std::vector<std::pair<config::Claim, ExpressionPointer>> claims;
  Mistakes ignored;  // check_claims reports them
  for (const config::Claim& claim : document.base.claims)
    ignored.collect([&] { claims.emplace_back(claim, compile(*parse(claim.that), domain, requests)); });
  const Values values = read_values(results, plan, requests);
  std::vector<Judged> judged;
  for (const auto& [claim, node] : claims) judged.push_back({claim, judge(*node, domain, requests, values)});
  return judged;
}

}  // namespace descent::claims
