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
    "a pod is not changed, but for its resources ('podrun update'): 'podrun delete' it and 'podrun create' it again";

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
    ForeignWord{"enter", "'podrun exec -it POD sh' runs a shell in a container"},
    ForeignWord{"set", "'podrun update POD --limits cpu=1,memory=1Gi' changes what containers may use"},
    ForeignWord{"completion", kCompletions},
    ForeignWord{"prune", "'podrun system prune' removes what belongs to no pod"},
    ForeignWord{"info", "'podrun version' and 'podrun cni list' tell what there is"},
};

}  // namespace

std::string hint_for_command(std::string_view path, std::string_view word, std::span<const CommandEntry> known) {
  std::vector<std::string_view> names;
  for (const CommandEntry& entry : known) names.push_back(entry.name);
  if (path == "podrun")
    for (const ForeignWord& foreign : kForeign)
      if (foreign.word == word) return "; " + std::string(foreign.hint);
  const std::string_view meant = manifest::closest(word, names);
  return meant.empty() ? "" : "; did you mean '" + std::string(path) + " " + std::string(meant) + "'?";
}

}  // namespace podrun::cli
