import { NumberInput, type NumberInputProps } from '@mantine/core';
import { useState } from 'react';

interface WholeNumberProps extends Pick<NumberInputProps, 'label' | 'description' | 'w' | 'maw'> {
  readonly min: number;
  readonly max: number;
  readonly value: number;
  /** Called with whole numbers from `min` to `max` alone. */
  readonly onChange: (value: number) => void;
}

/**
 * A whole number within bounds. While one types it may be anything, the beginning of a number that is still too small
 * among them: such a form is not sent by Enter. Where it is left with what is none, what stood there before stands again:
 * not the first digits of it, which nobody meant.
 */
export function WholeNumber({ min, max, value, onChange, ...others }: WholeNumberProps) {
  const [draft, setDraft] = useState<number | string>();
  const [before, setBefore] = useState(value);
  const isFit = draft === undefined || isWithin(draft, min, max);
  return (
    <NumberInput
      {...others}
      min={min}
      max={max}
      clampBehavior="none"
      allowDecimal={false}
      allowNegative={min < 0}
      value={draft ?? value}
      onChange={(next) => {
        setDraft(next);
        if (isWithin(next, min, max)) onChange(next);
      }}
      onFocus={() => setBefore(value)}
      onBlur={() => {
        setDraft(undefined);
        if (!isFit) onChange(before);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !isFit) event.preventDefault();
      }}
      error={isFit ? undefined : `${min} to ${max}`}
    />
  );
}

function isWithin(draft: number | string, min: number, max: number): draft is number {
  return typeof draft === 'number' && Number.isInteger(draft) && draft >= min && draft <= max;
}
