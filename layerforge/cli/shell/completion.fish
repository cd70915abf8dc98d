# Completion of layerforge in fish. It asks layerforge itself, and so is never out of date.
function __layerforge_complete
    set -l words (commandline -opc)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    set -l text (string replace -r '^["\']' '' -- (commandline -ct))
    set -l lead (string match -r -- '^--[^=]*=' $text)
    for line in (_LAYERFORGE_COMPLETE=fish $program $words[2..-1] $text 2>/dev/null)
        switch $line
            case ':files*' ':folders'
                set -l wanted (string split ' ' -- $line)
                set -l value (string replace -r -- '^--[^=]*=' '' $text)
                for path in (complete -C "__layerforge_none $value")
                    set -l name (string split \t -- $path)[1]
                    set -l ending (string match -r -- '\.[^./]*$' $name)
                    if string match -q -- '*/' $name; or test "$line" = :files
                        echo "$lead$name"
                    else if test -n "$ending"; and contains -- "$ending" $wanted
                        echo "$lead$name"
                    end
                end
            case '*'
                echo $line
        end
    end
end

complete -c layerforge -f -a '(__layerforge_complete)'
