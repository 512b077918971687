import type { CliCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { COMPLETION_SCRIPTS } from '../completion-scripts.ts';

const HOW: Readonly<Record<string, string>> = {
  bash: 'source <(keystead completion bash), or into ~/.local/share/bash-completion/completions/keystead',
  zsh: 'into a file _keystead in a folder of $fpath',
  fish: 'into ~/.config/fish/completions/keystead.fish',
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
      const text = `# Put it there: ${HOW[shell] ?? ''}.\n${script(given.flag('values'))}`;
      output.text(text, { shell, script: text });
    },
  },
];
