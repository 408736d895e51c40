#pragma once
// An experiment and made-up results for the tests of claims.

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "claims/claims.h"
#include "claims/expression.h"
#include "core/text.h"
#include "plan/document.h"

namespace descent::claims {

// Three widths with and without batch norm.
inline const std::string sweep_of_two = R"({
  "data": "mnist1d", "seeds": 3, "model": {"width": 4, "depth": 1}, "train": {"epochs": 1},
  "sweep": {"model.width": [4, 8, 16], "model.norm": ["none", "batch"]}})";

struct Trial {
  plan::Plan plan;
  Domain domain;
  std::size_t seeds;

  explicit Trial(const std::string& experiment = sweep_of_two)
      : plan(plan::plan_of(experiment)), domain(plan), seeds(plan.runs.size() / plan.points.size()) {}

  // What is wrong with a claim: "offset: message" in lines; empty for a good one.
  std::string mistakes(const std::string& claim) const {
    Mistakes mistakes;
    std::vector<Request> requests;
    mistakes.collect([&] { compile(*parse(claim), domain, requests); });
    std::string text;
    for (const auto& [offset, message] : mistakes.list) text += std::to_string(offset) + ": " + message + "\n";
    return text;
  }

  // Gets the column, and the value of the first factor with the seed.
  using Maker = std::function<double(const std::string& column, double factor, double seed)>;

  // The verdict on runs with these values; `spoil` may change their states.
  Check judge(const std::string& claim, const Maker& maker,
              const std::function<void(std::vector<RunState>&)>& spoil = {}) const {
    std::vector<Request> requests;
    const ExpressionPointer node = compile(*parse(claim), domain, requests);
    Values values{seeds, std::vector(plan.runs.size(), RunState::done), {}};
    if (spoil) spoil(values.states);
    for (const Request& request : requests) {
      std::vector<double>& numbers = values.numbers.emplace_back();
      for (std::size_t run = 0; run < plan.runs.size(); ++run) {
        const std::string& value = domain.value(plan.factors[0], plan.runs[run].point);
        if (request.source == Request::Source::diverged) numbers.push_back(values.states[run] == RunState::diverged);
        else if (values.states[run] == RunState::done)
          numbers.push_back(
              maker(request.column, core::parse_number(value).value_or(0), static_cast<double>(plan.runs[run].seed)));
        else numbers.push_back(std::nan(""));
      }
    }
    return claims::judge(*node, domain, requests, values);
  }
};

}  // namespace descent::claims
