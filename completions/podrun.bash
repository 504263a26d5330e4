# bash completion for podrun(1). podrun itself says what may follow.
_podrun() {
  local words=("${COMP_WORDS[@]:1:COMP_CWORD}") answer line
  COMPREPLY=()
  answer=$("${COMP_WORDS[0]}" __complete "${words[@]}" 2> /dev/null) || return
  while IFS= read -r line; do
    if [ "$line" = :files ]; then
      compopt -o filenames 2> /dev/null
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "${words[-1]}")
    elif [ -n "$line" ]; then
      COMPREPLY+=("${line%%$'\t'*}")
    fi
  done <<< "$answer"
}
complete -F _podrun podrun
