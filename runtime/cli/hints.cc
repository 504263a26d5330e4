#include "runtime/cli/hints.h"

#include <array>
#include <vector>

#include "runtime/manifest/suggest.h"

namespace podrun::cli {
namespace {

struct ForeignWord {
  std::string_view word;
  std::string_view hint;
};

constexpr std::string_view kMake = "'podrun create -f FILE' makes the pod of a manifest";
constexpr std::string_view kEnd = "'podrun delete POD' ends and removes a pod";
constexpr std::string_view kList = "'podrun get' lists pods";
constexpr std::string_view kNoBuild =
    "podrun builds and pushes nothing; 'podrun image import' takes what others have built";
constexpr std::string_view kCompletions = "completions for bash, zsh and fish are installed with podrun";
constexpr std::string_view kStop = "'podrun stop POD' ends what runs in a pod";
constexpr std::string_view kRestart = "'podrun restart POD' ends its containers and starts them again";
constexpr std::string_view kNoChange =
    "a pod is changed by its manifest: 'podrun get POD -o yaml' prints it, 'podrun apply -f FILE' replaces the pod";

// kubectl's, podman's, docker's, crictl's and nerdctl's words for what podrun does under another name or not at all.
constexpr std::array kForeign{
    ForeignWord{"ps", kList},
    ForeignWord{"ls", kList},
    ForeignWord{"list", kList},
    ForeignWord{"pods", kList},
    ForeignWord{"pod", kList},
    ForeignWord{"container", kList},
    ForeignWord{"runp", kMake},
    ForeignWord{"kube", kMake},
    ForeignWord{"play", kMake},
    ForeignWord{"up", kMake},
    ForeignWord{"rm", kEnd},
    ForeignWord{"rmp", kEnd},
    ForeignWord{"stopp", kStop},
    ForeignWord{"down", kEnd},
    ForeignWord{"rollout", kRestart},
    ForeignWord{"edit", kNoChange},
    ForeignWord{"patch", kNoChange},
    ForeignWord{"replace", kNoChange},
    ForeignWord{"images", "'podrun image list' lists images"},
    ForeignWord{"pull", "'podrun image pull NAME' gets an image from a registry"},
    ForeignWord{"push", kNoBuild},
    ForeignWord{"build", kNoBuild},
    ForeignWord{"load", "'podrun image import FILE' takes an image from an archive"},
    ForeignWord{"import", "'podrun image import FILE NAME' takes an image from an archive"},
    ForeignWord{"rmi", "'podrun image rm IMAGE' removes an image"},
    ForeignWord{"network", "'podrun cni list' lists networks"},
    ForeignWord{"networks", "'podrun cni list' lists networks"},
    ForeignWord{"nodes", "'podrun node get' lists nodes"},
    ForeignWord{"enter", "'podrun exec -it POD sh' runs a shell in a container"},
    ForeignWord{"set", "'podrun update POD --limits cpu=1,memory=1Gi' changes what containers may use"},
    ForeignWord{"completion", kCompletions},
    ForeignWord{"prune", "'podrun system prune' removes what belongs to no pod"},
    ForeignWord{"info", "'podrun version' and 'podrun cni list' tell what there is"},
    ForeignWord{"label", kNoChange},
    ForeignWord{"annotate", kNoChange},
    ForeignWord{"expose",
                "'podrun run --port' and a manifest's hostPort publish ports, 'podrun port-forward' for a while"},
    ForeignWord{"cluster-info", "there is no cluster; 'podrun version' and 'podrun cni list' tell what there is"},
    ForeignWord{"scale", "'podrun apply -f FILE' makes as many pods as its replicas say"},
    ForeignWord{"diff", "'podrun apply -f FILE --dry-run=client' tells which pods would change"},
    ForeignWord{"api-resources", "there are only pods here; 'podrun explain pod' shows their fields"},
    ForeignWord{"api-versions", "there are only pods here; 'podrun explain pod' shows their fields"},
};

// The same of the words behind a group.
struct ForeignInGroup {
  std::string_view path;
  std::string_view word;
  std::string_view hint;
};

constexpr std::string_view kListImages = "'podrun image list' lists images";
constexpr std::string_view kRemoveImages = "'podrun image rm IMAGE' removes an image";
constexpr std::string_view kListVolumes = "'podrun volume list' lists volumes";
constexpr std::string_view kRemoveVolumes = "'podrun volume rm VOLUME' removes a volume and all that is in it";
constexpr std::string_view kListNodes = "'podrun node get' lists nodes";
constexpr std::string_view kDeleteNodes = "'podrun node delete NODE' ends its pods and removes it";
constexpr std::string_view kListNetworks = "'podrun cni list' lists networks";

constexpr std::array kForeignInGroups{
    ForeignInGroup{"podrun image", "ls", kListImages},
    ForeignInGroup{"podrun image", "load", "'podrun image import FILE' takes an image from an archive"},
    ForeignInGroup{"podrun image", "build", kNoBuild},
    ForeignInGroup{"podrun image", "push", kNoBuild},
    ForeignInGroup{"podrun image", "save", kNoBuild},
    ForeignInGroup{"podrun image", "tag", "'podrun image import SOURCE NAME' gives an image its name"},
    ForeignInGroup{"podrun image", "remove", kRemoveImages},
    ForeignInGroup{"podrun image", "delete", kRemoveImages},
    ForeignInGroup{"podrun image", "rmi", kRemoveImages},
    ForeignInGroup{"podrun volume", "ls", kListVolumes},
    ForeignInGroup{"podrun volume", "remove", kRemoveVolumes},
    ForeignInGroup{"podrun volume", "delete", kRemoveVolumes},
    ForeignInGroup{"podrun volume", "prune", "volumes stay until a person names them: 'podrun volume rm VOLUME'"},
    ForeignInGroup{"podrun volume", "create", "a volume is made for the first pod whose persistentVolumeClaim names it"},
    ForeignInGroup{"podrun cni", "ls", kListNetworks},
    ForeignInGroup{"podrun node", "ls", kListNodes},
    ForeignInGroup{"podrun node", "list", kListNodes},
    ForeignInGroup{"podrun node", "create", "'podrun node add NAME' makes a node"},
    ForeignInGroup{"podrun node", "rm", kDeleteNodes},
    ForeignInGroup{"podrun node", "remove", kDeleteNodes},
    ForeignInGroup{"podrun system", "df", "'podrun image list' and 'podrun top' tell what is used"},
};

// Options that podrun has otherwise, or has no need of.
constexpr std::array kForeignOptions{
    ForeignInGroup{"podrun run", "--name", "the name stands by itself: podrun run NAME --image IMAGE"},
    ForeignInGroup{"podrun run", "-v", "volumes are a manifest's: --dry-run=client -o yaml prints one to begin with"},
    ForeignInGroup{"podrun run", "--volume", "volumes are a manifest's: --dry-run=client -o yaml prints one to begin with"},
    ForeignInGroup{"podrun run", "--mount", "volumes are a manifest's: --dry-run=client -o yaml prints one to begin with"},
    ForeignInGroup{"podrun create", "--image", "'podrun run NAME --image IMAGE' makes a pod from what is typed"},
    ForeignInGroup{"podrun create", "--from-literal", "a ConfigMap or Secret stands in a manifest beside its pods"},
    ForeignInGroup{"podrun create", "--from-file", "a ConfigMap or Secret stands in a manifest beside its pods"},
    ForeignInGroup{"podrun apply", "-k", "'kubectl kustomize DIR | podrun apply -f -' takes what that makes"},
    ForeignInGroup{"podrun delete", "--cascade", "nothing belongs to a pod here but its containers: leave it out"},
    ForeignInGroup{"podrun version", "--client", "there is no server: leave it out"},
};

template <class Table>
std::string hint_of(const Table& table, std::string_view path, std::string_view word) {
  for (const ForeignInGroup& foreign : table)
    if (foreign.path == path && foreign.word == word) return "; " + std::string(foreign.hint);
  return "";
}

}  // namespace

std::string hint_for_option(std::string_view path, std::string_view option) {
  return hint_of(kForeignOptions, path, option);
}

std::string hint_for_command(std::string_view path, std::string_view word, std::span<const CommandEntry> known) {
  std::vector<std::string_view> names;
  for (const CommandEntry& entry : known) names.push_back(entry.name);
  if (path == "podrun")
    for (const ForeignWord& foreign : kForeign)
      if (foreign.word == word) return "; " + std::string(foreign.hint);
  if (std::string hint = hint_of(kForeignInGroups, path, word); !hint.empty()) return hint;
  const std::string_view meant = manifest::closest(word, names);
  return meant.empty() ? "" : "; did you mean '" + std::string(path) + " " + std::string(meant) + "'?";
}

}  // namespace podrun::cli
