# Completion of vireo for bash: the tool itself says what could follow.
_vireo() {
    local cur prev words cword
    _get_comp_words_by_ref -n = cur prev words cword 2>/dev/null || { words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=${words[cword]}; }
    local options=() i=1
    while ((i < cword)); do
        case ${words[i]} in
            -c | --connect) options+=(-c "${words[i + 1]}"); ((i += 2)) ;;
            -d | --debug | -e | --escape | -k | --keepalive-interval | -K | --keepalive-count | -l | --log) ((i += 2)) ;;
            -r | --readonly) options+=(-r); ((i++)) ;;
            -*) ((i++)) ;;
            *) break ;;
        esac
    done
    if ((i > cword)) || [[ $i -eq $cword && $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--connect --debug --escape --help --keepalive-interval --keepalive-count --log --quiet --readonly --timing --version' -- "$cur"))
        return
    fi
    local IFS=$'\n'
    COMPREPLY=($(vireo -q "${options[@]}" complete -- "${words[@]:i:cword-i+1}" 2>/dev/null))
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]] && compopt -o nospace
}
complete -F _vireo vireo
