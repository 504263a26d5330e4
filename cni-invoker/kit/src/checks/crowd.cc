// Many at a time, and one after another: what a plugin has to bear in a cluster.
#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <thread>

#include "cni/base/files.h"
#include "kit/src/checks/chapter.h"
#include "kit/src/checks/sections.h"
#include "kit/src/data_plane/meant.h"
#include "kit/src/data_plane/scene.h"
#include "kit/src/lab.h"
#include "kit/src/shell.h"
#include "kit/src/small_pool.h"
#include "kit/src/spoil.h"
#include "kit/src/world/leftovers.h"

namespace cni::kit {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kCrowd = 40;
constexpr std::size_t kWorkers = 8;
constexpr std::chrono::seconds kMixed{8};

// `work(i)` for each number, all at the same time.
void together(std::size_t number, const std::function<void(std::size_t)>& work) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < number; ++i) threads.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

// The first verdict that is not passed.
Verdict first_of(const std::vector<Verdict>& verdicts) {
  for (const Verdict& verdict : verdicts)
    if (verdict.outcome != Outcome::passed) return verdict;
  return passed();
}

std::vector<std::string> plain_addresses_of(const Json& result) {
  std::vector<std::string> all;
  const auto add = [&](const std::string& cidr) { all.push_back(cidr.substr(0, cidr.find('/'))); };
  for (const Json& ip : result.value("ips", Json::array())) add(ip.value("address", ""));
  for (const char* family : {"ip4", "ip6"})  // before 0.3.0
    if (result.contains(family)) add(result.at(family).value("ip", ""));
  return all;
}

// What the configuration tells is given to whoever asks; a loopback's are the same everywhere.
bool is_given_by_config(const Lab& lab, const std::string& address) {
  const auto& plugins = lab.subject().plugins;
  return address.starts_with("127.") || address == "::1" ||
         std::any_of(plugins.begin(), plugins.end(), [&](const auto& plugin) {
           return plugin.config.dump().find('"' + address + "/") != std::string::npos;
         });
}

Verdict expect_different_addresses(const Lab& lab, const std::vector<Pod*>& pods) {
  std::map<std::string, const Pod*> owners;  // one may be told twice in a result, of two interfaces
  for (const Pod* pod : pods)
    for (const std::string& address : plain_addresses_of(pod->result))
      if (!is_given_by_config(lab, address) && owners.emplace(address, pod).first->second != pod)
        return failed("an address for each pod of its own", address + " is two pods'");
  return passed();
}

std::vector<Pod*> make_pods(Lab& lab, std::size_t number) {
  std::vector<Pod*> pods;
  for (std::size_t i = 0; i < number; ++i) pods.push_back(&lab.pod());
  return pods;
}

Verdict remove_all(Lab& lab, const std::vector<Pod*>& pods) {
  for (const Pod* pod : pods) KIT_REQUIRE(lab.remove_netns(*pod));
  return passed();
}

// --- X1, X2
Verdict bears_a_crowd(Lab& lab) {
  KIT_REQUIRE(lab.takes_no_links());
  KIT_REQUIRE(lab.has_what_it_needs());
  KIT_REQUIRE(prime(lab));
  const World before = lab.world();
  const std::vector<Pod*> pods = make_pods(lab, kCrowd);
  std::vector<Verdict> verdicts(pods.size());
  together(pods.size(), [&](std::size_t i) { verdicts[i] = expect_success(lab.add(*pods[i]), "ADD among many"); });
  KIT_REQUIRE(first_of(verdicts));
  KIT_REQUIRE(expect_different_addresses(lab, pods));
  together(pods.size(), [&](std::size_t i) { verdicts[i] = expect_success(lab.del(*pods[i]), "DEL among many"); });
  KIT_REQUIRE(first_of(verdicts));
  KIT_REQUIRE(remove_all(lab, pods));
  return expect_same_world(lab, before, "ADD and DEL of " + std::to_string(kCrowd) + " pods");
}

Verdict bears_coming_and_going(Lab& lab) {
  KIT_REQUIRE(lab.takes_no_links());
  KIT_REQUIRE(lab.has_what_it_needs());
  KIT_REQUIRE(prime(lab));
  const World before = lab.world();
  const std::vector<Pod*> pods = make_pods(lab, kWorkers);
  std::vector<Verdict> verdicts(pods.size());
  const auto end = Clock::now() + kMixed;
  together(pods.size(), [&](std::size_t i) {
    while (Clock::now() < end && verdicts[i].outcome == Outcome::passed) {
      verdicts[i] = expect_success(lab.add(*pods[i]), "ADD while others come and go");
      const Answer removed = lab.del(*pods[i]);
      if (verdicts[i].outcome == Outcome::passed) verdicts[i] = expect_success(removed, "DEL while others come and go");
    }
  });
  KIT_REQUIRE(first_of(verdicts));
  KIT_REQUIRE(remove_all(lab, pods));
  return expect_same_world(lab, before, "pods came and went for " + std::to_string(kMixed.count()) + " s");
}

