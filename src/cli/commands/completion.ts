import type { CliCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { COMPLETION_SCRIPTS } from '../completion-scripts.ts';

const HOW: Readonly<Record<string, string>> = {
  bash: 'source <(keystead completion bash), or into ~/.local/share/bash-completion/completions/keystead',
  zsh: 'source <(keystead completion zsh) behind compinit, or into a file _keystead in a folder of $fpath',
  fish: 'keystead completion fish | source, or into ~/.config/fish/completions/keystead.fish',
};

export const COMPLETION_COMMANDS: readonly CliCommand[] = [
  {
    path: 'completion',
    summary: 'Prints what makes a shell complete our commands, options and their values',
    reach: 'none',
    arguments: [['<shell>', 'bash, zsh, fish']],
    options: [
      ['--values', 'also keys, regions, rings and environments: asked of the server, as KEYSTEAD_API_KEY may see them'],
    ],
    examples: ['completion bash', 'completion fish --values'],
    run: async ({ given, output }) => {
      const shell = given.text('shell');
      const script = COMPLETION_SCRIPTS[shell];
      if (script === undefined)
        throw new CliError(
          'usage',
          'usage',
          `"${shell}" is no shell that is known here`,
          `Name one of ${Object.keys(COMPLETION_SCRIPTS).join(', ')}.`,
        );
      // By its first line zsh knows what a file in $fpath is for.
      const lines = script(given.flag('values')).split('\n');
      const text = lines.toSpliced(1, 0, `# Put it there: ${HOW[shell] ?? ''}.`).join('\n');
      output.text(text, { shell, script: text });
    },
  },
];
