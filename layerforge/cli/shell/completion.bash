# Completion of layerforge in bash. It asks layerforge itself, and so is never out of date.
_layerforge() {
    local line word lead="" file IFS=$' \t\n' open=1
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :files* | :folders)
                compopt -o filenames 2>/dev/null
                word=${COMP_WORDS[COMP_CWORD]}
                case $word in
                    [=:]*) word=${word#?} ;;
                    --*=*) lead=${word%%=*}= word=${word#*=} ;;
                esac
                word=${word#[\"\']}
                while IFS= read -r file; do
                    if [[ -d ${file/#\~/$HOME} ]] || _layerforge_ends "$file" $line; then
                        COMPREPLY+=("$lead$file")
                    fi
                done < <(compgen -f -- "$word")
                open=0
                ;;
            *)
                line=${line%%$'\t'*}
                [[ ${COMP_WORDS[COMP_CWORD]} == [\"\']* ]] || printf -v line %q "$line"
                COMPREPLY+=("$line")
                [[ $line == *= ]] || open=0
                ;;
        esac
    done < <(_LAYERFORGE_COMPLETE=bash "${1/#\~/$HOME}" \
        "${COMP_LINE:0:COMP_POINT}" "${COMP_WORDS[COMP_CWORD]}" 2>/dev/null)
    [[ $open == 1 ]] && compopt -o nospace 2>/dev/null
    return 0
}

# Whether a file has one of the endings, or is wanted whatever its ending is.
_layerforge_ends() {
    local file=$1 kind=$2 ending
    shift 2
    [[ $kind == :files && $# == 0 ]] && return 0
    for ending; do
        [[ $file == *"$ending" ]] && return 0
    done
    return 1
}

complete -F _layerforge layerforge
