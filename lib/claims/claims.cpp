#include "claims/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "claims/program.h"
#include "claims/syntax.h"

namespace descent::claims {
namespace {

// Where byte `offset` of the text of a JSON string lies in the file. Characters that JSON must escape take
// two there.
config::Position place_in(const config::Claim& claim, std::size_t offset) {
  if (claim.line == 0) return {};
  std::int64_t column = claim.column + 1;
  for (const char c : std::string_view(claim.that).substr(0, offset)) {
    if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) continue;
    column += c == '"' || c == '\\' || c == '\n' || c == '\t' ? 2 : 1;
  }
  return {claim.line, column};
}

std::unique_ptr<Program> read_claim(const config::Claim& claim, const Domain* domain,
                                    std::vector<Finding>& findings) {
  std::optional<Finding> wrong;
  const SyntaxPointer syntax = parse(claim.that, wrong);
  if (wrong) findings.push_back(std::move(*wrong));
  return syntax && domain ? compile(*syntax, *domain, findings) : nullptr;
}

void check_claims(const config::Document& document, config::Problems& problems) {
  if (document.base.claims.empty()) return;
  const bool has_points = !document.points.empty() && problems.empty();
  const plan::Plan plan = has_points ? plan::make_plan(document) : plan::Plan{};
  const Domain domain(plan);
  for (std::size_t i = 0; i < document.base.claims.size(); ++i) {
    const config::Claim& claim = document.base.claims[i];
    if (claim.that.empty()) continue;  // told by the reader
    std::vector<Finding> findings;
    read_claim(claim, has_points ? &domain : nullptr, findings);
    for (Finding& finding : findings)
      problems.add(place_in(claim, finding.offset), fmt::format("claims[{}].that", i),
                   std::move(finding.message));
  }
}

}  // namespace

config::Document read_document(const std::string& file, const config::Overrides& overrides) {
  return config::read_document(file, overrides, check_claims);
}

config::Document read_document_text(std::string_view text, const std::string& file,
                                    const config::Overrides& overrides) {
  return config::read_document_text(text, file, overrides, check_claims);
}

std::vector<Judged> judge_claims(const config::Document& document, const plan::Plan& plan,
                                 const store::Results& results) {
  const Domain domain(plan);
  std::vector<std::unique_ptr<Program>> programs;
  std::vector<const Program*> pointers;
  for (const config::Claim& claim : document.base.claims) {
    std::vector<Finding> findings;
    programs.push_back(read_claim(claim, &domain, findings));
    if (!programs.back()) throw std::logic_error("a claim that was not checked: " + claim.that);
    pointers.push_back(programs.back().get());
  }
  const std::vector<Values> values = read_values(results, plan, pointers);
  std::vector<Judged> judged;
  for (std::size_t i = 0; i < programs.size(); ++i)
    judged.push_back({document.base.claims[i], judge(*programs[i], domain, values[i])});
  return judged;
}

}  // namespace descent::claims
