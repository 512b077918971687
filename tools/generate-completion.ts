import { completionTable } from '../src/cli/completion-table.ts';
import { programOf } from '../src/cli/program.ts';
import type { Generator } from './generator.ts';

/** What shells complete, from the tree of commands: a row for each, a line for each row. */
export const completion: Generator = {
  name: 'completion table',
  generate: () => {
    const { stdout, stderr } = process;
    const rows = completionTable(programOf({ env: {}, stdout, stderr }, '0', false, () => undefined));
    const text = `[\n${rows.map((row) => `  ${JSON.stringify(row)}`).join(',\n')}\n]\n`;
    return [{ path: 'src/cli/completion.gen.json', text }];
  },
};
