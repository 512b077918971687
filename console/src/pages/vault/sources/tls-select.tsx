import { Select, type SelectProps } from '@mantine/core';

const CHOICES = [
  { value: 'disable', label: 'Disable' },
  { value: 'require', label: 'Require' },
  { value: 'verify-full', label: 'Verify the certificate and the name' },
];

/** How a PostgreSQL server is spoken with: the words of its own `sslmode`, as far as they are taken. */
export function TlsSelect(props: Omit<SelectProps, 'data'>) {
  return (
    <Select label="TLS" placeholder="Disable on this machine, require elsewhere" clearable data={CHOICES} {...props} />
  );
}