// --- X3
Verdict shares_a_small_pool(Lab& lab) {
  SmallPool pool(lab);
  KIT_REQUIRE(pool.prepare(SmallPool::kAddresses + 5));
  std::size_t there_are = 0;
  KIT_REQUIRE(pool.use_up(there_are));
  KIT_REQUIRE(pool.release());
  std::size_t succeeded = 0;
  std::set<std::string> addresses;
  for (const Answer& answer : lab.run_together(pool.calls("ADD"))) {
    if (!answer.succeeded()) {
      KIT_REQUIRE(expect_composure(answer, "ADD with no address left"));
      continue;
    }
    ++succeeded;
    for (const std::string& address : plain_addresses_of(answer.document))
      if (!addresses.insert(address).second)
        return failed("an address for each pod of its own", address + " was given twice");
  }
  if (succeeded == there_are) return pool.release();
  return failed("success of as many ADDs at the same time as there are addresses: " + std::to_string(there_are),
                "of " + std::to_string(succeeded));
}

// --- X4
Verdict waits_for_the_xtables_lock(Lab& lab) {
  KIT_REQUIRE(lab.takes_no_links());
  KIT_REQUIRE(lab.has_what_it_needs());
  KIT_REQUIRE(prime(lab));
  const std::string path = "/run/xtables.lock";
  const auto lock = base::open_file(path, O_RDWR | O_CREAT, 0600);
  if (!lock || ::flock(lock->get(), LOCK_EX) != 0) return skipped("cannot take the lock '" + path + "'");
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::seconds(2));
    ::flock(lock->get(), LOCK_UN);
  });
  Pod& pod = lab.pod();
  const Verdict verdict = expect_success(lab.add(pod), "ADD while another holds " + path + " for 2 s");
  later.join();
  return verdict;
}

// --- X5
Verdict lives_as_a_whole(Lab& lab) {
  KIT_REQUIRE(lab.takes_no_links());
  KIT_REQUIRE(lab.has_what_it_needs());
  return expect_nothing_left(lab, "ADD, CHECK, and DEL twice", [&](Pod& pod) {
    KIT_REQUIRE(expect_success(lab.add(pod), "ADD of the whole list"));
    const World world = lab.world();
    for (const Json& one : pod.result.value("interfaces", Json::array())) {
      const std::string name = one.value("name", ""), mac = one.value("mac", "");
      const auto link = world.find({"link", name, one.value("sandbox", "") == pod.netns ? pod.name : ""});
      if (link == world.end() || mac.empty()) continue;
      for (const auto& [key, value] : link->second)
        if (key == "mac" && value != mac)
          return failed("the last result tells the MAC of '" + name + "' as it is: " + value, mac);
    }
    if (lab.version().has_check()) KIT_REQUIRE(expect_success(lab.check(pod), "CHECK of the whole list"));
    KIT_REQUIRE(expect_success(lab.del(pod), "DEL of the whole list"));
    return expect_success(lab.del(pod), "a second DEL of the whole list");
  });
}

// --- X6
Verdict tells_whose_a_port_is(Lab& lab) {
  if (find_capability(lab.subject(), "portMappings") == nullptr)
    return not_applicable("no plugin takes the capability portMappings");
  KIT_REQUIRE(lab.takes_no_links());
  KIT_REQUIRE(lab.has_what_it_needs());
  constexpr std::uint16_t kPort = 9080;
  const Json mapping{{{"hostPort", kPort}, {"containerPort", kPodPort}, {"protocol", "tcp"}}};
  Scene scene(lab);
  KIT_REQUIRE(scene.make_outside());
  Pod &first = lab.pod(), &second = lab.pod();
  first.runtime_config["portMappings"] = second.runtime_config["portMappings"] = mapping;
  KIT_REQUIRE(scene.attach(first));
  if (const Verdict attached = scene.attach(second); attached.outcome == Outcome::skipped)
    return told("a second pod that asks for the same port of the host is refused: " + attached.seen);
  const Target target{Transport::tcp, scene.uplink().host(true), kPort};
  for (const std::size_t number : {0U, 1U}) {
    const Path path{scene.outside(), target, scene.pod(number).place.name, scene.uplink().outside(true).to_text()};
    if (scene.expect(path, kOneTry).outcome == Outcome::passed)
      return told(std::string("of two pods with the same port of the host the ") + (number == 0 ? "first" : "second") +
                  " has it");
  }
  return told("of two pods with the same port of the host none is reached");
}

