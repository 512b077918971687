import { shellLine } from '../commands/shell-line.ts';
import { CopyAction } from './copy-text.tsx';

/** The command that does what stands beside it, ready to be copied. Its words come from the tables in `commands/`. */
export function Command({ words }: { readonly words: readonly string[] }) {
  const line = shellLine(['keystead', ...words]);
  return (
    <div className="ks-command" data-command>
      <code className="ks-code">{line}</code>
      <CopyAction text={line} label="the command" />
    </div>
  );
}
