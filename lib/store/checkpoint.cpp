#include "store/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "core/archive.h"
#include "core/error.h"
#include "core/files.h"
#include "core/sha256.h"

namespace descent::store {
namespace fs = std::filesystem;

template <class Archive> void archive(Archive& ar, SavedRun& state) { ar(state.run_hash, state.step, state.bytes); }

namespace {

constexpr std::size_t checksum_size = 64;
constexpr std::int64_t hash_size = 64;

std::vector<SavedRun> decode(std::string_view bytes) {
  if (!bytes.starts_with(checkpoint_magic)) throw core::FaultError("not a checkpoint of this version");
  bytes.remove_prefix(checkpoint_magic.size());
  const std::string_view checksum = bytes.substr(0, checksum_size);
  bytes.remove_prefix(checksum.size());
  if (core::sha256(bytes) != checksum) throw core::FaultError("the checksum does not match");
  core::Reader reader(bytes);
  std::vector<SavedRun> states;
  while (!reader.done()) reader(states.emplace_back());
  return states;
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::error_code error, gone;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator(); entry.increment(error))
    if (entry->path().extension() == ".checkpoint" && is_regular_file(entry->symlink_status(gone)))
      files.push_back(entry->path());
  if (error && error != std::errc::no_such_file_or_directory) core::fail("list", folder, error.value());
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::map<std::string, std::int64_t> checkpointed_steps(const fs::path& folder) {
  std::map<std::string, std::int64_t> steps;
  for (const fs::path& path : files_in(folder)) {
    std::ifstream file(path, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(checkpoint_magic.size() + checksum_size));
    const auto number = [&file] {
      std::int64_t value = 0;
      file.read(reinterpret_cast<char*>(&value), sizeof value);
      return value;
    };
    while (number() == hash_size && file) {
      std::string hash(hash_size, '\0');
      file.read(hash.data(), hash_size);
      const std::int64_t step = number(), size = number();
      if (!file || size < 0) break;
      file.seekg(size, std::ios::cur);
      steps[hash] = std::max(steps[hash], step);
    }
  }
  return steps;
}

Checkpoints::Checkpoints(fs::path folder) : folder_(std::move(folder)) {
  for (const fs::path& file : files_in(folder_)) read(file);
}

void Checkpoints::read(const fs::path& file) {
  std::string bytes;
  try {
    bytes = core::read_file(file);
  } catch (const core::InputError&) {  // another shard has removed it
    return;
  }
  try {
    for (SavedRun& state : decode(bytes)) {
      needed_[file].push_back(state.run_hash);
      SavedRun& known = states_[state.run_hash];
      if (known.bytes.empty() || known.step < state.step) known = std::move(state);
    }
  } catch (const std::exception& error) {
    std::error_code ignored;
    fs::rename(file, file.string() + ".damaged", ignored);
    warnings_.push_back(fmt::format("{}: {}; renamed to {}.damaged, its runs start from the beginning", file.string(),
                                    error.what(), file.filename().string()));
  }
}

const SavedRun* Checkpoints::find(std::string_view run_hash) const {
  const std::lock_guard lock(mutex_);
  const auto found = states_.find(run_hash);
  return found == states_.end() ? nullptr : &found->second;
}

void Checkpoints::write(const std::vector<SavedRun>& states) {
  core::Writer writer;
  std::vector<std::string> hashes;
  for (const SavedRun& state : states) {
    writer(state);
    hashes.push_back(state.run_hash);
  }
  const fs::path file =
      folder_ / (core::sha256(fmt::format("{}", fmt::join(hashes, ""))).substr(0, 16) + ".checkpoint");
  {
    const std::lock_guard lock(mutex_);
    needed_[file] = hashes;   // before the folder exists, since remove() removes a folder without needed files
    std::error_code ignored;  // the write reports errors; a deleted results folder is not created again
    fs::create_directory(folder_, ignored);
  }
  core::write_file_atomically(file, std::string(checkpoint_magic) + core::sha256(writer.bytes()) + writer.bytes());
}

void Checkpoints::remove(const std::vector<std::string>& run_hashes) {
  const std::lock_guard lock(mutex_);
  for (const std::string& hash : run_hashes) states_.erase(hash);
  std::error_code ignored;
  for (auto entry = needed_.begin(); entry != needed_.end();) {
    auto& [file, runs] = *entry;
    std::erase_if(runs,
                  [&](const std::string& hash) { return std::ranges::find(run_hashes, hash) != run_hashes.end(); });
    if (runs.empty()) fs::remove(file, ignored);
    entry = runs.empty() ? needed_.erase(entry) : std::next(entry);
  }
  if (needed_.empty()) fs::remove(folder_, ignored);  // fails if the folder is not empty
}

}  // namespace descent::store
