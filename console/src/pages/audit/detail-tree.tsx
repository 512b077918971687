import { ForeignText, harmless } from '../../ui/foreign-text.tsx';
import { Facts } from '../../ui/facts.tsx';

/** What somebody sent, member by member: data, never markup. */
export function DetailTree({ json }: { readonly json: string }) {
  return (
    <Facts
      facts={rowsOf('', parsed(json)).map(([name, value]) => [name, <ForeignText key={name} text={value} max={400} />])}
    />
  );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

/** Members with the way to them: `request.encryptionContext.purpose`. */
function rowsOf(path: string, value: unknown): (readonly [name: string, value: string])[] {
  if (value === null || typeof value !== 'object')
    return [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
  const members = Object.entries(value);
  if (members.length === 0) return path === '' ? [] : [[path, Array.isArray(value) ? 'none' : '{}']];
  return members.flatMap(([name, member]) =>
    rowsOf(path === '' ? harmless(name) : `${path}.${harmless(name)}`, member),
  );
}
