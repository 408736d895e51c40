#include "engine/ranks.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <vector>

// The packages of LibTorch contain Gloo, but not its headers, which those of c10d include. Debian's are older. That is
// safe as long as no object of a class of Gloo is made or read here: they are only held by pointers of c10d.
#ifdef DESCENT_GLOO
#define USE_C10D_GLOO
#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#endif

namespace descent::engine {

bool Ranks::any(bool value) {
  const at::Tensor count = torch::full({1}, value ? 1 : 0, at::kInt);
  sum(count);
  return count.item<int>() > 0;
}

#ifndef DESCENT_GLOO

std::string missing_ranks() {
  return "this program was built without Gloo, over which ranks talk: install its headers (libgloo-dev) and build "
         "again";
}

std::shared_ptr<Ranks> join_ranks(const RankPlace&, const std::function<void(int)>&, const std::function<void()>&) {
  throw core::FaultError(missing_ranks());
}

#else

namespace {

using std::chrono::minutes;

// The start of all ranks; from then on the longest time that one may be ahead of another, which evaluates meanwhile.
constexpr minutes longest_start{5}, longest_pause{30};

// Without the source line in front and the advice behind.
std::string short_text(std::string text) {
  if (text.starts_with('[')) text.erase(0, text.find("] ") + 2);
  text.resize(std::min({text.size(), text.find(". This"), text.find('\n')}));
  return text;
}

// Calls `work`; what LibTorch throws becomes RankLost.
template <class Work> auto connected(const Work& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    throw RankLost(fmt::format("the connection to another rank is lost: {}", short_text(error.what())));
  }
}

// The address of this host on the way to another, which needs no connection: no packet is sent.
std::string own_address(const std::string& host, int port) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return host;
  const std::shared_ptr<addrinfo> addresses(found, freeaddrinfo);
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  char text[NI_MAXHOST] = "";
  const int socket = ::socket(found->ai_family, found->ai_socktype, 0);
  const bool known =
      socket >= 0 && connect(socket, found->ai_addr, found->ai_addrlen) == 0 &&
      getsockname(socket, reinterpret_cast<sockaddr*>(&own), &size) == 0 &&
      getnameinfo(reinterpret_cast<sockaddr*>(&own), size, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0;
  if (socket >= 0) close(socket);
  return known ? text : host;
}

class GlooRanks final : public Ranks {
 public:
  GlooRanks(const RankPlace& place, c10::intrusive_ptr<c10d::Store> store) : Ranks(place), store_(std::move(store)) {
    const auto options = c10d::ProcessGroupGloo::Options::create(longest_pause);
    options->threads = 1;
    const char* interface = std::getenv("GLOO_SOCKET_IFNAME");  // as PyTorch reads it
    options->devices.push_back(
        interface ? c10d::ProcessGroupGloo::createDeviceForInterface(interface)
                  : c10d::ProcessGroupGloo::createDeviceForHostname(own_address(place.address, place.port)));
    group_ = c10::make_intrusive<c10d::ProcessGroupGloo>(store_, place.rank, place.size, options);
  }

  // Over the main memory also for other devices.
  void sum(const at::Tensor& values) override {
    std::vector<at::Tensor> tensors{values.cpu()};
    connected([&] { group_->allreduce(tensors)->wait(); });
    if (!values.is_cpu()) values.copy_(tensors[0]);
  }

  std::string share(const std::string& bytes) override {
    const at::Tensor size = torch::full({1}, std::ssize(bytes), at::kLong);
    broadcast(size);
    std::string all = bytes;
    all.resize(static_cast<std::size_t>(size.item<std::int64_t>()));
    if (!all.empty()) broadcast(torch::from_blob(all.data(), {std::ssize(all)}, at::kByte));
    return all;
  }

 private:
  void broadcast(const at::Tensor& values) {
    std::vector<at::Tensor> tensors{values};
    connected([&] { group_->broadcast(tensors)->wait(); });
  }

  const c10::intrusive_ptr<c10d::Store> store_;
  c10::intrusive_ptr<c10d::Backend> group_;
};

}  // namespace

std::string missing_ranks() { return ""; }

std::shared_ptr<Ranks> join_ranks(const RankPlace& place, const std::function<void(int)>& listening,
                                  const std::function<void()>& waiting) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(place.port);
  options.isServer = place.rank == 0 && place.launcher_store.empty();
  options.waitWorkers = false;
  options.timeout = longest_start;
  RankPlace at = place;
  c10::intrusive_ptr<c10d::Store> store;
  connected([&] {
    auto tcp = c10::make_intrusive<c10d::TCPStore>(place.address, options);
    at.port = tcp->getPort();
    store = c10::make_intrusive<c10d::PrefixStore>("descent" + place.launcher_store, tcp);
  });
  if (place.rank == 0 && listening) listening(at.port);
  const auto arrived = [&](int now) { return connected([&] { return store->add("arrived", now); }); };
  const auto end = std::chrono::steady_clock::now() + longest_start;
  std::int64_t count = arrived(1);
  while (place.rank == 0 && count < place.size) {
    if (waiting) waiting();
    if (std::chrono::steady_clock::now() > end)
      throw RankLost(fmt::format("{} of {} ranks have come to {}, port {}", count, place.size, place.address, at.port));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    count = arrived(0);
  }
  return connected([&] { return std::make_shared<GlooRanks>(at, store); });
}

#endif

}  // namespace descent::engine
