#include "config/choices.h"

#include <gtest/gtest.h>

#include <set>

#include "config/data_facts.h"
#include "config/slots.h"
#include "config/write.h"
#include "core/files.h"
#include "core/sha256.h"

namespace descent::config {
namespace {

// All tables of choices that keys and topics use.
std::vector<Choices> all_tables() {
  std::vector<Choices> tables;
  Experiment experiment;
  for_each_key(describe(experiment), [&](const std::string&, const Key& key) {
    if (const Choices* choices = choices_in(key)) tables.push_back(*choices);
  });
  for (const Topic& topic : topics()) tables.push_back(topic.choices);
  return tables;
}

TEST(choices, every_choice_has_a_unique_name) {
  for (const Choices& choices : all_tables()) {
    std::set<std::string_view> names;
    for (const Choice& choice : choices.table) EXPECT_TRUE(names.insert(choice.name).second) << choice.name;
  }
}

TEST(choices, every_choice_has_help_and_a_source) {
  for (const Choices& choices : all_tables()) {
    EXPECT_FALSE(choices.noun.empty());
    for (const Choice& choice : choices.table) {
      EXPECT_FALSE(choice.help.empty()) << choice.name;
      EXPECT_FALSE(choice.source.empty()) << choice.name;
    }
  }
}

TEST(choices, tables_are_in_the_order_of_their_enum) {
  for (const Choices& choices : all_tables())
    for (std::size_t i = 0; i < choices.table.size(); ++i)
      EXPECT_EQ(choices.table[i].value, static_cast<int>(i)) << choices.table[i].name;
}

TEST(choices, a_value_has_its_name) { EXPECT_EQ(name_of(InitScheme::he_normal), "he_normal"); }

TEST(choices, the_embedded_files_have_the_stated_checksums) {
  const std::filesystem::path folder = std::filesystem::path(DESCENT_SOURCE_DIR) / "experiments" / "data";
  for (const Choice& choice : choices_of(DataName{}).table)
    for (const DataFile& file : data_facts({.name = static_cast<DataName>(choice.value)}).embedded)
      EXPECT_EQ(core::sha256(core::read_file(folder / file.name)), file.sha256) << file.name;
}

}  // namespace
}  // namespace descent::config
