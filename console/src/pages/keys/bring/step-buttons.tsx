import { Button, Group } from '@mantine/core';

interface StepButtonsProps {
  readonly onBack?: () => void;
  readonly onNext?: () => void;
  readonly next?: string;
  readonly isReady?: boolean;
  readonly isBusy?: boolean;
}

/** The way on and the way back, below a step. */
export function StepButtons({ onBack, onNext, next = 'Next', isReady = true, isBusy = false }: StepButtonsProps) {
  return (
    <Group justify="flex-start" mt="sm">
      {onNext && (
        <Button onClick={onNext} disabled={!isReady} loading={isBusy}>
          {next}
        </Button>
      )}
      {onBack && (
        <Button variant="default" onClick={onBack} disabled={isBusy}>
          Back
        </Button>
      )}
    </Group>
  );
}
