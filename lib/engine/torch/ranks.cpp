#include "engine/ranks.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <vector>

// The packages of LibTorch contain Gloo but not its headers, which the headers of c10d include. Those of Debian are
// older, which is safe as long as no object of a Gloo class is created or read here: c10d only holds pointers to them.
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
  all_reduce(count);
  return count.item<int>() > 0;
}

#ifndef DESCENT_GLOO

std::string missing_ranks() {
  return "this program was built without Gloo, which connects ranks: install its headers (libgloo-dev) and build it "
         "again";
}

std::shared_ptr<Ranks> join_ranks(const Rendezvous&, const std::function<void(int)>&, const std::function<void()>&) {
  throw core::FaultError(missing_ranks());
}

#else

namespace {

using std::chrono::minutes;

// Timeouts for the start of all ranks, and for waiting for another rank, which may be evaluating.
constexpr minutes start_timeout{5}, wait_timeout{30};

// Removes the source line before the message and the advice after it.
std::string short_text(std::string text) {
  if (text.starts_with('[')) text.erase(0, text.find("] ") + 2);
  text.resize(std::min({text.size(), text.find(". This"), text.find('\n')}));
  return text;
}

// Calls `work` and turns exceptions of LibTorch into RankLost.
template <class Work> auto connected(const Work& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    throw RankLost(fmt::format("the connection to another rank is lost: {}", short_text(error.what())));
  }
}

// The address from which this host reaches another. Sends no packet.
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
  GlooRanks(const Rendezvous& rendezvous, c10::intrusive_ptr<c10d::Store> store)
      : Ranks(rendezvous), store_(std::move(store)) {
    const auto options = c10d::ProcessGroupGloo::Options::create(wait_timeout);
    options->threads = 1;
    const char* interface = std::getenv("GLOO_SOCKET_IFNAME");  // as PyTorch reads it
    options->devices.push_back(
        interface ? c10d::ProcessGroupGloo::createDeviceForInterface(interface)
                  : c10d::ProcessGroupGloo::createDeviceForHostname(own_address(rendezvous.address, rendezvous.port)));
    group_ = c10::make_intrusive<c10d::ProcessGroupGloo>(store_, rendezvous.rank, rendezvous.size, options);
  }

  // Tensors of other devices go through main memory.
  void all_reduce(const at::Tensor& values) override {
    std::vector<at::Tensor> tensors{values.cpu()};
    connected([&] { group_->allreduce(tensors)->wait(); });
    if (!values.is_cpu()) values.copy_(tensors[0]);
  }

  std::string broadcast(const std::string& bytes) override {
    const at::Tensor size = torch::full({1}, std::ssize(bytes), at::kLong);
    broadcast_tensor(size);
    std::string all = bytes;
    all.resize(static_cast<std::size_t>(size.item<std::int64_t>()));
    if (!all.empty()) broadcast_tensor(torch::from_blob(all.data(), {std::ssize(all)}, at::kByte));
    return all;
  }

 private:
  void broadcast_tensor(const at::Tensor& values) {
    std::vector<at::Tensor> tensors{values};
    connected([&] { group_->broadcast(tensors)->wait(); });
  }

  const c10::intrusive_ptr<c10d::Store> store_;
  c10::intrusive_ptr<c10d::Backend> group_;
};

}  // namespace

std::string missing_ranks() { return ""; }

std::shared_ptr<Ranks> join_ranks(const Rendezvous& rendezvous, const std::function<void(int)>& on_listening,
                                  const std::function<void()>& while_waiting) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(rendezvous.port);
  options.isServer = rendezvous.rank == 0 && rendezvous.launcher_store.empty();
  options.waitWorkers = false;
  options.timeout = start_timeout;
  Rendezvous at = rendezvous;
  c10::intrusive_ptr<c10d::Store> store;
  connected([&] {
    auto tcp = c10::make_intrusive<c10d::TCPStore>(rendezvous.address, options);
    at.port = tcp->getPort();
    store = c10::make_intrusive<c10d::PrefixStore>("descent" + rendezvous.launcher_store, tcp);
  });
  if (rendezvous.rank == 0 && on_listening) on_listening(at.port);
  const auto arrived = [&](int more) { return connected([&] { return store->add("arrived", more); }); };
  const auto end = std::chrono::steady_clock::now() + start_timeout;
  std::int64_t count = arrived(1);
  while (rendezvous.rank == 0 && count < rendezvous.size) {
    if (while_waiting) while_waiting();
    if (std::chrono::steady_clock::now() > end)
      throw RankLost(fmt::format("only {} of {} ranks have connected to {}, port {}", count, rendezvous.size,
                                 rendezvous.address, at.port));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    count = arrived(0);
  }
  return connected([&] { return std::make_shared<GlooRanks>(at, store); });
}

#endif

}  // namespace descent::engine
