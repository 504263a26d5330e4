# fish completion for podrun(1). podrun itself says what may follow.
function __podrun_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] __complete $words[2..] 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c podrun -f -a '(__podrun_complete)'
