#include "config/source.h"

#include <gtest/gtest.h>

namespace descent::config {
namespace {

Source parsed(const std::string& text) {
  Source source;
  std::vector<core::Problem> problems;
  source.root = parse_json(text, "x.json", problems, source.positions);
  EXPECT_TRUE(problems.empty());
  return source;
}

const std::string file = R"({"model": {"width": 8, "norm": "batch"}, "sweep": {"model.norm": [{"kind": "layer"}]}})";

TEST(source, set_creates_sections_and_expands_shorthands) {
  Source source = parsed(file);
  source.set("model.norm.momentum", 0.5);
  source.set("train.optimizer.lr", 1);
  EXPECT_EQ(compact(source.root["model"]), R"({"width":8,"norm":{"kind":"batch","momentum":0.5}})");
  EXPECT_EQ(compact(source.root["train"]), R"({"optimizer":{"lr":1}})");
  EXPECT_EQ(source.at("/model/norm/kind").column, 32);
  EXPECT_EQ(source.at("/model/norm/momentum").line, 0);
}

TEST(source, set_to_null_removes) {
  Source source = parsed(file);
  source.set("model.norm", nullptr);
  EXPECT_EQ(compact(source.root["model"]), R"({"width":8})");
  EXPECT_EQ(source.at("/model/norm").line, 0);
}

TEST(source, get_finds_values_given_by_a_shorthand) {
  Source source = parsed(file);
  EXPECT_EQ(source.get("model.norm.kind"), "batch");
  EXPECT_EQ(source.get("model.norm.momentum"), nullptr);
  EXPECT_EQ(source.get("train.optimizer"), nullptr);
  EXPECT_EQ(source.get("model.width"), 8);
}

}  // namespace
}  // namespace descent::config
