/** An option of a command that has a value; '' is none. */
export const option = (name: string, value: string): readonly string[] => (value === '' ? [] : [name, value]);
