import { TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';

const WAIT_MS = 300;

interface TypedFilterProps extends Pick<
  TextInputProps,
  'label' | 'placeholder' | 'leftSection' | 'maxLength' | 'type' | 'w'
> {
  /** What is looked for, as the address of the page has it. */
  readonly value: string;
  /** Called with the text, without the spaces around it. */
  readonly onChange: (value: string) => void;
}

/** A text that is looked for: asked when the typing stops for a moment. What is typed meanwhile stays. */
export function TypedFilter({ value, onChange, ...field }: TypedFilterProps) {
  const [typed, setTyped] = useState(value);
  /** What this field has asked for: when that comes back as the value, more may have been typed already. */
  const told = useRef(value);
  useEffect(() => {
    if (value === told.current) return;
    told.current = value;
    setTyped(value);
  }, [value]);
  const tell = useDebouncedCallback((text: string) => {
    told.current = text;
    onChange(text);
  }, WAIT_MS);
  return (
    <TextInput
      {...field}
      value={typed}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        tell(event.currentTarget.value.trim());
      }}
    />
  );
}
