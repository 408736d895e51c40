// Any text is a claim about an experiment or gives mistakes with positions in the text; every valid claim can be
// judged, also if results are missing.

#include "claims/claims.h"
#include "claims/expression.h"
#include "config/read.h"
#include "fuzz.h"

using namespace descent;

namespace {

std::size_t size_of(const claims::Syntax& syntax) {
  std::size_t size = 1;
  for (const claims::SyntaxPointer& child : syntax.children) size += size_of(*child);
  return size;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const plan::Plan plan = plan::make_plan(config::read_document_text(
      R"({"data": {"name": "mnist1d", "val_size": 500}, "seeds": 3, "model": {"width": 4, "depth": 1},
          "train": {"epochs": 1}, "sweep": {"model.width": [4, 8, 16], "model.norm": ["none", "batch"],
          "model.init": ["he_normal", {"scheme": "normal", "gain": 0.1}]}})",
      "x.json"));
  const claims::Domain domain(plan);
  const std::string_view text = fuzz::text_of(data, size);
  claims::SyntaxPointer syntax;
  claims::ExpressionPointer node;
  std::vector<claims::Request> requests;
  claims::Mistakes mistakes;
  mistakes.collect([&] {
    syntax = claims::parse(text);
    node = claims::compile(*syntax, domain, requests);
  });
  fuzz::require((node != nullptr) == mistakes.list.empty());
  for (const claims::Mistake& mistake : mistakes.list)
    fuzz::require(mistake.offset <= text.size() && !mistake.message.empty());
  if (!node || size_of(*syntax) > 50) return 0;
  claims::Values values{3, std::vector(plan.runs.size(), claims::RunState::done), {}};
  values.states[1] = claims::RunState::missing;
  values.states[2] = claims::RunState::diverged;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    auto& numbers = values.numbers.emplace_back();
    for (std::size_t run = 0; run < plan.runs.size(); ++run) numbers.push_back(static_cast<double>((run * 7 + i) % 5));
  }
  claims::judge(*node, domain, requests, values);
  return 0;
}
