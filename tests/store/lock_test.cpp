#include "store/lock.h"

#include <fmt/format.h>
#include <unistd.h>

#include <optional>

#include "core/error.h"
#include "store/fixture.h"

namespace descent::store {
namespace {

using lock = InFolder;

const plan::Plan plan = plan_with({"4"}, 1);

TEST_F(lock, names_the_process_that_holds_it) {
  const Results results(out, plan);
  const FolderLock first(results);
  try {
    const FolderLock second(results);
    FAIL();
  } catch (const core::FaultError& error) {
    EXPECT_EQ(std::string(error.what()),
              fmt::format("{}: process {} is training into this folder; wait for it, or choose another --out",
                          results.folder().string(), getpid()));
  }
}

TEST_F(lock, is_free_again_after_its_holder) {
  const Results results(out, plan);
  std::optional<FolderLock> first(std::in_place, results);
  first.reset();
  EXPECT_NO_THROW(FolderLock second(results));
}

}  // namespace
}  // namespace descent::store
