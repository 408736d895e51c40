// Any text is a claim of an experiment or has findings that point into it; a claim that makes sense is judged, even
// without results.

#include "claims/program.h"
#include "claims/verdict.h"
#include "config/read.h"
#include "fuzz.h"

using namespace descent;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const plan::Plan plan = plan::make_plan(config::read_document_text(
      R"({"data": {"name": "mnist1d", "val_size": 500}, "seeds": 3, "model": {"width": 4, "depth": 1},
          "train": {"epochs": 1}, "sweep": {"model.width": [4, 8, 16], "model.norm": ["none", "batch"],
          "model.init": ["he_normal", {"scheme": "normal", "gain": 0.1}]}})",
      "x.json"));
  const claims::Domain domain(plan);
  const std::string_view text = fuzz::text_of(data, size);
  std::optional<claims::Finding> wrong;
  const claims::SyntaxPointer syntax = claims::parse(text, wrong);
  fuzz::require((syntax != nullptr) != wrong.has_value());
  if (!syntax) {
    fuzz::require(wrong->offset <= text.size() && !wrong->message.empty());
    return 0;
  }
  std::vector<claims::Finding> findings;
  const auto program = claims::compile(*syntax, domain, findings);
  fuzz::require((program != nullptr) == findings.empty());
  for (const claims::Finding& finding : findings) fuzz::require(finding.offset <= text.size());
  if (!program || program->nodes > 50) return 0;
  claims::Values values{3, std::vector(plan.runs.size(), claims::RunState::done), {}};
  values.states[1] = claims::RunState::missing;
  values.states[2] = claims::RunState::diverged;
  for (std::size_t i = 0; i < program->requests.size(); ++i) {
    auto& numbers = values.numbers.emplace_back();
    for (std::size_t run = 0; run < plan.runs.size(); ++run) numbers.push_back(static_cast<double>((run * 7 + i) % 5));
  }
  claims::judge(*program, domain, values);
  return 0;
}
