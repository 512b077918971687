/** What a shell sources. All of them ask the program itself, and show what it answers a line each. */
export const COMPLETION_SCRIPTS: Readonly<Record<string, (withValues: boolean) => string>> = {
  bash: (withValues) => `# Completion of keystead for bash.
_keystead() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
    else
      COMPREPLY+=("$line")
    fi
  done < <(${asked(withValues)} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _keystead keystead
`,
  zsh: (withValues) => `#compdef keystead
_keystead() {
  local -a found
  found=("\${(@f)$(${asked(withValues)} "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=("\${(@)found:#}")
  if [[ $found[1] == :files ]]; then _files; else compadd -- "\${(@)found}"; fi
}
if [[ $funcstack[1] == _keystead ]]; then
  _keystead "$@"
elif (( $+functions[compdef] )); then
  compdef _keystead keystead
fi
`,
  fish: (withValues) => `# Completion of keystead for fish.
function __keystead_complete
  set -l before (commandline -opc)
  set -l now (commandline -ct)
  set -l found (${asked(withValues)} $before[2..-1] "$now" 2>/dev/null)
  if test "$found[1]" = ':files'
    __fish_complete_path "$now"
  else
    printf '%s\\n' $found
  end
end
complete -c keystead -f -a '(__keystead_complete)'
`,
};

function asked(withValues: boolean): string {
  return withValues ? 'keystead __complete --values --' : 'keystead __complete --';
}
