import type { TestRun } from './test-run.ts';

const MOST_FILES = 3;

/** Files whose tests kill, cut off, fill a disk or race: what they find, they find by chance. */
const PROOFS = /(^|\/)faults\/|kill|crash|full-disk|two-|-off|end-thread|sweep|s3-faults/;

/** The files of a run that failed and may run once more; a sentence where none may. */
export function mayRunAgain({ files, faults }: TestRun): string[] | string {
  const failed = Object.keys(files).filter((path) => (files[path]?.failed ?? 0) > 0);
  const proofs = failed.filter((path) => PROOFS.test(path));
  if (failed.length === 0) return 'No test failed: what stopped the run is above.';
  if (faults > 0) return `${faults} errors belong to no test.`;
  if (failed.length > MOST_FILES) return `${failed.length} files failed.`;
  if (proofs.length > 0) return `What is promised failed once, and that counts: ${proofs.join(', ')}.`;
  return failed;
}
