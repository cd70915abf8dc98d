#compdef layerforge
# Completion of layerforge in zsh. It asks layerforge itself, and so is never out of date.
_layerforge() {
    local line word said endings
    local -a plain open
    while IFS= read -r line; do
        case $line in
            :files | :folders)
                [[ $PREFIX == --*=* ]] && compset -P '*='
                if [[ $line == :files ]]; then _files; else _files -/; fi
                return
                ;;
            :files*)
                [[ $PREFIX == --*=* ]] && compset -P '*='
                endings=${${line#:files .}// ./|}
                _files -g "*.($endings)(-.)"
                return
                ;;
            *)
                word=${line%%$'\t'*} said=${line#*$'\t'}
                word=${word//:/\\:}
                if [[ $word == *= ]]; then open+=("$word:$said"); else plain+=("$word:$said"); fi
                ;;
        esac
    done < <(_LAYERFORGE_COMPLETE=zsh ${~words[1]} \
        "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
    (( $#plain )) && _describe -t words layerforge plain -M 'm:{[:lower:]}={[:upper:]}'
    (( $#open )) && _describe -t settings layerforge open -S ''
    (( $#plain || $#open ))
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _layerforge "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _layerforge layerforge
fi
