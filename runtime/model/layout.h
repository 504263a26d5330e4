// Where everything of ours is on disk, drawn once. Nobody else joins a path.
//
//   STATE (/run/podrun: tmpfs, gone after a reboot)
//     pods/ID/                 0700, one box a pod
//       lock                   flock'ed by whoever changes the pod; never renamed
//       pod.json               PodRecord, written whole and durably
//       shim.sock              where the shim is asked (shim/protocol.h)
//       shim.log               what podrun-shim has to say
//       containers/web.0.json  ContainerRecord: one file an attempt, so that what is torn costs one container
//       containers/web.0.probes  ProbeMemory, by whoever tends the pod
//       containers/web.0.exit  made by the shim when the container ended: "CODE SIGNAL NANOSECONDS\n"
//       containers/web.0.message  by the shim before that, where the container has left one: the last 4096 bytes of it
//     pods/ID/volumes/NAME     the files of a configMap, secret, downwardAPI or projected volume
//     pods/.ID/                a box until its maker has locked it
//     settled told-of-oom      what has been done once in this boot
//     cni-locks/               cni-invoker's
//     names/NAMESPACE/NAME     reserves the pod's name; a symbolic link whose text is the id
//     containers/CONTAINER-ID  where a container of the CRI is: a symbolic link whose text is "ID/web.0"
//     ids/SLOT                 reserves 65,536 user and group ids; a symbolic link whose text is the pod's id, and in
//                              a node "NODE/ID": all nodes have this one directory
//     nodes/NAME/              0700, a node's (runtime/node); flock'ed by whoever changes the node
//       node.json              NodeRecord
//       state/                 what the node has for its STATE
//     fabric                   the network namespace between the nodes, pinned
//     node                     in a node alone: its name and its cgroup, a line each
//   /run/netns/NAME            the pinned network namespace: the pod's name in namespace `default`, else
//                              NAMESPACE_NAME; the end is a hash where that is longer than a file's name may be
//
//   DATA (/var/lib/podrun: survives a reboot)
//     state                    a symbolic link to the one STATE it is used with
//     images/                  ImageStore's
//     pods/ID/containers/web.0/{upper,work}   writable layer of an attempt
//     pods/ID/volumes/NAME     an emptyDir
//     pods/ID/logs/web.0.log   CRI log format
//     volumes/NAMESPACE/CLAIM  a persistentVolumeClaim, which no pod's removal takes away
//     cni/ledger/              attachments made and owed a DEL
//     nodes/NAME/              what a node has for its DATA; its images are those of the machine
#pragma once

#include <climits>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

namespace podrun {

inline constexpr std::size_t kMessageBytes = 4096;  // of what a container says of its end, as the kubelet has it

// The directories a person can choose (--state-dir, --data-dir and their environment variables).
struct Directories {
  std::string state = "/run/podrun";
  std::string data = "/var/lib/podrun";
  std::string netns = "/run/netns";
};

class Layout {
 public:
  explicit Layout(Directories directories) : dirs_(std::move(directories)) {}
  const Directories& directories() const { return dirs_; }

  std::string settled() const { return dirs_.state + "/settled"; }
  std::string told_of_oom() const { return dirs_.state + "/told-of-oom"; }
  std::string cni_locks() const { return dirs_.state + "/cni-locks"; }
  std::string pods() const { return dirs_.state + "/pods"; }
  std::string names() const { return dirs_.state + "/names"; }
  std::string ids() const { return dirs_.state + "/ids"; }
  std::string container_ids() const { return dirs_.state + "/containers"; }
  std::string container_id(const std::string& id) const { return container_ids() + "/" + id; }
  std::string name(const std::string& name_space, const std::string& name) const {
    return names_in(name_space) + "/" + name;
  }
  std::string names_in(const std::string& name_space) const { return names() + "/" + name_space; }
  std::string netns(const std::string& name_space, const std::string& name) const {
    return dirs_.netns + "/" + within_name_max(name_space == "default" ? name : name_space + "_" + name);
  }
  std::string box(const std::string& id) const { return pods() + "/" + id; }
  std::string unlocked_box(const std::string& id) const { return pods() + "/." + id; }
  std::string lock(const std::string& id) const { return box(id) + "/lock"; }
  std::string record(const std::string& id) const { return box(id) + "/pod.json"; }
  std::string shim_socket(const std::string& id) const { return box(id) + "/shim.sock"; }
  std::string shim_log(const std::string& id) const { return box(id) + "/shim.log"; }
  std::string containers(const std::string& id) const { return box(id) + "/containers"; }
  std::string container_record(const std::string& id, const std::string& key) const {
    return containers(id) + "/" + key + ".json";
  }
  std::string exit_file(const std::string& id, const std::string& key) const {
    return containers(id) + "/" + key + ".exit";
  }
  std::string message_file(const std::string& id, const std::string& key) const {
    return containers(id) + "/" + key + ".message";
  }
  std::string file_volume(const std::string& id, const std::string& name) const { return box(id) + "/volumes/" + name; }
  std::string probe_memory(const std::string& id, const std::string& key) const {
    return containers(id) + "/" + key + ".probes";
  }
  std::string nodes() const { return dirs_.state + "/nodes"; }
  std::string node(const std::string& name) const { return nodes() + "/" + name; }
  std::string node_record(const std::string& name) const { return node(name) + "/node.json"; }
  std::string node_state(const std::string& name) const { return node(name) + "/state"; }
  std::string nodes_data() const { return dirs_.data + "/nodes"; }
  std::string node_data(const std::string& name) const { return nodes_data() + "/" + name; }
  std::string fabric() const { return dirs_.state + "/fabric"; }
  std::string own_node() const { return dirs_.state + "/node"; }
  std::string data_owner() const { return dirs_.data + "/state"; }
  std::string images() const { return dirs_.data + "/images"; }
  std::string ledger() const { return dirs_.data + "/cni/ledger"; }
  std::string pods_data() const { return dirs_.data + "/pods"; }
  std::string pod_data(const std::string& id) const { return pods_data() + "/" + id; }
  std::string writable(const std::string& id, const std::string& key) const {
    return pod_data(id) + "/containers/" + key;
  }
  std::string volume(const std::string& id, const std::string& name) const { return pod_data(id) + "/volumes/" + name; }
  std::string claims() const { return dirs_.data + "/volumes"; }
  std::string claims_in(const std::string& name_space) const { return claims() + "/" + name_space; }
  std::string claim(const std::string& name_space, const std::string& name) const {
    return claims_in(name_space) + "/" + name;
  }
  std::string log(const std::string& id, const std::string& key) const {
    return pod_data(id) + "/logs/" + key + ".log";
  }

 private:
  static std::string within_name_max(const std::string& name) {
    if (name.size() <= NAME_MAX) return name;
    // FNV-1a: the same in every build, since a pin is found again by it.
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    char end[18];
    std::snprintf(end, sizeof(end), "_%016llx", static_cast<unsigned long long>(hash));
    return name.substr(0, NAME_MAX - (sizeof(end) - 1)) + end;
  }

  Directories dirs_;
};

}  // namespace podrun
