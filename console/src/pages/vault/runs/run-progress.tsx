import type { Run } from '@keystead/sdk';
import { Group, Progress, Stack, Text, VisuallyHidden } from '@mantine/core';
import { countOf, countText, durationText, sizeText } from '../../../ui/amounts.ts';
import { runName } from '../words/run-words.ts';

const PHASES: Readonly<Record<string, string>> = {
  prepare: 'Preparing',
  read: 'Reading and encrypting',
  finish: 'Writing the snapshot',
  restore: 'Writing and verifying files',
  check: 'Verifying',
  rewrap: 'Wrapping data keys anew',
  rewrite: 'Rewriting packs',
  empty: 'Deleting objects',
};
const STEP = 10;

/** How far a run is: its part of the whole, rate, and the time left. Those who hear the page are told every tenth. */
export function RunProgress({ run }: { readonly run: Run }) {
  const { progress } = run;
  const part = partOf(run);
  const spoken = part === undefined ? 0 : Math.floor(part / STEP) * STEP;
  return (
    <Stack gap={6}>
      <Progress
        value={part ?? 100}
        animated={part === undefined}
        striped={part === undefined}
        aria-label={`Progress of ${runName(run)}`}
        size="lg"
      />
      <Group gap="md" data-progress={progress?.phase ?? 'waiting'}>
        <Text size="sm" fw={600}>
          {progress === undefined ? 'Starting' : (PHASES[progress.phase] ?? progress.phase)}
        </Text>
        {progress !== undefined && (
          <>
            <Text size="sm">{filesText(progress)}</Text>
            <Text size="sm">{bytesText(progress)}</Text>
            {progress.bytesPerSecond > 0 && <Text size="sm">{sizeText(progress.bytesPerSecond)}/s</Text>}
            {progress.secondsLeft !== undefined && (
              <Text size="sm">about {durationText(progress.secondsLeft)} left</Text>
            )}
          </>
        )}
      </Group>
      <VisuallyHidden aria-live="polite">
        {runName(run)}: {part === undefined ? 'running' : `${spoken} percent`}
      </VisuallyHidden>
    </Stack>
  );
}

type Progressing = NonNullable<Run['progress']>;

function filesText({ files, totalFiles }: Progressing): string {
  return totalFiles === undefined ? countOf(files, 'file') : `${countText(files)} of ${countOf(totalFiles, 'file')}`;
}

function bytesText({ bytes, totalBytes }: Progressing): string {
  return totalBytes === undefined ? sizeText(bytes) : `${sizeText(bytes)} of ${sizeText(totalBytes)}`;
}

/** In percent; absent where the whole is not known. */
function partOf({ progress }: Run): number | undefined {
  if (progress === undefined) return undefined;
  const { bytes, totalBytes = 0, files, totalFiles = 0 } = progress;
  if (totalBytes > 0) return Math.min(100, (100 * bytes) / totalBytes);
  return totalFiles > 0 ? Math.min(100, (100 * files) / totalFiles) : undefined;
}