// --- X7, X8
Verdict forgets_who_is_gone(Lab& lab) {
  KIT_REQUIRE(lab.takes_no_links());
  KIT_REQUIRE(lab.has_what_it_needs());
  KIT_REQUIRE(prime(lab));
  const World before = lab.world();
  Pod &first = lab.pod(), &second = lab.pod();
  second.id = first.id;
  KIT_REQUIRE(expect_success(lab.add(first), "ADD"));
  KIT_REQUIRE(expect_success(lab.del(first), "DEL"));
  KIT_REQUIRE(expect_success(lab.add(second), "ADD of another pod by the id of one that is gone"));
  if (lab.version().has_check())
    KIT_REQUIRE(expect_success(lab.check(second), "CHECK of another pod by the id of one that is gone"));
  KIT_REQUIRE(expect_success(lab.del(second), "its DEL"));
  KIT_REQUIRE(remove_all(lab, {&first, &second}));
  return expect_same_world(lab, before, "two pods of one id, one after another");
}

// The network's own address, and the last one of IPv4.
bool is_of_the_network(const base::IpAddress& address, int length) {
  const auto& bytes = address.bytes();
  bool all_zero = true, all_one = true;
  for (int bit = address.is_v4() ? 96 + length : length; bit < 128; ++bit) {
    const bool is_set = (bytes.at(static_cast<std::size_t>(bit / 8)) >> (7 - bit % 8) & 1) != 0;
    (is_set ? all_zero : all_one) = false;
  }
  return all_zero || (address.is_v4() && all_one);
}

Verdict gives_addresses_with_care(Lab& lab) {
  KIT_REQUIRE(lab.takes_no_links());
  KIT_REQUIRE(lab.has_what_it_needs());
  KIT_REQUIRE(prime(lab));
  std::vector<Pod*> pods = make_pods(lab, 6);
  for (Pod* pod : pods) {
    KIT_REQUIRE(lab.attach(*pod));
    for (const Json& ip : pod->result.value("ips", Json::array())) {
      const std::string cidr = ip.value("address", "");
      const std::string text = cidr.substr(0, cidr.find('/'));
      const auto address = base::IpAddress::parse(text);
      if (!address) return failed("an address", cidr);
      if (text == ip.value("gateway", "")) return failed("another address than the gateway's", text);
      const int length = std::atoi(cidr.c_str() + text.size() + 1), bits = address->is_v4() ? 32 : 128;
      if (length < bits - 1 && is_of_the_network(*address, length))
        return failed("an address that is neither the network's own nor its broadcast", cidr);
    }
  }
  KIT_REQUIRE(expect_different_addresses(lab, pods));
  const World held = lab.world();
  for (const char* other : {"ifname", "id"}) {
    Pod stranger = *pods.front();
    (other == std::string("id") ? stranger.id : stranger.ifname) += "x";
    KIT_REQUIRE(expect_success(lab.run(lab.call("DEL", stranger)), "DEL of who has no address"));
    KIT_REQUIRE(expect_same_world(lab, held, std::string("DEL with another ") + other));
  }
  return passed();
}

}  // namespace

std::vector<Check> crowd_checks() {
  constexpr Applies kAll{}, kOnce{.once = true};
  constexpr Applies kAddressed{.roles = kInterfaces | kIpam, .once = true}, kGivers{.roles = kIpam, .once = true};
  const Level must = Level::must, should = Level::should, info = Level::info;
  const auto of_network = [](const char* id, Level level, const char* title, const char* section,
                             const Applies& applies, Verdict (*run)(Lab&)) {
    return Check{{id, level, title, section, true}, applies, run};
  };
  return chapter(
      {{
           of_network("X1", must, "bears ADD and then DEL of 40 pods at the same time", kOrderingSection, kOnce,
                      bears_a_crowd),
           of_network("X2", must, "bears pods that come and go at the same time", kOrderingSection, kOnce,
                      bears_coming_and_going),
           {{"X3", must, "gives each address of its pool once, when more ask at the same time", kOrderingSection},
            kAddressed,
            shares_a_small_pool},
           of_network("X4", should, "waits for who holds the lock of xtables", kOrderingSection, kOnce,
                      waits_for_the_xtables_lock),
           of_network("X5", must, "goes as a whole through ADD, CHECK and two DELs", kOrderingSection, kAll,
                      lives_as_a_whole),
           of_network("X6", info, "says whose a port of the host is that two pods ask for",
                      "CONVENTIONS, capability portMappings", kOnce, tells_whose_a_port_is),
           of_network("X7", must, "takes a container ID again after DEL", kDelSection, kOnce, forgets_who_is_gone),
           {{"X8", must, "gives addresses that pods can have, and takes none from another", kDelSection},
            kGivers,
            gives_addresses_with_care},
       },
       endurance_checks()});
}

}  // namespace cni::kit
