import { Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { FormDialog, type FormDialogProps } from './form-dialog.tsx';

interface AskTextProps extends Pick<FormDialogProps, 'onClose' | 'title' | 'about' | 'verb' | 'isFollowed'> {
  /** What the text is: "Name". */
  readonly label: string;
  /** What it may look like, above the field. */
  readonly description?: string;
  /** An example. */
  readonly placeholder?: string;
  /** What stands there first. */
  readonly first?: string;
  /** Whether that may be sent as it stands; else it has to be changed. */
  readonly mayStay?: boolean;
  readonly maxLength?: number;
  /** Whether it may have several lines. */
  readonly isLong?: boolean;
  /** Whether it may be left empty. */
  readonly isOptional?: boolean;
  /** What is wrong with a text, for people; `undefined`: it may be sent. */
  readonly check?: (text: string) => string | undefined;
  /** The command that does the same; of an empty text with an example in its place. */
  readonly command?: (text: string) => readonly string[];
  /** What is done with the text, without the spaces around it. What it throws is told in the dialog. */
  readonly onSubmit: (text: string) => Promise<unknown>;
}

/** A dialog that asks for one text. Draw it while it is wanted: it begins anew each time. */
export function AskText(props: AskTextProps) {
  const { label, description, placeholder, first = '', maxLength, isLong = false, isOptional = false } = props;
  const { mayStay = first === '', check, command, onSubmit, onClose, title, about, verb, isFollowed = false } = props;
  const [typed, setTyped] = useState(first);
  const text = typed.trim();
  const wrong = text === '' ? undefined : check?.(text);
  const field = {
    label,
    description,
    placeholder,
    value: typed,
    onChange: (event: { readonly currentTarget: { readonly value: string } }) => setTyped(event.currentTarget.value),
    autoComplete: 'off',
    'data-autofocus': true,
    ...(wrong !== undefined && { error: wrong }),
    ...(maxLength !== undefined && { maxLength }),
  };
  return (
    <FormDialog
      isOpen
      {...{ onClose, title, about, verb, isFollowed }}
      isReady={(isOptional || text !== '') && wrong === undefined && (mayStay || text !== first)}
      {...(command !== undefined && { command: command(text) })}
      onSubmit={() => onSubmit(text)}
    >
      {isLong ? <Textarea {...field} autosize minRows={3} /> : <TextInput {...field} />}
    </FormDialog>
  );
}
